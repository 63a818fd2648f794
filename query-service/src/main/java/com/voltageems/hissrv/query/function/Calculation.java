package com.voltageems.hissrv.query.function;

/** Takes the points of one field of one series in the order of time, and ends window by window. */
public interface Calculation {
  /** No point. */
  long NONE = Long.MAX_VALUE;

  /** The next point of the window. */
  void add(long epochMicros, double value);

  /**
   * Ends a window. It is called for each window that has a point, and for those between the last
   * point and the next one.
   *
   * @param nextMicros time of the next point, after the window's end; {@link #NONE} for none
   * @param nextValue its value
   * @return the window's value; NaN for none
   */
  double end(long startMicros, long endMicros, long nextMicros, double nextValue);
}
