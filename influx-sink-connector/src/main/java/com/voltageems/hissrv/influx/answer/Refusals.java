package com.voltageems.hissrv.influx.answer;

import com.voltageems.hissrv.influx.answer.WriteOutcome.Cause;
import com.voltageems.hissrv.influx.answer.WriteOutcome.Column;
import com.voltageems.hissrv.influx.answer.WriteOutcome.Scope;
import com.voltageems.hissrv.influx.point.FieldValue;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Parser of the messages of refusals: what is refused, and why. */
final class Refusals {
  /** The text after the names in InfluxDB's messages about a field. */
  private static final String FLAW =
      " (?:is type (\\w+), already exists as type|is too long, \\d+ > (\\d+)|is invalid)";

  private static final String FIELD = "input field \"";
  private static final String MEASUREMENT = " on measurement \"";
  private static final Pattern FLAWED = Pattern.compile(FLAW);

  /** InfluxDB 1 puts names between quotes without escaping them. */
  private static final Pattern INFLUX_PLAIN =
      Pattern.compile(FIELD + "(.+?)\"" + MEASUREMENT + "(.+?)\"" + FLAW);

  private static final Pattern DROPPED = Pattern.compile("dropped=(\\d+)");
  private static final Pattern LOWER_BOUND =
      Pattern.compile("violates a Retention Policy Lower Bound at ([0-9TZ:.+-]+)");

  private static final Pattern QUESTDB_CAST =
      Pattern.compile(
          "table: (.+?), column: (.+?); cast error from protocol type: (\\w+) to column type");
  private static final Pattern QUESTDB_VALUE =
      Pattern.compile("table: (.+?), column: (.+?); (?:line protocol value|value error): ?");
  private static final Pattern QUESTDB_NO_COLUMN =
      Pattern.compile("table: (.+?), column: (.+?) does not exist, creating new columns");
  private static final Pattern QUESTDB_NAME =
      Pattern.compile("table: (.+?); invalid column name: ([^\\n]+)");

  private static final Pattern SERIES_LIMIT =
      Pattern.compile(
          "partial write: max-(?:series-per-database|values-per-tag)(?: limit)? exceeded");

  private static final List<String> MACHINE =
      List.of(
          "no space left",
          "file too large",
          "disk quota exceeded",
          "read-only file system",
          "input/output error",
          "cannot allocate memory",
          "out of memory",
          "too many open files",
          "not attempting to open shard",
          "errno=28");

  /**
   * A new series that InfluxDB could not write to its series file: "partial write: write
   * /d/_series/07/0000: ...".
   */
  private static final Pattern NOT_FILED =
      Pattern.compile("partial write: (?:write|open|mkdir|truncate|fallocate|sync) [^\"]*");

  private Refusals() {}

  /** Returns the cause that the message of a refusal states. */
  static Cause cause(String message) {
    String lower = message.toLowerCase(Locale.ROOT);
    if (lower.startsWith("unable to parse") || lower.startsWith("partial write: unable to parse")) {
      // The message repeats the lines, and they may contain any words.
      return new Cause.Line();
    }
    if (SERIES_LIMIT.matcher(message).lookingAt()) {
      // The message repeats a tag's value, which may contain any words.
      return new Cause.SeriesLimit(dropped(message));
    }
    return influx(message).or(() -> questDb(message)).orElseGet(() -> byWords(message, lower));
  }

  /**
   * Returns whether QuestDB reports that its parser crashed on a line: this happens if a field or
   * tag has the name of the table's time column. The same line crashes it again, and nothing else
   * is wrong.
   */
  static boolean isQuestDbBreakdown(String message) {
    return message.startsWith("failed to parse line protocol")
        && message.contains("error: java.lang.UnsupportedOperationException");
  }

  /**
   * Returns whether the database reports that its machine has no room, memory or files left. No
   * line is to blame for that, even if shorter ones still pass.
   */
  static boolean isAboutTheMachine(String message) {
    String lower = message.toLowerCase(Locale.ROOT);
    return MACHINE.stream().anyMatch(lower::contains);
  }

  /**
   * Returns whether a 400 only looks like a refusal: InfluxDB answers 400 to a new series for which
   * the disk has no room, as if its line were wrong.
   */
  static boolean isFullDisk(String message) {
    int start = message.indexOf("partial write: ");
    return start >= 0
        && NOT_FILED.matcher(message).region(start, message.length()).matches()
        && isAboutTheMachine(message);
  }

  /**
   * Returns whether InfluxDB has to be restarted, even when there is room again, because its log
   * stays broken.
   */
  static boolean needsRestart(String message) {
    String lower = message.toLowerCase(Locale.ROOT);
    return lower.contains("wal entry") || lower.contains("not attempting to open shard");
  }

  private static Optional<Cause> influx(String message) {
    List<Column> readings =
        Stream.of(quotedColumn(message), plainColumn(message))
            .flatMap(Optional::stream)
            .distinct()
            .toList();
    return readings.isEmpty()
        ? Optional.empty()
        : Optional.of(new Cause.FieldConflict(readings, dropped(message)));
  }

