package com.voltageems.hissrv.query.completeness;

/**
 * How many samples a window has, and how many it should have by the usual step of its day; both of
 * what is known of it. Where nothing is, because the samples are gone, it expects {@link #UNKNOWN},
 * and has what is there still, or {@link #UNKNOWN}.
 */
public record WindowReport(long startMillis, long samples, long expected) {
  /** No number. */
  public static final long UNKNOWN = -1;
}
