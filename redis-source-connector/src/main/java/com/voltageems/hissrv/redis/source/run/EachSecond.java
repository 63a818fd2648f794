package com.voltageems.hissrv.redis.source.run;

import java.util.concurrent.TimeUnit;

/**
 * When to come so that every second of Redis's clock is met once: in its middle. Whoever only waits
 * a second each time may stand close to where the seconds change, for hours, and then comes twice
 * into one second and never into the next whenever the machine is a little late.
 */
public final class EachSecond {
  private static final long SECOND_MS = TimeUnit.SECONDS.toMillis(1);
  private static final long MIDDLE_MS = SECOND_MS / 2;

  private EachSecond() {}

  /**
   * Returns the middle of the second after the present one, in the nanoseconds of {@link
   * WorkerClock#nanos}.
   *
   * @param nowNanos the present by the worker's clock
   * @param redisMillis the same by Redis's, epoch milliseconds
   */
  public static long next(long nowNanos, long redisMillis) {
    long into = Math.floorMod(redisMillis, SECOND_MS);
    return nowNanos + TimeUnit.MILLISECONDS.toNanos(SECOND_MS + MIDDLE_MS - into);
  }
}
