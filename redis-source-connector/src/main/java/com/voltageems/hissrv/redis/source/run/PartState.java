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

  /**
   * Most standstills that are logged in that time: one that comes and goes, such as a connection
   * that is cut off every second, must not fill the log.
   */
  private static final int SAY_AT_MOST = 3;

  /** Likewise, if the reason is another one than that logged last. */
  private static final int SAY_OTHERS_AT_MOST = 10;

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

  /** When the first of the standstills was logged that {@link #SAY_AT_MOST} counts. */
  private long firstMillis;

  private int said;
  private String saidReason = "";

  /** Whether the present standstill was logged. */
  private boolean isSaid;

  /** Standstills that were not logged since the last one that was. */
  private int unsaid;

  private int unsaidBefore;

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
    boolean isNew = begin(reason, nowMillis);
    boolean say = isSaid ? isOver(saidMillis, nowMillis) : maySay(reason, nowMillis);
    if (say) {
      isSaid = true;
      saidMillis = nowMillis;
      saidReason = reason;
      said++;
      unsaidBefore = isNew || unsaid == 0 ? unsaid : unsaid - 1;
      unsaid = 0;
    } else if (isNew) {
      unsaid++;
    }
    return say;
  }

  /** Records a failed attempt whose reason is logged elsewhere. */
  public void failedWithOthers(String reason, long nowMillis) {
    failures.increment();
    begin(reason, nowMillis);
  }

  /** Returns whether this is a new standstill. */
  private boolean begin(String reason, long nowMillis) {
    Stuck before = stuck;
    stuck = new Stuck(before == null ? nowMillis : before.sinceMillis(), shortened(reason));
    isSaid &= before != null;
    return before == null;
  }

  private boolean maySay(String reason, long nowMillis) {
    if (said == 0 || isOver(firstMillis, nowMillis)) {
      said = 0;
      firstMillis = nowMillis;
    }
    return said < (reason.equals(saidReason) ? SAY_AT_MOST : SAY_OTHERS_AT_MOST);
  }

  private static boolean isOver(long sinceMillis, long nowMillis) {
    // By its absolute value: a clock that is set back must not silence the log.
    return Math.abs(nowMillis - sinceMillis) >= SAY_EVERY_MS;
  }

  /**
   * Returns what to add to the message when a standstill is logged: how many were not logged since
   * the last one that was; empty if none.
   */
  public String unsaid() {
    return unsaidBefore == 0 ? "" : " (" + unsaidBefore + " more since the last one logged)";
  }

  private static String shortened(String reason) {
    return reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON - 1) + "…";
  }

  /**
   * Records a successful attempt.
   *
   * @return whether this ends a standstill that was logged, so that its end has to be
   */
  public boolean passed() {
    boolean news = stuck != null && isSaid;
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
