package com.voltageems.hissrv.influx.sink;

import java.time.Duration;

/**
 * When a commit is worth asking for before the worker's own time: as soon as all that came is
 * written, once a second at most. Then the committed offsets tell how far the database is, and a
 * crash repeats little. For the task's thread.
 */
final class IdleCommit {
  static final Duration AT_MOST_EVERY = Duration.ofSeconds(1);

  private boolean received;
  private long lastNanos;
  private boolean asked;

  /** Records came. */
  void received() {
    received = true;
  }

  /** Whether to ask now, which is then done. */
  boolean isDue(long open, long nowNanos) {
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
