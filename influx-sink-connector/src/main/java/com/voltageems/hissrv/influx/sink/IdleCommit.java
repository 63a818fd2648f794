package com.voltageems.hissrv.influx.sink;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When a commit is worth asking for before the worker's own time: as soon as all that came is
 * written, once a second at most. Then the committed offsets tell how far the database is, and a
 * crash repeats little. For the task's thread.
 */
final class IdleCommit {
  static final Duration AT_MOST_EVERY = Duration.ofSeconds(1);

  /**
   * The worker reckons its own commits by the time of day: where that is set back by an hour, it
   * would commit nothing for an hour.
   */
  static final Duration AT_LEAST_EVERY = Duration.ofMinutes(2);

  private boolean received;
  private long lastNanos;
  private boolean asked;

  /** Up to when nothing waited for a commit, or was committed. */
  private @Nullable Long committedNanos;

  /** Records came. */
  void received() {
    received = true;
  }

  /** The worker commits. */
  void committed(long nowNanos) {
    committedNanos = nowNanos;
  }

  /** Whether to ask now, which is then done. */
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

  /** Whether it is only too early. */
  boolean isWanted(long open) {
    return received && open == 0;
  }
}
