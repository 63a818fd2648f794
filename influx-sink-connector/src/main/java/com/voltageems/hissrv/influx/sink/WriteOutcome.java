package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.point.FieldValue;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the database answered to one request, as a decision. Reasons are for people to read. */
sealed interface WriteOutcome {
  /** Every line is stored. */
  record Written() implements WriteOutcome {}

  /**
   * Nothing is known to be stored; the same request may succeed later.
   *
   * @param after how long the database asks to wait, null when it does not say
   */
  record Retry(@Nullable Duration after, String reason) implements WriteOutcome {}

  /** The request was too long. */
  record TooLarge(String reason) implements WriteOutcome {}

  /**
   * At least one line is refused for good. Others may be stored, or not: that depends on the
   * database, and writing them again does no harm.
   */
  record Refused(Cause cause, String reason) implements WriteOutcome {}

  /** No request of this kind will succeed until a setting or the database is changed. */
  record Fatal(String reason) implements WriteOutcome {}

  /** Why a line was refused. */
  sealed interface Cause {
    /** A field has another type than its column, or a name that no column can have. */
    record FieldConflict(Optional<Column> column) implements Cause {}

    /** The line's time is older than what the destination keeps. */
    record BeyondRetention() implements Cause {}

    /** The line as such: its syntax, its tags, a limit. */
    record Line() implements Cause {}

    /** The answer has no known form; it may not be about a line at all. */
    record Unknown() implements Cause {}
  }

  /**
   * A column that a message names.
   *
   * @param kind the type that was sent, null when the message does not say
   */
  record Column(String measurement, String field, FieldValue.@Nullable Kind kind) {}
}
