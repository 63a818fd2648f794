package com.voltageems.hissrv.influx.delivery;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Exponential back-off: the wait doubles from {@code first} to {@code longest}. A random part of up
 * to half is subtracted, so that many tasks do not come back at the same moment.
 */
public record Backoff(Duration first, Duration longest) {
  /**
   * Returns the wait before the next attempt.
   *
   * @param attempt the number of failures so far: 1 after the first failure
   */
  public Duration after(int attempt, RandomGenerator random) {
    long cap = longest.toMillis();
    int doublings = Math.min(attempt - 1, 40);
    long full = doublings >= 40 ? cap : Math.min(cap, first.toMillis() << doublings);
    if (full < 0) {
      full = cap;
    }
    return Duration.ofMillis(full / 2 + random.nextLong(full / 2 + 1));
  }
}
