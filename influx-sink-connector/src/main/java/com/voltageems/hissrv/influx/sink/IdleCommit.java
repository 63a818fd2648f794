package com.voltageems.hissrv.influx.sink;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Rule for asking for a commit before the worker's own time: as soon as everything received is
 * written, at most once a second. Then the committed offsets tell how far the database is, and
 * little is repeated after a crash. For the task's thread.
 */
final class IdleCommit {
  static final Duration AT_MOST_EVERY = Duration.ofSeconds(1);

  /**
   * The worker schedules its own commits by the time of day: if the clock is set back by an hour,
   * the worker would commit nothing for an hour.
   */
  static final Duration AT_LEAST_EVERY = Duration.ofMinutes(2);

  private boolean received;
  private long lastNanos;
  private boolean asked;

  /** The last moment at which nothing waited for a commit, or a commit took place. */
  private @Nullable Long committedNanos;

  /** Records came. */
  void received() {
    received = true;
  }

  /** The worker commits. */
  void committed(long nowNanos) {
    committedNanos = nowNanos;
  }

  /** Returns whether to ask for a commit now; if so, counts it as asked for. */
  boolean isDue(long open, long nowNanos) {
    return isOverdue(open, nowNanos) || isIdle(open, nowNanos);
  }

  private boolean isOverdue(long open, long nowNanos) {
    Long last = committedNanos;
    if (last == null || !(received || open > 0)) {
      committedNanos = nowNanos;
      return false;
    }
    boolean overdue = nowNanos - last >= AT_LEAST_EVERY.toNanos();
    committedNanos = overdue ? (Long) nowNanos : last;
    return overdue;
  }

  private boolean isIdle(long open, long nowNanos) {
    if (!isWanted(open) || (asked && nowNanos - lastNanos < AT_MOST_EVERY.toNanos())) {
      return false;
    }
    received = false;
    asked = true;
    lastNanos = nowNanos;
    return true;
  }

  /**
   * Returns whether a commit is worth asking for, if not now, then as soon as the interval allows.
   */
  boolean isWanted(long open) {
    return received && open == 0;
  }
}
