package com.voltageems.hissrv.query.store.window;

import java.util.List;

/** A division of time into windows. The time of a window is its start. */
public sealed interface Windows permits FixedWindows, CalendarWindows, OneWindow {
  /** Returns the start of the window that contains this moment. */
  long floor(long epochMillis);

  /** Returns the start of the first window after the one that contains this moment. */
  long next(long epochMillis);

  /** Returns the start of the first window that begins at this moment or later. */
  default long ceil(long epochMillis) {
    long start = floor(epochMillis);
    return start == epochMillis ? start : next(epochMillis);
  }

  /**
   * Returns all windows that overlap the range, in as few runs as possible. Every back end makes
   * its windows from these, so that all back ends have the same windows.
   */
  List<Run> runs(long startMillis, long endMillis);

  /** Returns the longest possible length of a window. */
  long longestMillis();

  /** Returns the shortest possible length of a window. */
  long shortestMillis();
}
