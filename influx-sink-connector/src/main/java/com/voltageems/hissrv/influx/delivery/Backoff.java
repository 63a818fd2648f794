package com.voltageems.hissrv.influx.delivery;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before a further try: doubling from {@code first} to {@code longest}, of which a
 * random half is taken off, so that many tasks do not come back at once.
 */
public record Backoff(Duration first, Duration longest) {
  /**
   * The wait.
   *
   * @param attempt 1 after the first failure
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
