package com.voltageems.hissrv.query.alert;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;

/**
 * One alert from the site's file.
 *
 * @param hold how long the condition must hold before the alert is raised
 * @param language the language of the line for people
 * @param authorization the value of the header {@code Authorization}; empty for none; a secret
 * @param secret the secret of a robot that wants signatures; empty for none
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
  /** The severity of an alert. */
  public enum Level {
    INFO,
    WARNING,
    CRITICAL;

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the level with this {@link #text}. */
    public static Level of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }
  }

  /** The language of the notices. */
  public enum Language {
    EN,
    ZH;

    /** Returns the language with this name in lower case. */
    public static Language of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }
  }

  /** The form of the webhook's body. */
  public enum Body {
    HISSRV,
    ALERTMANAGER,
    SLACK,
    DINGTALK,
    FEISHU,
    WECOM;

    /** Returns whether requests of this form can be signed with a secret. */
    public boolean signs() {
      return this == DINGTALK || this == FEISHU;
    }

    /** Returns the form with this name in lower case. */
    public static Body of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }
  }

  /**
   * Returns the receiver's address for messages, without path and parameters, which contain tokens.
   */
  String target() {
    return url.getScheme() + "://" + url.getRawAuthority();
  }

  @Override
  public String toString() {
    return "AlertRule[" + name + ": " + condition.text() + "]";
  }
}
