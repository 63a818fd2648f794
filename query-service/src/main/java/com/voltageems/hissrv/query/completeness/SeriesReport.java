package com.voltageems.hissrv.query.completeness;

import java.util.List;
import java.util.Map;

/**
 * The completeness of one series.
 *
 * @param stepMicros the usual distance between its samples on its last day; 0 if unknown
 * @param silences in the order of time; the last one may still last
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
