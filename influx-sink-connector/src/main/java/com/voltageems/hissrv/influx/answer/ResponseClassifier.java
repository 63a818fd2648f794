package com.voltageems.hissrv.influx.answer;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Classifier of answers to a write, by status, headers and body. Pure. It knows the messages of
 * InfluxDB 1.x, 2.x and 3 and of QuestDB, and never guesses the meaning of another message.
 */
public final class ResponseClassifier {
  private static final String RESTART =
      "; when there is room again, InfluxDB has to be restarted, twice: see the README";

  private static final String URL = "influxdb.url";
  private static final String ORG = "influxdb.org";
  private static final String BUCKET = "influxdb.bucket";
  private static final String DATABASE = "influxdb.database";
  private static final int MAX_REASON = 300;
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

  private final InfluxVersion version;
  private final boolean gzip;

  /**
   * Creates a classifier for one database.
   *
   * @param gzip whether requests are compressed
   */
  public ResponseClassifier(InfluxVersion version, boolean gzip) {
    this.version = version;
    this.gzip = gzip;
  }

  /**
   * Returns the meaning of an answer.
   *
   * @param retryAfter the {@code Retry-After} header; null if absent
   * @param body as much of the body as was read
   * @param now the current time, for a {@code Retry-After} that is a date
   */
  public WriteOutcome classify(int status, @Nullable String retryAfter, String body, Instant now) {
    Answer answer = answer(body);
    String shown = shorten(answer.message());
    String reason = "HTTP " + status + (shown.isEmpty() ? "" : ": " + shown);
    return switch (status) {
      case 204 -> new WriteOutcome.Written();
      case 413 -> new WriteOutcome.TooLarge(reason);
      case 400, 422 -> refused(answer.message(), reason);
      case 401 -> new WriteOutcome.Fatal(reason + "; check " + credentials(), credential());
      case 403 ->
          new WriteOutcome.Fatal(
              reason + "; check that " + credentials() + " may write to " + bucketSetting(),
              credential());
      case 404 -> missing(answer.message(), reason);
      case 415 -> wrongForm(reason);
      // QuestDB answers 421 while it is a replica.
      case 421, 425, 429 -> new WriteOutcome.Retry(pause(retryAfter, now), reason);
      // With 502 and 504 a proxy in front of the database answers; it may have passed the request
      // on.
      case 408, 502, 504 -> new WriteOutcome.Retry(pause(retryAfter, now), reason, null, true);
      // A server that sends Retry-After, or says that it throttles, has not begun with the request.
      case 503 -> {
        boolean begun = retryAfter == null && !answer.message().contains("throttled");
        yield new WriteOutcome.Retry(pause(retryAfter, now), reason, null, begun);
      }
      default -> other(status, pause(retryAfter, now), answer, reason);
    };
  }

  /**
   * The lines are plain text, so a server or proxy that answers 415 may refuse their compression.
   */
  private WriteOutcome.Fatal wrongForm(String reason) {
    return gzip
        ? new WriteOutcome.Fatal(
            reason + "; check influxdb.gzip, and influxdb.url", "influxdb.gzip")
        : new WriteOutcome.Fatal(
            reason
                + "; every write API takes plain text: check influxdb.url, and the proxy before"
                + " the database if there is one",
            URL);
  }

  private WriteOutcome other(int status, @Nullable Duration pause, Answer answer, String reason) {
    if (status < 500) {
      // This includes 200: InfluxDB answers 204, so another server answers here.
      return new WriteOutcome.Fatal(
          reason + "; that is not the answer of a write API: check influxdb.url", URL);
    }
    if (answer.message().startsWith("retention policy not found")) {
      // InfluxDB 1.x answers 500 to this mistake.
      String setting = version == InfluxVersion.V2 ? BUCKET : "influxdb.retention.policy";
      return new WriteOutcome.Fatal(reason + "; check " + setting, setting);
    }
    if (answer.message().equals("timeout")) {
      // InfluxDB 1.x gave up waiting for its own write, which goes on.
      return new WriteOutcome.Retry(pause, reason, null, true);
    }
    if (Refusals.isAboutTheMachine(answer.message())) {
      return new WriteOutcome.Retry(
          pause, Refusals.needsRestart(answer.message()) ? reason + RESTART : reason);
    }
    return Refusals.isQuestDbBreakdown(answer.message())
        ? new WriteOutcome.Refused(new WriteOutcome.Cause.FieldConflict(List.of(), 0), reason)
        : new WriteOutcome.Failed(pause, reason, answer.namesLine());
  }

