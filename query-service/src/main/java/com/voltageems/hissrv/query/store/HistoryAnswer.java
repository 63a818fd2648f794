package com.voltageems.hissrv.query.store;

import java.util.List;

/**
 * Answer to a {@link HistoryQuery}.
 *
 * @param truncated whether there is more than the limit let through
 */
public record HistoryAnswer(List<Series> series, boolean truncated) {
  public HistoryAnswer {
    series = List.copyOf(series);
  }

  /** Rows over all series. */
  public int rows() {
    return series.stream().mapToInt(one -> one.points().size()).sum();
  }
}
