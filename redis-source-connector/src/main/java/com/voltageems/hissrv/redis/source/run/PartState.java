package com.voltageems.hissrv.redis.source.run;

import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Whether one part of a task (a source, the aggregation) makes progress, and if not, since when and
 * why. Written by one thread, read by any thread.
 */
public final class PartState {
  /** A standstill is logged again after this time, not at every attempt. */
  private static final long SAY_EVERY_MS = 60_000;

  private static final int MAX_REASON = 300;

  /**
   * Standstill of the part.
   *
   * @param sinceMillis since when no attempt has succeeded, in epoch milliseconds by the worker's
   *     clock
   * @param reason the last reason, at most 300 characters
   */
  public record Stuck(long sinceMillis, String reason) {}

  private final LongAdder failures = new LongAdder();
  private volatile @Nullable Stuck stuck;
  private long saidMillis;

  /**
   * Records a failed attempt.
   *
   * @return whether it is time to log it
   */
  public boolean failed(String reason, long nowMillis) {
    failures.increment();
    return holdsUp(reason, nowMillis);
  }

  /**
   * Records a standstill that was seen without an attempt: as {@link #failed}, but counts no
   * failure.
   */
  public boolean holdsUp(String reason, long nowMillis) {
    Stuck before = stuck;
    stuck = new Stuck(before == null ? nowMillis : before.sinceMillis(), shortened(reason));
    boolean say = before == null || Math.abs(nowMillis - saidMillis) >= SAY_EVERY_MS;
    if (say) {
      saidMillis = nowMillis;
    }
    return say;
  }

  private static String shortened(String reason) {
    return reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON - 1) + "…";
  }

  /**
   * Records a successful attempt.
   *
   * @return whether this ends a standstill
   */
  public boolean passed() {
    boolean news = stuck != null;
    stuck = null;
    return news;
  }

  /** Returns the standstill; null while the part makes progress. */
  public @Nullable Stuck stuck() {
    return stuck;
  }

  /**
   * Returns the beginning of the standstill in epoch milliseconds; 0 while the part makes progress.
   */
  public long stuckSinceMillis() {
    Stuck now = stuck;
    return now == null ? 0 : now.sinceMillis();
  }

  /** Returns the number of failed attempts so far. */
  public long failures() {
    return failures.sum();
  }
}