  private static Optional<Column> plainColumn(String message) {
    Matcher found = INFLUX_PLAIN.matcher(message);
    return found.find()
        ? Optional.of(
            influxColumn(group(found, 2), group(found, 1), found.group(3), found.group(4)))
        : Optional.empty();
  }

  /** Reads InfluxDB 2's form of the message, which quotes names with Go's %q. */
  private static Optional<Column> quotedColumn(String message) {
    int fieldStart = message.indexOf(FIELD) + FIELD.length();
    int fieldEnd = GoQuoted.end(message, fieldStart);
    if (fieldStart < FIELD.length()
        || fieldEnd < 0
        || !message.startsWith(MEASUREMENT, fieldEnd + 1)) {
      return Optional.empty();
    }
    int start = fieldEnd + 1 + MEASUREMENT.length();
    int end = GoQuoted.end(message, start);
    String field = GoQuoted.unquote(message.substring(fieldStart, fieldEnd));
    String measurement = end < 0 ? null : GoQuoted.unquote(message.substring(start, end));
    if (field == null || measurement == null) {
      return Optional.empty();
    }
    Matcher flaw = FLAWED.matcher(message).region(end + 1, message.length());
    return flaw.lookingAt()
        ? Optional.of(influxColumn(measurement, field, flaw.group(1), flaw.group(2)))
        : Optional.empty();
  }

  private static Column influxColumn(
      String measurement, String field, @Nullable String type, @Nullable String limit) {
    return new Column(
        measurement,
        field,
        limit == null ? kind(type) : FieldValue.Kind.STRING,
        limit == null ? -1 : (int) number(limit),
        false,
        Scope.SHARD);
  }

  private static Optional<Cause> questDb(String message) {
    Matcher cast = QUESTDB_CAST.matcher(message);
    if (cast.find()) {
      String type = group(cast, 3);
      return Optional.of(
          type.equals("TAG")
              ? new Cause.TagConflict(group(cast, 1), group(cast, 2))
              : questDbColumn(cast, kind(type), false, Scope.TABLE));
    }
    Matcher name = QUESTDB_NAME.matcher(message);
    if (name.find()) {
      return Optional.of(questDbColumn(name, null, true, Scope.TABLE));
    }
    Matcher none = QUESTDB_NO_COLUMN.matcher(message);
    if (none.find()) {
      return Optional.of(questDbColumn(none, null, false, Scope.TABLE));
    }
    Matcher value = QUESTDB_VALUE.matcher(message);
    return value.find()
        ? Optional.of(questDbColumn(value, null, false, Scope.VALUE))
        : Optional.empty();
  }

  private static Cause questDbColumn(
      Matcher found, FieldValue.@Nullable Kind kind, boolean prefix, Scope scope) {
    return new Cause.FieldConflict(
        List.of(new Column(group(found, 1), group(found, 2), kind, -1, prefix, scope)), 0);
  }

  private static Cause byWords(String message, String lower) {
    if (lower.contains("field type conflict") || lower.contains("invalid column type")) {
      return new Cause.FieldConflict(List.of(), dropped(message));
    }
    if (lower.contains("beyond retention")
        || lower.contains("outside retention")
        || lower.contains("outside of retention")) {
      return beyondRetention(message);
    }
    return lower.contains("partial write")
            || lower.contains("unable to parse")
            || lower.contains("failed to parse line protocol")
            || lower.contains("error in line")
        ? new Cause.Line()
        : new Cause.Unknown();
  }

  private static Cause beyondRetention(String message) {
    if (message.contains("Upper Bound")) {
      // Some lines are too new: neither a bound nor a number says which.
      return new Cause.BeyondRetention(null, 0);
    }
    Instant bound = null;
    Matcher found = LOWER_BOUND.matcher(message);
    while (found.find()) {
      try {
        bound = Instant.parse(group(found, 1).replaceAll("[.,]$", ""));
      } catch (DateTimeException e) {
        bound = null; // then halving finds the lines
      }
    }
    return new Cause.BeyondRetention(bound, dropped(message));
  }

  private static FieldValue.@Nullable Kind kind(@Nullable String type) {
    return switch (type == null ? "" : type.toLowerCase(Locale.ROOT)) {
      case "float", "double" -> FieldValue.Kind.FLOAT;
      case "integer", "long" -> FieldValue.Kind.INTEGER;
      case "boolean" -> FieldValue.Kind.BOOLEAN;
      case "string", "varchar" -> FieldValue.Kind.STRING;
      default -> null;
    };
  }

  private static int dropped(String message) {
    Matcher found = DROPPED.matcher(message);
    int last = 0;
    while (found.find()) {
      // The last one counts: names that come before it may contain any text.
      last = (int) number(group(found, 1));
    }
    return last;
  }

  private static long number(String digits) {
    return digits.length() > 9 ? Integer.MAX_VALUE : Long.parseLong(digits);
  }

  private static String group(Matcher matcher, int index) {
    String text = matcher.group(index);
    return text == null ? "" : text;
  }
}
