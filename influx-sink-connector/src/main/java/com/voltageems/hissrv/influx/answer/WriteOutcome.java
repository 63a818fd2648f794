package com.voltageems.hissrv.influx.answer;

import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.Point;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the database answered to one request, as a decision. Reasons are for people to read. */
public sealed interface WriteOutcome {
  /** Every line is stored. */
  record Written() implements WriteOutcome {}

  /**
   * The database cannot be reached, or is busy: nothing that the lines could be blamed for. Nothing
   * is known to be stored; the same request may succeed later.
   *
   * @param after how long the database asks to wait, null when it does not say
   * @param setting the setting that may be at fault, null when none is known
   * @param mayHappen whether the request may still be carried out, although nobody waits for it
   */
  record Retry(@Nullable Duration after, String reason, @Nullable String setting, boolean mayHappen)
      implements WriteOutcome {
    public Retry(@Nullable Duration after, String reason) {
      this(after, reason, null, false);
    }
  }

  /**
   * The database took the request and failed at it. It may be ill; or one of the lines may be what
   * it cannot digest. Nothing is known to be stored.
   *
   * @param after how long the database asks to wait, null when it does not say
   * @param namesLine whether the answer blames a line of the request
   */
  record Failed(@Nullable Duration after, String reason, boolean namesLine)
      implements WriteOutcome {}

  /** The request was too long. */
  record TooLarge(String reason) implements WriteOutcome {}

  /**
   * At least one line is refused for good. Others may be stored, or not: that depends on the
   * database, and writing them again does no harm.
   */
  record Refused(Cause cause, String reason) implements WriteOutcome {}

  /**
   * No request of this kind will succeed until a setting or the database is changed.
   *
   * @param setting the one to look at first
   */
  record Fatal(String reason, String setting) implements WriteOutcome {}

  /** Why a line was refused. */
  sealed interface Cause {
    /**
     * A field is refused: for its type, its length or its name.
     *
     * @param readings the columns that the message may name: none, one, or, where its quoting is
     *     ambiguous, more
     * @param dropped how many lines the database left out, 0 when it does not say
     */
    record FieldConflict(List<Column> readings, int dropped) implements Cause {
      public FieldConflict {
        readings = List.copyOf(readings);
      }
    }

    /** A tag of this name meets a column that is no tag; the name's letter case does not matter. */
    record TagConflict(String measurement, String tag) implements Cause {}

    /**
     * Lines are older than what the destination keeps.
     *
     * @param bound the oldest time that it takes, null when it does not say
     * @param dropped how many lines it left out, 0 when it does not say
     */
    record BeyondRetention(@Nullable Instant bound, int dropped) implements Cause {}

    /**
     * Lines are of series that are new, and the database takes no more series.
     *
     * @param dropped how many lines it left out
     */
    record SeriesLimit(int dropped) implements Cause {}

    /** The line as such: its syntax, its tags, a limit. */
    record Line() implements Cause {}

    /** The answer has no known form; it may not be about a line at all. */
    record Unknown() implements Cause {}
  }

  /**
   * A column that a message names.
   *
   * @param kind the type that was sent, null when the message does not say
   * @param longerThan only texts of more bytes are refused; -1 when length does not matter
   * @param prefix whether {@code field} may be the beginning of the name only: QuestDB stops
   *     reading a name where it becomes impossible
   * @param scope where the message holds
   */
  record Column(
      String measurement,
      String field,
      FieldValue.@Nullable Kind kind,
      int longerThan,
      boolean prefix,
      Scope scope) {

    /** Whether the message is about this field of this point. */
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
      // QuestDB's names have no case; in InfluxDB v and V are two columns.
      return scope == Scope.SHARD ? one.equals(other) : one.equalsIgnoreCase(other);
    }

    private static int utf8Length(FieldValue value) {
      return value instanceof FieldValue.Text text
          ? text.value().getBytes(StandardCharsets.UTF_8).length
          : 0;
    }
  }

  /** Where it holds that a column refuses a field. */
  enum Scope {
    /** In some span of time (InfluxDB): the same column may have another type in another span. */
    SHARD,
    /** In the whole table (QuestDB), where nothing of the request is stored. */
    TABLE,
    /** As {@link #TABLE}, but for the value at hand: another value may pass. */
    VALUE
  }
}
