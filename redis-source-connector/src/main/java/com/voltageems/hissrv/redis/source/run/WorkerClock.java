package com.voltageems.hissrv.redis.source.run;

import java.time.Instant;
import java.time.InstantSource;

/**
 * The worker's two clocks: the time of day, which may step, and a clock that only runs forward, for
 * measuring waits.
 */
public interface WorkerClock extends InstantSource {
  /**
   * Returns nanoseconds since some moment. As with {@link System#nanoTime}, only differences have a
   * meaning.
   */
  long nanos();

  /** Returns this machine's clock. */
  static WorkerClock system() {
    return SystemClock.INSTANCE;
  }

  /** Clock that {@link WorkerClock#system} returns. */
  enum SystemClock implements WorkerClock {
    INSTANCE;

    @Override
    public long nanos() {
      return System.nanoTime();
    }

    @Override
    public Instant instant() {
      return Instant.now();
    }

    @Override
    public long millis() {
      return System.currentTimeMillis();
    }
  }
}
