package com.voltageems.hissrv.influx.point;

/** How fine times are written. */
public enum Precision {
  NS(1),
  US(1_000),
  MS(1_000_000),
  S(1_000_000_000);

  private final long nanos;

  Precision(long nanos) {
    this.nanos = nanos;
  }

  /** The last such time that is not after it, in nanoseconds. */
  public long floor(long epochNanos) {
    return Math.floorDiv(epochNanos, nanos) * nanos;
  }

  /** A time as a number of these. */
  long of(long epochNanos) {
    return Math.floorDiv(epochNanos, nanos);
  }
}
