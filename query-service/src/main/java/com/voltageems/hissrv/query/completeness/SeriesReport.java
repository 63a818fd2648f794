package com.voltageems.hissrv.query.completeness;

import java.util.List;
import java.util.Map;

/**
 * What came of a series.
 *
 * @param stepMicros the usual distance of its samples on its last day; 0 where it is not known
 * @param silences in the order of time; the last one may still go on
 */
public record SeriesReport(
    Map<String, String> tags,
    long stepMicros,
    long samples,
    long expected,
    long firstMicros,
    long lastMicros,
    List<Silence> silences,
    List<WindowReport> windows) {
  public SeriesReport {
    tags = Map.copyOf(tags);
    silences = List.copyOf(silences);
    windows = List.copyOf(windows);
  }
}
