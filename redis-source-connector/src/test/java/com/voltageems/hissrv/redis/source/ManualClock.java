package com.voltageems.hissrv.redis.source;

import com.voltageems.hissrv.redis.source.run.WorkerClock;
import java.time.Duration;
import java.time.Instant;

/** A clock that advances only when told to. */
public final class ManualClock implements WorkerClock {
  private Instant now = Instant.parse("2024-01-01T00:00:00Z");
  private long nanos = -5;

  public void pass(Duration time) {
    now = now.plus(time);
    nanos += time.toNanos();
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public long nanos() {
    return nanos;
  }
}
