package com.voltageems.hissrv.influx.batch;

import java.time.Duration;

/**
 * How many lines to put into a request: more while the database is quick, fewer when it is slow or
 * says that it was too much. Not safe for use by several threads at a time.
 */
public final class BatchSize {
  private static final Duration QUICK = Duration.ofMillis(100);
  private static final Duration SLOW = Duration.ofMillis(500);
  private static final double GROW = 1.2;
  private static final double SHRINK = 0.8;

  private final int min;
  private final int max;
  private int lines;

  public BatchSize(int min, int max) {
    this.min = min;
    this.max = max;
    this.lines = Math.max(min, Math.min(max, 1000));
  }

  public int lines() {
    return lines;
  }

  /** Learns from a request that was written; one that was not full says nothing about growing. */
  public void written(int count, Duration took) {
    if (took.compareTo(SLOW) > 0) {
      set(lines * SHRINK);
    } else if (took.compareTo(QUICK) < 0 && count >= lines) {
      set(Math.ceil(lines * GROW));
    }
  }

  /** Learns that {@code count} lines were too long a request. */
  public void tooLarge(int count) {
    set(Math.min(lines, count / 2.0));
  }

  private void set(double wanted) {
    lines = (int) Math.max(min, Math.min(max, wanted));
  }
}
