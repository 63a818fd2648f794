package com.voltageems.hissrv.influx.point;

/** The precision in which times are written. */
public enum Precision {
  NS(1),
  US(1_000),
  MS(1_000_000),
  S(1_000_000_000);

  private final long nanos;

  Precision(long nanos) {
    this.nanos = nanos;
  }

  /** Returns the last time in this precision that is not after the given one, in nanoseconds. */
  public long floor(long epochNanos) {
    return Math.floorDiv(epochNanos, nanos) * nanos;
  }

  /** Returns a time as a number of these units. */
  long of(long epochNanos) {
    return Math.floorDiv(epochNanos, nanos);
  }
}
