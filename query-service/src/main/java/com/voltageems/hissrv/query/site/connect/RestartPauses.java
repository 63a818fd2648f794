package com.voltageems.hissrv.query.site.connect;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides when the failed parts of one connector are restarted: soon at first, then after longer
 * and longer pauses, and soon again once the connector has run well for a while. Pure: the caller
 * passes the time in nanoseconds of any clock that is never set. For one thread.
 */
final class RestartPauses {
  /** First pause: time for a rebalance to end, or for a person who is already repairing it. */
  static final Duration FIRST = Duration.ofSeconds(30);

  static final Duration LONGEST = Duration.ofMinutes(30);

  /** A connector without failures for this long counts as healthy again. */
  static final Duration WELL = Duration.ofMinutes(10);

  private final RandomGenerator random;
  private int tries;
  private @Nullable Long dueNanos;
  private @Nullable Long wellSinceNanos;

  RestartPauses() {
    this(ThreadLocalRandom.current());
  }

  RestartPauses(RandomGenerator random) {
    this.random = random;
  }

  /**
   * Records the result of a check and returns whether to restart now.
   *
   * @param failed whether any part of the connector has failed
   */
  boolean look(boolean failed, long nowNanos) {
    if (!failed) {
      dueNanos = null;
      Long since = wellSinceNanos;
      if (since == null) {
        wellSinceNanos = nowNanos;
      } else if (nowNanos - since >= WELL.toNanos()) {
        tries = 0;
      }
      return false;
    }
    wellSinceNanos = null;
    Long due = dueNanos;
    if (due == null) {
      dueNanos = nowNanos + pause();
      return false;
    }
    if (nowNanos - due < 0) {
      return false;
    }
    tries++;
    dueNanos = nowNanos + pause();
    return true;
  }

  /** Returns how many times in a row it was restarted. */
  int tries() {
    return tries;
  }

  /** Returns the time until the next restart; null if nothing has failed. */
  @Nullable Duration left(long nowNanos) {
    Long due = dueNanos;
    return due == null ? null : Duration.ofNanos(Math.max(0, due - nowNanos));
  }

  /**
   * Returns the next pause in nanoseconds, partly random, so that two services of one site do not
   * act in step.
   */
  private long pause() {
    long nanos = Math.min(LONGEST.toNanos(), FIRST.toNanos() << Math.min(tries, 10));
    return nanos * 3 / 4 + random.nextLong(nanos / 2);
  }
}
