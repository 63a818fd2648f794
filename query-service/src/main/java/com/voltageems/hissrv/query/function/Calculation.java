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
   * Ends a window. Called for each window that has a point; then, if another point follows, for the
   * windows without a point after it, as long as the result is not NaN.
   *
   * @param nextMicros time of the next point, after the window's end; {@link #NONE} if there is
   *     none
   * @param nextValue value of the next point
   * @return the window's value; NaN if it has none
   */
  double end(long startMicros, long endMicros, long nextMicros, double nextValue);
}
