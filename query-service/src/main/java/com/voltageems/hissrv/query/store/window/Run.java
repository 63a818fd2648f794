package com.voltageems.hissrv.query.store.window;

/**
 * Windows of one length that follow each other without a gap.
 *
 * @param startMillis epoch ms of the first one's start
 * @param count at least one
 */
public record Run(long startMillis, long lengthMillis, long count) {
  public Run {
    if (lengthMillis <= 0 || count < 1) {
      throw new IllegalArgumentException(count + " windows of " + lengthMillis + " ms");
    }
  }

  /** Epoch ms of the end of the last one, which does not belong to it. */
  public long endMillis() {
    return startMillis + count * lengthMillis;
  }
}
