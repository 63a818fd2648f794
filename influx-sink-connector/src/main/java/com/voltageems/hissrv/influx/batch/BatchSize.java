package com.voltageems.hissrv.influx.batch;

import java.time.Duration;

/**
 * How many lines to put into a request: more while the database is quick, or takes no longer for a
 * line in a longer request; fewer when it is slow or says that it was too much. Not safe for use by
 * several threads at a time.
 */
public final class BatchSize {
  private static final Duration VERY_QUICK = Duration.ofMillis(25);
  private static final Duration QUICK = Duration.ofMillis(100);
  private static final Duration SLOW = Duration.ofMillis(500);

  /** With which to begin, and from which on a request is worth its own cost. */
  private static final int FIRST = 1_000;

  private static final double DOUBLE = 2;
  private static final double GROW = 1.2;
  private static final double SHRINK = 0.8;

  /** How much the last request counts in the mean. */
  private static final double LAST = 0.2;

  private final int min;
  private final int max;
  private int lines;

  /** What a line took in full requests; 0 when there was none. */
  private double nanosALine;

  public BatchSize(int min, int max) {
    this.min = min;
    this.max = max;
    this.lines = Math.max(min, Math.min(max, FIRST));
  }

  /** The most lines. */
  public int lines() {
    return lines;
  }

  /** With so many lines a request need not wait for more. */
  public int enough() {
    return Math.min(lines, FIRST);
  }

  /** Learns from a request that was written; one that was not full says nothing about growing. */
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

  /** Learns that {@code count} lines were too long a request. */
  public void tooLarge(int count) {
    set(Math.min(lines, count / 2.0));
  }

  private void set(double wanted) {
    lines = (int) Math.max(min, Math.min(max, wanted));
  }
}
