package com.voltageems.hissrv.influx.answer;

import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.Point;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answer of the database to one request, as a decision. Reasons are for people to read. */
public sealed interface WriteOutcome {
  /** Every line is stored. */
  record Written() implements WriteOutcome {}

  /**
   * The database cannot be reached, or is busy: the lines are not to blame. It is not known whether
   * anything is stored; the same request may succeed later.
   *
   * @param after how long the database asks to wait; null if it does not say
   * @param setting the setting that may be at fault; null if none is known
   * @param mayHappen whether the database may still execute the request, although nobody waits for
   *     it
   */
  record Retry(@Nullable Duration after, String reason, @Nullable String setting, boolean mayHappen)
      implements WriteOutcome {
    public Retry(@Nullable Duration after, String reason) {
      this(after, reason, null, false);
    }
  }

  /**
   * The database took the request and failed at it. The database may be ill, or it may be unable to
   * process one of the lines. It is not known whether anything is stored.
   *
   * @param after how long the database asks to wait; null if it does not say
   * @param namesLine whether the answer blames a line of the request
   */
  record Failed(@Nullable Duration after, String reason, boolean namesLine)
      implements WriteOutcome {}

  /** The request was too large. */
  record TooLarge(String reason) implements WriteOutcome {}

  /**
   * At least one line is refused for good. Whether the others are stored depends on the database;
   * writing them again does no harm.
   */
  record Refused(Cause cause, String reason) implements WriteOutcome {}

  /**
   * No request of this kind will succeed until a setting or the database is changed.
   *
   * @param setting the setting to check first
   */
  record Fatal(String reason, String setting) implements WriteOutcome {}

  /** Why a line was refused. */
  sealed interface Cause {
    /**
     * A field is refused because of its type, its length or its name.
     *
     * @param readings the columns that the message may name: none, one, or several if the message's
     *     quoting is ambiguous
     * @param dropped how many lines the database left out; 0 if it does not say
     */
    record FieldConflict(List<Column> readings, int dropped) implements Cause {
      public FieldConflict {
        readings = List.copyOf(readings);
      }
    }

    /**
     * A tag has the name of a column that is not a tag; the letter case of the name does not
     * matter.
     */
    record TagConflict(String measurement, String tag) implements Cause {}

    /**
     * Lines are older, or newer, than what the destination keeps.
     *
     * @param bound the oldest time that the destination takes; null if the answer does not say
     * @param dropped how many lines it left out; 0 if the answer does not say which lines these are
     */
    record BeyondRetention(@Nullable Instant bound, int dropped) implements Cause {}

    /**
     * Lines belong to new series, and the database takes no more series.
     *
     * @param dropped how many lines the database left out
     */
    record SeriesLimit(int dropped) implements Cause {}

    /** The line as a whole is refused: its syntax, its tags, or because of a limit. */
    record Line() implements Cause {}

    /** The answer has no known form; it may not be about a line at all. */
    record Unknown() implements Cause {}
  }

  /**
   * A column that a message names.
   *
   * @param kind the type that was sent; null if the message does not say
   * @param longerThan only texts of more bytes than this are refused; -1 if length does not matter
   * @param prefix whether {@code field} may be only the beginning of the name: QuestDB stops
   *     reading a name at the first character that is not allowed
   * @param scope where the message applies
   */
  record Column(
      String measurement,
      String field,
      FieldValue.@Nullable Kind kind,
      int longerThan,
      boolean prefix,
      Scope scope) {

    /** Returns whether the message is about this field of this point. */
    public boolean fits(Point point, Point.Field candidate) {
      return same(point.measurement(), measurement)
          && named(candidate.name())
          && (kind == null || candidate.value().kind() == kind)
          && (longerThan < 0 || utf8Length(candidate.value()) > longerThan);
    }

    private boolean named(String name) {
      return same(
          prefix && name.length() > field.length() ? name.substring(0, field.length()) : name,
          field);
    }

    private boolean same(String one, String other) {
      // QuestDB ignores the case of names; in InfluxDB, v and V are two columns.
      return scope == Scope.SHARD ? one.equals(other) : one.equalsIgnoreCase(other);
    }

    private static int utf8Length(FieldValue value) {
      return value instanceof FieldValue.Text text
          ? text.value().getBytes(StandardCharsets.UTF_8).length
          : 0;
    }
  }

  /** The scope in which a column refuses a field. */
  enum Scope {
    /** Some span of time (InfluxDB): in another span, the same column may have another type. */
    SHARD,
    /** The whole table (QuestDB); nothing of the request is stored. */
    TABLE,
    /** As {@link #TABLE}, but only for this value: another value may pass. */
    VALUE
  }
}
