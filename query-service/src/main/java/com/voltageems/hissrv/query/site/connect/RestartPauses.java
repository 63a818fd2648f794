package com.voltageems.hissrv.query.site.connect;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * When what failed of one connector is started again: soon at first, then later and later, and soon
 * again once it has run for a while. Pure: moments are given, in nanoseconds of any clock that is
 * not set. One thread.
 */
final class RestartPauses {
  /** Time for a rebalance to end, and for somebody who is at it. */
  static final Duration FIRST = Duration.ofSeconds(30);

  static final Duration LONGEST = Duration.ofMinutes(30);

  /** What has run for so long is well. */
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
   * Takes a look in; answers whether it is to be started again now.
   *
   * @param failed whether anything of it has failed
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

  /** How often in a row it was started again. */
  int tries() {
    return tries;
  }

  /** How long it waits from now on if it has failed; null where it has not. */
  @Nullable Duration left(long nowNanos) {
    Long due = dueNanos;
    return due == null ? null : Duration.ofNanos(Math.max(0, due - nowNanos));
  }

  /** Never the same for two services of one site. */
  private long pause() {
    long nanos = Math.min(LONGEST.toNanos(), FIRST.toNanos() << Math.min(tries, 10));
    return nanos * 3 / 4 + random.nextLong(nanos / 2);
  }
}
