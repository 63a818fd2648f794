package com.voltageems.hissrv.query.alert;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A notice about an alert, and its form for each kind of receiver. Pure.
 *
 * @param site the site of the alert
 * @param kind raised, cleared, or a test of the webhook
 * @param value the figure, for people; null if unknown
 */
record Notice(AlertRule rule, Site site, Kind kind, Instant since, @Nullable String value) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** With the offset from UTC, because the reader may be in another zone. */
  private static final DateTimeFormatter LOCAL =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss xxx", Locale.ROOT);

  /** The kinds of notice. */
  enum Kind {
    RAISED,
    CLEARED,
    TEST
  }

  /**
   * The site of the alert.
   *
   * @param zone the site's time zone, in which people read times
   */
  record Site(String name, ZoneId zone) {}

  /** Returns one line for people. */
  String text() {
    String now = value == null ? "" : value;
    return switch (rule.language()) {
      case EN ->
          "[%s] %s: %s %s (%s%s) since %s"
              .formatted(
                  rule.level().text(),
                  site.name(),
                  rule.name(),
                  english(kind),
                  rule.condition().text(),
                  now.isEmpty() ? "" : ", now " + now,
                  localSince());
      case ZH ->
          "【%s】%s：%s %s（%s%s），自 %s"
              .formatted(
                  chinese(rule.level()),
                  site.name(),
                  rule.name(),
                  chinese(kind),
                  rule.condition().text(),
                  now.isEmpty() ? "" : "，当前 " + now,
                  localSince());
    };
  }

  private String localSince() {
    return LOCAL.format(since.atZone(site.zone()));
  }

  private static String english(Kind kind) {
    return switch (kind) {
      case RAISED -> "raised";
      case CLEARED -> "cleared";
      case TEST -> "test of the webhook";
    };
  }

  private static String chinese(Kind kind) {
    return switch (kind) {
      case RAISED -> "触发";
      case CLEARED -> "恢复";
      case TEST -> "测试通知";
    };
  }

  private static String chinese(AlertRule.Level level) {
    return switch (level) {
      case INFO -> "提示";
      case WARNING -> "警告";
      case CRITICAL -> "严重";
    };
  }

  /**
   * Returns the body of the request, JSON.
   *
   * @param now when it is sent, for receivers whose signature in the body contains the time
   */
  String body(Instant now) {
    return switch (rule.body()) {
      case HISSRV -> own().toString();
      case ALERTMANAGER -> JSON.createArrayNode().add(alertmanager()).toString();
      case SLACK -> JSON.createObjectNode().put("text", text()).toString();
      case DINGTALK, WECOM -> {
        ObjectNode root = JSON.createObjectNode().put("msgtype", "text");
        root.putObject("text").put("content", text());
        yield root.toString();
      }
      case FEISHU -> {
        ObjectNode root = JSON.createObjectNode().put("msg_type", "text");
        root.putObject("content").put("text", text());
        if (!rule.secret().isEmpty()) {
          long seconds = now.getEpochSecond();
          root.put("timestamp", Long.toString(seconds))
              .put("sign", Signature.feishu(seconds, rule.secret()));
        }
        yield root.toString();
      }
    };
  }

  private ObjectNode own() {
    return JSON.createObjectNode()
        .put("alert", rule.name())
        .put("site", site.name())
        .put("state", kind.name().toLowerCase(Locale.ROOT))
        .put("level", rule.level().text())
        .put("condition", rule.condition().text())
        .put("value", value)
        .put("since", since.toString())
        .put("message", text());
  }

  /** Returns the form of Alertmanager's API v2: an alert with an end is resolved. */
  private ObjectNode alertmanager() {
    ObjectNode alert = JSON.createObjectNode();
    alert
        .putObject("labels")
        .put("alertname", kind == Kind.TEST ? rule.name() + "_test" : rule.name())
        .put("severity", rule.level().text())
        .put("site", site.name());
    alert
        .putObject("annotations")
        .put("summary", text())
        .put("description", rule.condition().text());
    if (kind == Kind.CLEARED) {
      // Its beginning is no longer known; Alertmanager finds the alert by its labels.
      alert.put("endsAt", since.toString());
    } else {
      alert.put("startsAt", since.toString());
    }
    return alert;
  }
}
