package com.voltageems.hissrv.query.completeness;

import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.RowSink;
import com.voltageems.hissrv.query.store.SameTime;
import com.voltageems.hissrv.query.store.Series;
import com.voltageems.hissrv.query.store.window.Windows;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Counts the samples of all series of a scan; points of one time of a series are one sample. */
public final class Completeness implements RowSink {
  private final List<String> tags;
  private final Windows windows;
  private final Windows days;
  private final Map<List<String>, Tally> tallies = new TreeMap<>(SameTime::compareKeys);

  /**
   * @param tags of the series
   * @param days in the zone: each has a usual step of its own
   */
  public Completeness(List<String> tags, Windows windows, Windows days) {
    this.tags = List.copyOf(tags);
    this.windows = windows;
    this.days = days;
  }

  @Override
  public boolean take(Row row) {
    tallies.computeIfAbsent(row.key(), key -> new Tally(windows, days)).add(row.epochMicros());
    return true;
  }

  /**
   * The end of the last window that every series has passed: later samples of those windows would
   * be late ones.
   */
  public OptionalLong closedUntilMillis() {
    return tallies.values().stream()
        .mapToLong(tally -> windows.floor(Math.floorDiv(tally.lastMicros(), 1000L)))
        .min();
  }

  /** One report per series that has any sample. */
  public List<SeriesReport> reports(long startMillis, long endMillis, long untilMillis) {
    List<SeriesReport> all = new ArrayList<>();
    tallies.forEach(
        (key, tally) ->
            all.add(tally.report(Series.tags(tags, key), startMillis, endMillis, untilMillis)));
    return all;
  }
}
