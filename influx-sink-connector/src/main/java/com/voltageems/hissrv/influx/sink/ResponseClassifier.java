package com.voltageems.hissrv.influx.sink;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.voltageems.hissrv.influx.point.FieldValue;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decides from status, headers and body what an answer to a write means. Pure. The texts are those
 * of InfluxDB 1.x, 2.x and 3 and of QuestDB; a text that is none of them is never guessed at.
 */
final class ResponseClassifier {
  private static final int MAX_REASON = 300;
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

  private static final Pattern INFLUX_CONFLICT =
      Pattern.compile(
          "input field \"(.+?)\" on measurement \"(.+?)\" is type (\\w+), already exists as type");
  private static final Pattern QUESTDB_CONFLICT =
      Pattern.compile(
          "table: (.+?), column: (.+?); cast error from protocol type: (\\w+) to column type");

  private static final Pattern QUESTDB_NAME =
      Pattern.compile("table: (.+?); invalid column name: (.+)$");

  private final InfluxVersion version;

  ResponseClassifier(InfluxVersion version) {
    this.version = version;
  }

  /**
   * @param retryAfter the header of that name, null when there is none
   * @param body as much of the body as was read
   * @param now for a {@code Retry-After} that is a date
   */
  WriteOutcome classify(int status, @Nullable String retryAfter, String body, Instant now) {
    String message = message(body);
    String reason = "HTTP " + status + (message.isEmpty() ? "" : ": " + message);
    return switch (status) {
      case 204 -> new WriteOutcome.Written();
      case 413 -> new WriteOutcome.TooLarge(reason);
      case 400, 422 -> refused(message, reason);
      case 401 -> new WriteOutcome.Fatal(reason + "; check " + credentials());
      case 403 ->
          new WriteOutcome.Fatal(
              reason + "; check that " + credentials() + " may write to " + bucketSetting());
      case 404 -> new WriteOutcome.Fatal(reason + "; check " + missing(message));
      case 408, 425, 429 -> new WriteOutcome.Retry(pause(retryAfter, now), reason);
      default -> other(status, retryAfter, message, reason, now);
    };
  }

  private WriteOutcome other(
      int status, @Nullable String retryAfter, String message, String reason, Instant now) {
    if (status >= 500) {
      // InfluxDB 1.x answers this mistake with 500.
      return message.startsWith("retention policy not found")
          ? new WriteOutcome.Fatal(reason + "; check influxdb.retention.policy")
          : new WriteOutcome.Retry(pause(retryAfter, now), reason);
    }
    // 200 too: InfluxDB says 204, so somebody else answers here.
    return new WriteOutcome.Fatal(
        reason + "; that is not the answer of a write API: check influxdb.url");
  }

  private static WriteOutcome refused(String message, String reason) {
    Matcher influx = INFLUX_CONFLICT.matcher(message);
    if (influx.find()) {
      return conflict(group(influx, 2), group(influx, 1), group(influx, 3), reason);
    }
    Matcher questDb = QUESTDB_CONFLICT.matcher(message);
    if (questDb.find()) {
      return conflict(group(questDb, 1), group(questDb, 2), group(questDb, 3), reason);
    }
    Matcher name = QUESTDB_NAME.matcher(message);
    if (name.find()) {
      return conflict(group(name, 1), group(name, 2), "", reason);
    }
    String lower = message.toLowerCase(Locale.ROOT);
    WriteOutcome.Cause cause;
    if (lower.contains("field type conflict") || lower.contains("invalid column type")) {
      cause = new WriteOutcome.Cause.FieldConflict(Optional.empty());
    } else if (lower.contains("beyond retention")
        || lower.contains("outside retention")
        || lower.contains("outside of retention")) {
      cause = new WriteOutcome.Cause.BeyondRetention();
    } else if (lower.contains("orgid or org") || lower.contains("bucketid or bucket")) {
      return new WriteOutcome.Fatal(reason + "; check influxdb.org and influxdb.bucket");
    } else if (lower.contains("partial write")
        || lower.contains("unable to parse")
        || lower.contains("failed to parse line protocol")
        || lower.contains("error in line")) {
      cause = new WriteOutcome.Cause.Line();
    } else {
      cause = new WriteOutcome.Cause.Unknown();
    }
    return new WriteOutcome.Refused(cause, reason);
  }

  private static String group(Matcher matcher, int index) {
    String text = matcher.group(index);
    return text == null ? "" : text;
  }

  private static WriteOutcome conflict(
      String measurement, String field, String type, String reason) {
    FieldValue.Kind kind =
        switch (type.toLowerCase(Locale.ROOT)) {
          case "float", "double" -> FieldValue.Kind.FLOAT;
          case "integer", "long" -> FieldValue.Kind.INTEGER;
          case "boolean" -> FieldValue.Kind.BOOLEAN;
          case "string", "varchar" -> FieldValue.Kind.STRING;
          default -> null;
        };
    return new WriteOutcome.Refused(
        new WriteOutcome.Cause.FieldConflict(
            Optional.of(new WriteOutcome.Column(measurement, field, kind))),
        reason);
  }

  private String credentials() {
    return version == InfluxVersion.V2
        ? "influxdb.token"
        : "influxdb.username and influxdb.password";
  }

  private String bucketSetting() {
    return version == InfluxVersion.V2 ? "influxdb.bucket" : "influxdb.database";
  }

  private String missing(String message) {
    String lower = message.toLowerCase(Locale.ROOT);
    if (lower.contains("bucket")) {
      return "influxdb.bucket (and bucket.by.topic)";
    }
    if (lower.contains("organization") || lower.contains("org")) {
      return "influxdb.org";
    }
    if (lower.contains("database")) {
      return "influxdb.database (and bucket.by.topic)";
    }
    return version == InfluxVersion.V2
        ? "influxdb.url and influxdb.version: there is no /api/v2/write here; InfluxDB before 1.8"
            + " needs influxdb.version=1"
        : "influxdb.url and influxdb.version: there is no /write here; InfluxDB 2 and QuestDB need"
            + " influxdb.version=2";
  }

  /** The message inside a JSON body, else the body itself; shortened, on one line. */
  private static String message(String body) {
    String text = body.strip();
    if (text.startsWith("{")) {
      try {
        JsonObject object = JsonParser.parseString(text).getAsJsonObject();
        for (String name : new String[] {"message", "error"}) {
          JsonElement member = object.get(name);
          if (member != null && member.isJsonPrimitive()) {
            text = member.getAsString();
            break;
          }
        }
      } catch (JsonParseException e) {
        // Not JSON after all, or cut off: the text itself has to do.
        return shorten(text);
      }
    }
    return shorten(text);
  }

  private static String shorten(String text) {
    String line = text.strip().replaceAll("\\s*\\n\\s*", " ");
    return line.length() <= MAX_REASON ? line : line.substring(0, MAX_REASON) + "...";
  }

  private static @Nullable Duration pause(@Nullable String retryAfter, Instant now) {
    if (retryAfter == null) {
      return null;
    }
    Duration asked;
    try {
      String text = retryAfter.strip();
      asked =
          text.chars().allMatch(Character::isDigit)
              ? Duration.ofSeconds(Long.parseLong(text))
              : Duration.between(
                  now, ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
      return null; // as good as no header: the back-off decides
    }
    if (asked.isNegative()) {
      return Duration.ZERO;
    }
    return asked.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : asked;
  }
}
