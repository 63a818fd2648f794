package com.voltageems.hissrv.query.store;

import java.util.List;

/**
 * The last known values of some series.
 *
 * @param truncated true if there are more series than the limit allows
 */
public record LatestAnswer(List<LatestSeries> series, boolean truncated) {
  public LatestAnswer {
    series = List.copyOf(series);
  }
}
