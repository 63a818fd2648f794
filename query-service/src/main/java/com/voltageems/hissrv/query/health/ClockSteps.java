package com.voltageems.hissrv.query.health;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Detects that the clock was set, as on a machine that gets the time only after it has started. A
 * class that remembers times must move them by the same step; otherwise something that began a
 * minute ago seems to last for an hour, or a standstill is not reported for an hour. For one
 * thread.
 */
public final class ClockSteps {
  /** Smaller steps are corrections of a running clock, or a pause of this process. */
  private static final Duration LEAST = Duration.ofSeconds(10);

  private final Clock clock;
  private Instant lastInstant;
  private long lastNanos;

  /** A clock that also reports how much time has really passed; for tests. */
  public interface Ticking {
    long nanos();
  }

  public ClockSteps(Clock clock) {
    this.clock = clock;
    this.lastInstant = clock.instant();
    this.lastNanos = nanos();
  }

  private long nanos() {
    return clock instanceof Ticking ticking ? ticking.nanos() : System.nanoTime();
  }

  /** Returns by how much the clock was set since the last call, negative if back; usually zero. */
  public Duration next() {
    Instant now = clock.instant();
    long nanos = nanos();
    Duration step = Duration.between(lastInstant, now).minusNanos(nanos - lastNanos);
    lastInstant = now;
    lastNanos = nanos;
    return step.abs().compareTo(LEAST) < 0 ? Duration.ZERO : step;
  }

  /**
   * Returns the time of the last {@link #next}. Times that are remembered before the next call must
   * come from this method, because the clock may be set in between.
   */
  public Instant now() {
    return lastInstant;
  }
}