  private static WriteOutcome refused(String message, String reason) {
    if (Refusals.isFullDisk(message)) {
      return new WriteOutcome.Retry(null, reason);
    }
    WriteOutcome.Cause cause = Refusals.cause(message);
    String lower = message.toLowerCase(Locale.ROOT);
    return cause instanceof WriteOutcome.Cause.Unknown
            && (lower.contains("orgid or org") || lower.contains("bucketid or bucket"))
        ? new WriteOutcome.Fatal(reason + "; check influxdb.org and influxdb.bucket", ORG)
        : new WriteOutcome.Refused(cause, reason);
  }

  private String credentials() {
    return switch (version) {
      case V2 -> "influxdb.token";
      case V1 -> "influxdb.username and influxdb.password";
      case QUESTDB -> "influxdb.token, or influxdb.username and influxdb.password,";
    };
  }

  private String credential() {
    return version == InfluxVersion.V2 ? "influxdb.token" : "influxdb.username";
  }

  private String bucketSetting() {
    return switch (version) {
      case V2 -> BUCKET;
      case V1 -> DATABASE;
      case QUESTDB -> "the table";
    };
  }

  /** Decides what is missing by the first words only: names that follow may contain any text. */
  private WriteOutcome.Fatal missing(String message, String reason) {
    String lower = message.toLowerCase(Locale.ROOT);
    if (lower.startsWith("bucket ")) {
      return new WriteOutcome.Fatal(
          reason
              + "; check influxdb.bucket (and bucket.by.topic), or have it made by"
              + " influxdb.bucket.create=true",
          BUCKET);
    }
    if (lower.startsWith("organization ")) {
      return new WriteOutcome.Fatal(reason + "; check " + ORG, ORG);
    }
    if (lower.startsWith("database ")) {
      // InfluxDB 1.8 has the API of version 2, where a bucket is database/retention-policy.
      String setting = version == InfluxVersion.V2 ? BUCKET : DATABASE;
      return new WriteOutcome.Fatal(
          reason + "; check " + setting + " (and bucket.by.topic)", setting);
    }
    if (lower.startsWith("no dbrp mapping")) {
      // InfluxDB 2 has the API of version 1, where a database is a bucket.
      return new WriteOutcome.Fatal(
          reason
              + "; InfluxDB 2 has no such bucket: check influxdb.database and"
              + " influxdb.retention.policy (and bucket.by.topic), or set influxdb.version=2",
          DATABASE);
    }
    return new WriteOutcome.Fatal(
        reason
            + "; check influxdb.url and influxdb.version: there is no "
            + switch (version) {
              case V2 -> "/api/v2/write here; InfluxDB before 1.8 needs influxdb.version=1";
              case V1 -> "/write here; InfluxDB 2 needs influxdb.version=2";
              case QUESTDB -> "/api/v2/write here, as QuestDB has it since 7.4";
            },
        URL);
  }

  /**
   * The content of a body.
   *
   * @param message the message in the body's JSON, else the body itself
   * @param namesLine whether the body gives the number of the line that is meant
   */
  private record Answer(String message, boolean namesLine) {}

  private static Answer answer(String body) {
    String text = body.strip();
    if (text.startsWith("{")) {
      try {
        JsonObject object = JsonParser.parseString(text).getAsJsonObject();
        for (String name : new String[] {"message", "error"}) {
          JsonElement member = object.get(name);
          if (member != null && member.isJsonPrimitive()) {
            return new Answer(member.getAsString().strip(), object.has("line"));
          }
        }
      } catch (JsonParseException e) {
        // Not JSON, or cut off: use the text itself.
        return new Answer(text, false);
      }
    }
    return new Answer(text, false);
  }

  private static String shorten(String text) {
    String line = text.strip().replaceAll("\\s*\\n\\s*", " ");
    if (line.length() <= MAX_REASON) {
      return line;
    }
    int end = Character.isHighSurrogate(line.charAt(MAX_REASON - 1)) ? MAX_REASON - 1 : MAX_REASON;
    return line.substring(0, end) + "...";
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
      return null; // the same as no header: the back-off decides
    }
    if (asked.isNegative()) {
      return Duration.ZERO;
    }
    return asked.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : asked;
  }
}
