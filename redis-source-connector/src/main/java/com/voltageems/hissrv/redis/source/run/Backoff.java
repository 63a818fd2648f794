package com.voltageems.hissrv.redis.source.run;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait after the nth failure in a row: the wait doubles, is bounded, and has a random
 * part.
 */
public final class Backoff {
  private final long minMs;
  private final long maxMs;
  private final RandomGenerator random;
  private int failures;

  public Backoff(Duration min, Duration max, RandomGenerator random) {
    this.minMs = min.toMillis();
    this.maxMs = max.toMillis();
    this.random = random;
  }

  /** Returns the next wait: between half of the doubled wait and all of it. */
  public Duration next() {
    long whole = Math.min(maxMs, minMs << Math.min(failures, 20));
    failures++;
    return Duration.ofMillis(whole / 2 + (whole < 2 ? 0 : random.nextLong(whole / 2 + 1)));
  }

  public void reset() {
    failures = 0;
  }

  /** Returns the longest wait. */
  public long maxMillis() {
    return maxMs;
  }

  public int failures() {
    return failures;
  }
}
