package com.voltageems.hissrv.query.alert;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;

/**
 * One alert as the site's file has it.
 *
 * @param hold how long the condition has to hold before it is raised
 * @param language of the line for people
 * @param authorization the header of that name; empty for none; a secret
 * @param secret of a robot that wants signatures; empty for none
 */
public record AlertRule(
    String name,
    Condition condition,
    Duration hold,
    Level level,
    Language language,
    Body body,
    URI url,
    String authorization,
    String secret) {
  /** How bad it is. */
  public enum Level {
    INFO,
    WARNING,
    CRITICAL;

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Of {@link #text}. */
    public static Level of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }
  }

  /** Whose words it is told in. */
  public enum Language {
    EN,
    ZH;

    /** Of its name in lower case. */
    public static Language of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }
  }

  /** What the webhook is sent. */
  public enum Body {
    HISSRV,
    ALERTMANAGER,
    SLACK,
    DINGTALK,
    FEISHU,
    WECOM;

    /** Whether there is a secret to sign with. */
    public boolean signs() {
      return this == DINGTALK || this == FEISHU;
    }

    /** Of its name in lower case. */
    public static Body of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }
  }

  /** Where it goes, for messages: without path and parameters, which hold tokens. */
  String target() {
    return url.getScheme() + "://" + url.getRawAuthority();
  }

  @Override
  public String toString() {
    return "AlertRule[" + name + ": " + condition.text() + "]";
  }
}
