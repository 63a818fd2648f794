package com.voltageems.hissrv.query.resolution;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which samples are gone.
 *
 * @param before those before this time, epoch milliseconds; null for none, or where it is not known
 * @param measurements of these only; empty for all
 */
public record Expired(@Nullable Long before, List<String> measurements) {
  public Expired {
    measurements = List.copyOf(measurements);
  }

  /** Before which time those of a measurement are gone; null for never. */
  @Nullable Long of(String measurement) {
    return measurements.isEmpty() || measurements.contains(measurement) ? before : null;
  }
}
