package com.voltageems.hissrv.query.resolution;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which samples are gone.
 *
 * @param before epoch milliseconds: samples before this time are gone; null if none are, or if it
 *     is not known
 * @param measurements only these; empty for all
 */
public record Expired(@Nullable Long before, List<String> measurements) {
  public Expired {
    measurements = List.copyOf(measurements);
  }

  /** Returns the time before which the samples of a measurement are gone; null if none are. */
  @Nullable Long of(String measurement) {
    return measurements.isEmpty() || measurements.contains(measurement) ? before : null;
  }
}
