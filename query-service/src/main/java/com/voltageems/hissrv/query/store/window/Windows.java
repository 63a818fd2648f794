package com.voltageems.hissrv.query.store.window;

import java.util.List;

/** How time is divided into windows; each carries its start as its time. */
public sealed interface Windows permits FixedWindows, CalendarWindows, OneWindow {
  /** The start of the window that holds this moment. */
  long floor(long epochMillis);

  /** The start of the first window after the one that holds this moment. */
  long next(long epochMillis);

  /** The start of the first window that begins at this moment or later. */
  default long ceil(long epochMillis) {
    long start = floor(epochMillis);
    return start == epochMillis ? start : next(epochMillis);
  }

  /**
   * All windows that have a part in the range, as few runs as can be. Every back end makes its
   * windows from these, so that all of them have the same ones.
   */
  List<Run> runs(long startMillis, long endMillis);

  /** How long a window is at most. */
  long longestMillis();

  /** How long a window is at least. */
  long shortestMillis();
}
