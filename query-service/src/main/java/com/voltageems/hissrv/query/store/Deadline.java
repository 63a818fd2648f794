package com.voltageems.hissrv.query.store;

import java.time.Duration;

/**
 * Until when a request may use the database, whatever it needs for its answer: one for the whole of
 * it. By {@link System#nanoTime()}.
 *
 * @param length how long it was at the beginning, for messages
 */
public record Deadline(long nanoTime, Duration length) {
  /** So long from now. */
  public static Deadline in(Duration length) {
    return new Deadline(System.nanoTime() + length.toNanos(), length);
  }

  /** What is left; never less than a millisecond, so that it can be used as a timeout. */
  public Duration left() {
    long nanos = nanoTime - System.nanoTime();
    return Duration.ofNanos(Math.max(nanos, 1_000_000));
  }

  public boolean isOver() {
    return nanoTime - System.nanoTime() <= 0;
  }

  /** The failure to throw when it is over. */
  public StoreException exceeded(Throwable cause) {
    return new StoreException(
        StoreException.Kind.TIMEOUT,
        "the query took longer than " + length.toMillis() + " ms",
        cause);
  }
}
