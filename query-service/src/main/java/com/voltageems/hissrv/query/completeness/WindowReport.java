package com.voltageems.hissrv.query.completeness;

/**
 * The number of samples in a window, and the number expected from the usual step of its day, both
 * for the known part of the window. If nothing is known because the samples are gone, {@code
 * expected} is {@link #UNKNOWN}, and {@code samples} is the number that still exists, or {@link
 * #UNKNOWN}.
 */
public record WindowReport(long startMillis, long samples, long expected) {
  /** Stands for an unknown number. */
  public static final long UNKNOWN = -1;
}
