package com.voltageems.hissrv.query.function;

/**
 * A calculation over the points of one field of one series. It receives them in the order of time
 * and returns one value per window.
 */
public interface Calculation {
  /** Stands for the time of a point that does not exist. */
  long NONE = Long.MAX_VALUE;

  /** Adds the next point of the window. */
  void add(long epochMicros, double value);

  /**
   * Ends a window. Called for each window that has a point. If another point follows, also called
   * for the windows without a point before it, until a call returns NaN. A NaN for the time before
   * the range does not end these calls.
   *
   * @param nextMicros time of the next point, after the window's end; {@link #NONE} if there is
   *     none
   * @param nextValue value of the next point
   * @return the window's value; NaN if it has none
   */
  double end(long startMicros, long endMicros, long nextMicros, double nextValue);
}
