package com.voltageems.hissrv.query.store;

import java.time.Duration;

/**
 * The time by which a request must be finished with the database, measured by {@link
 * System#nanoTime()}. All calls that one request needs share one deadline.
 *
 * @param length the time that was allowed at the beginning, for messages
 */
public record Deadline(long nanoTime, Duration length) {
  /** Creates a deadline this long from now. */
  public static Deadline in(Duration length) {
    return new Deadline(System.nanoTime() + length.toNanos(), length);
  }

  /** Returns the remaining time; at least one millisecond, so that it can be used as a timeout. */
  public Duration left() {
    long nanos = nanoTime - System.nanoTime();
    return Duration.ofNanos(Math.max(nanos, 1_000_000));
  }

  public boolean isOver() {
    return nanoTime - System.nanoTime() <= 0;
  }

  /** Creates the exception to throw after the deadline has passed. */
  public StoreException exceeded(Throwable cause) {
    return new StoreException(
        StoreException.Kind.TIMEOUT,
        "the query took longer than " + length.toMillis() + " ms",
        cause);
  }
}
