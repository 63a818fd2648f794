package com.voltageems.hissrv.influx.batch;

import java.time.Duration;

/**
 * The number of lines for one request. It grows while the database is quick, or while a longer
 * request does not take more time per line; it shrinks when the database is slow or refuses a
 * request as too large. Not thread-safe.
 */
public final class BatchSize {
  private static final Duration VERY_QUICK = Duration.ofMillis(25);
  private static final Duration QUICK = Duration.ofMillis(100);
  private static final Duration SLOW = Duration.ofMillis(500);

  /** The number of lines to begin with. A request with this many lines is worth its fixed cost. */
  private static final int FIRST = 1_000;

  private static final double DOUBLE = 2;
  private static final double GROW = 1.2;
  private static final double SHRINK = 0.8;

  /** The weight of the last request in the mean. */
  private static final double LAST = 0.2;

  private final int min;
  private final int max;
  private int lines;

  /** The mean time that a line takes in full requests; 0 if there was no full request yet. */
  private double nanosALine;

  public BatchSize(int min, int max) {
    this.min = min;
    this.max = max;
    this.lines = Math.max(min, Math.min(max, FIRST));
  }

  /** Returns the most lines for a request. */
  public int lines() {
    return lines;
  }

  /** Returns the number of lines with which a request need not wait for more. */
  public int enough() {
    return Math.min(lines, FIRST);
  }

  /**
   * Learns from a request that was written. If the request was not full, it says nothing about
   * growing.
   */
  public void written(int count, Duration took) {
    if (took.compareTo(SLOW) > 0) {
      set(lines * SHRINK);
    } else if (count >= lines) {
      double now = took.toNanos() / (double) count;
      double before = nanosALine == 0 ? now : nanosALine;
      nanosALine = before + LAST * (now - before);
      if (took.compareTo(VERY_QUICK) < 0) {
        set(lines * DOUBLE);
      } else if (took.compareTo(QUICK) < 0 || now <= before) {
        set(Math.ceil(lines * GROW));
      }
    }
  }

  /** Learns that a request of {@code count} lines was too large. */
  public void tooLarge(int count) {
    set(Math.min(lines, count / 2.0));
  }

  private void set(double wanted) {
    lines = (int) Math.max(min, Math.min(max, wanted));
  }
}
