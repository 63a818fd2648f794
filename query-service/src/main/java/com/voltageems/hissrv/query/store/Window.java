package com.voltageems.hissrv.query.store;

/**
 * Windows of equal length, aligned to the epoch in UTC: window n is [n * length, (n + 1) * length)
 * and carries its start as its time.
 */
public record Window(long lengthMillis, Aggregation aggregation) {
  public Window {
    if (lengthMillis <= 0) {
      throw new IllegalArgumentException("a window of " + lengthMillis + " ms");
    }
  }

  /** The start of the window that holds this moment. */
  public long floor(long epochMillis) {
    return Math.floorDiv(epochMillis, lengthMillis) * lengthMillis;
  }

  /** The start of the first window that begins at this moment or later. */
  public long ceil(long epochMillis) {
    return -Math.floorDiv(-epochMillis, lengthMillis) * lengthMillis;
  }
}
