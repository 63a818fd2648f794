package com.voltageems.hissrv.redis.source.run;

import java.time.Instant;
import java.time.InstantSource;

/**
 * The worker's clocks: the time of day, which may step, and one that only runs forward, by which
 * waits are measured.
 */
public interface WorkerClock extends InstantSource {
  /** Nanoseconds since some moment; as {@link System#nanoTime}, only differences mean anything. */
  long nanos();

  /** This machine's. */
  static WorkerClock system() {
    return SystemClock.INSTANCE;
  }

  /** {@link WorkerClock#system}. */
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
