package com.voltageems.hissrv.query.function;

import com.voltageems.hissrv.query.store.window.Digits;
import com.voltageems.hissrv.query.store.window.Windows;
import java.util.Arrays;
import java.util.List;

/**
 * Passes the points of one key (a series, or several joined series) to calculations and their
 * values to a receiver, window by window.
 */
final class Windowing {
  /** Receives the value of a window. */
  interface Values {
    void take(long windowStartMillis, int column, double value);
  }

  /** Receives the number of points of a window that need not be kept any longer. */
  interface Released {
    void of(int column, int points);
  }

  private final Windows windows;
  private final long startMillis;
  private final long endMillis;
  private final List<Calculation> calculations;
  private final long[] openStarts;
  private final long[] openEnds;
  private final int[] held;
  private final Values values;
  private final Released released;

  /**
   * @param startMillis values of windows that begin before this time are dropped
   * @param endMillis values of windows that begin at this time or later are dropped
   * @param calculations one per column
   * @param released called when a window has ended
   */
  Windowing(
      Windows windows,
      long startMillis,
      long endMillis,
      List<Calculation> calculations,
      Values values,
      Released released) {
    this.windows = windows;
    this.startMillis = startMillis;
    this.endMillis = endMillis;
    this.calculations = calculations;
    this.openStarts = new long[calculations.size()];
    this.openEnds = new long[calculations.size()];
    this.held = new int[calculations.size()];
    Arrays.fill(openEnds, Long.MIN_VALUE);
    this.values = values;
    this.released = released;
  }

  /** Adds the next point of a column; the points come in the order of time. */
  void add(int column, long epochMicros, double value) {
    long millis = Math.floorDiv(epochMicros, 1000L);
    if (openEnds[column] != Long.MIN_VALUE && millis >= openEnds[column]) {
      endUntil(column, millis, epochMicros, value);
    }
    if (openEnds[column] == Long.MIN_VALUE || millis >= openEnds[column]) {
      open(column, millis);
    }
    held[column]++;
    calculations.get(column).add(epochMicros, value);
  }

  private void open(int column, long millis) {
    openStarts[column] = floor(millis);
    openEnds[column] = next(millis);
  }

  /**
   * Returns the start of the window. All points before the range share one window, and so do all
   * points after it.
   */
  private long floor(long millis) {
    if (millis < startMillis) {
      return Long.MIN_VALUE / 2000;
    }
    // If the range is a single window, no window follows it.
    return millis >= endMillis ? endMillis : windows.floor(millis);
  }

  private long next(long millis) {
    if (millis < startMillis) {
      return startMillis;
    }
    return millis >= endMillis ? Long.MAX_VALUE / 2000 : windows.next(millis);
  }

  private void endUntil(int column, long millis, long nextMicros, double nextValue) {
    Calculation calculation = calculations.get(column);
    boolean more = true;
    while (more && openEnds[column] <= millis) {
      double value =
          calculation.end(
              openStarts[column] * 1000, openEnds[column] * 1000, nextMicros, nextValue);
      tell(column, value);
      // Windows without a point have a value only if the calculation bridges them.
      more = !Double.isNaN(value) || openStarts[column] < startMillis;
      if (more) {
        open(column, openEnds[column]);
      }
    }
    if (openEnds[column] <= millis) {
      open(column, millis);
    }
  }

  private void tell(int column, double value) {
    released.of(column, held[column]);
    held[column] = 0;
    long start = openStarts[column];
    if (!Double.isNaN(value) && start >= startMillis && start < endMillis) {
      values.take(start, column, Digits.computed(value));
    }
  }

  /** Ends all open windows, as no more points follow. */
  void end() {
    for (int column = 0; column < calculations.size(); column++) {
      if (openEnds[column] != Long.MIN_VALUE) {
        double value =
            calculations
                .get(column)
                .end(
                    openStarts[column] * 1000,
                    openEnds[column] * 1000,
                    Calculation.NONE,
                    Double.NaN);
        tell(column, value);
      }
    }
  }
}
