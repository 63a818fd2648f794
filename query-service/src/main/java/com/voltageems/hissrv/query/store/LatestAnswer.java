package com.voltageems.hissrv.query.store;

import java.util.List;

/**
 * Last known values.
 *
 * @param truncated whether there are more series than the limit let through
 */
public record LatestAnswer(List<LatestSeries> series, boolean truncated) {
  public LatestAnswer {
    series = List.copyOf(series);
  }
}
