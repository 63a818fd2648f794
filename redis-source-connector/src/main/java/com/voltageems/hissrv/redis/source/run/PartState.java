package com.voltageems.hissrv.redis.source.run;

import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Whether one part of a task (a source, the aggregation) moves, and if not, since when and why.
 * Written by one thread, read by any.
 */
public final class PartState {
  /** A standstill is said again after this long, not at every attempt. */
  private static final long SAY_EVERY_MS = 60_000;

  private static final int MAX_REASON = 300;

  /**
   * A standstill.
   *
   * @param sinceMillis since when no attempt has passed, epoch milliseconds by the worker's clock
   * @param reason the last answer, at most 300 characters
   */
  public record Stuck(long sinceMillis, String reason) {}

  private final LongAdder failures = new LongAdder();
  private volatile @Nullable Stuck stuck;
  private long saidMillis;

  /**
   * An attempt has failed.
   *
   * @return whether it is time to say so in the log
   */
  public boolean failed(String reason, long nowMillis) {
    failures.increment();
    return holdsUp(reason, nowMillis);
  }

  /** As {@link #failed}, for something that is seen and not tried. */
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
   * An attempt has passed.
   *
   * @return whether that is news
   */
  public boolean passed() {
    boolean news = stuck != null;
    stuck = null;
    return news;
  }

  /** Null while it moves. */
  public @Nullable Stuck stuck() {
    return stuck;
  }

  /** Epoch milliseconds; 0 while it moves. */
  public long stuckSinceMillis() {
    Stuck now = stuck;
    return now == null ? 0 : now.sinceMillis();
  }

  /** Attempts that failed so far. */
  public long failures() {
    return failures.sum();
  }
}
