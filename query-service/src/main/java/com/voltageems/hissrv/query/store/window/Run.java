package com.voltageems.hissrv.query.store.window;

/**
 * Consecutive windows of the same length, without a gap.
 *
 * @param startMillis epoch ms of the start of the first window
 * @param count at least one
 */
public record Run(long startMillis, long lengthMillis, long count) {
  public Run {
    if (lengthMillis <= 0 || count < 1) {
      throw new IllegalArgumentException(count + " windows of " + lengthMillis + " ms");
    }
  }

  /** Returns the end of the last window in epoch ms, exclusive. */
  public long endMillis() {
    return startMillis + count * lengthMillis;
  }
}
