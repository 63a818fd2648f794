package com.voltageems.hissrv.query.health;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Notices that the clock was set, as on a box that gets the time only after it has started. Whoever
 * remembers moments moves them along; else what began a minute ago is said to last for an hour, or
 * what stands still is not said for one. One thread.
 */
public final class ClockSteps {
  /** Less than that is how clocks are corrected while they run, or a pause of this process. */
  private static final Duration LEAST = Duration.ofSeconds(10);

  private final Clock clock;
  private Instant lastInstant;
  private long lastNanos;

  /** A clock that tells, too, how much time has really passed; for tests. */
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

  /** By how much the clock was set since the last call, back where negative; mostly zero. */
  public Duration next() {
    Instant now = clock.instant();
    long nanos = nanos();
    Duration step = Duration.between(lastInstant, now).minusNanos(nanos - lastNanos);
    lastInstant = now;
    lastNanos = nanos;
    return step.abs().compareTo(LEAST) < 0 ? Duration.ZERO : step;
  }

  /**
   * The moment of the last {@link #next}: what is remembered until the following one has to be
   * reckoned by it, for the clock may be set in between.
   */
  public Instant now() {
    return lastInstant;
  }
}
