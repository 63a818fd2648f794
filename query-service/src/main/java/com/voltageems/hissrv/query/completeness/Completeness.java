package com.voltageems.hissrv.query.completeness;

import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.SameTime;
import com.voltageems.hissrv.query.store.Series;
import com.voltageems.hissrv.query.store.window.Windows;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Counts the samples of all series of a scan. Points with the same time in a series are one sample.
 */
public final class Completeness implements SampleSink {
  private final List<String> tags;
  private final Windows windows;
  private final Windows days;
  private final Map<List<String>, Tally> tallies = new TreeMap<>(SameTime::compareKeys);
  private final List<Span> spans = new ArrayList<>();

  /** A part of the range, and what is known about it. */
  record Span(long startMillis, long endMillis, Known known) {
    /** Returns how much of a stretch lies within it. */
    long millisOf(long fromMillis, long toMillis) {
      return Math.max(0, Math.min(endMillis, toMillis) - Math.max(startMillis, fromMillis));
    }
  }

  /**
   * @param tags of the series
   * @param days in the time zone; each day has a usual step of its own
   */
  public Completeness(List<String> tags, Windows windows, Windows days) {
    this.tags = List.copyOf(tags);
    this.windows = windows;
    this.days = days;
  }

  @Override
  public boolean take(Row row) {
    of(row.key()).add(row.epochMicros(), spans.isEmpty() || current().known() != Known.NOTHING);
    return true;
  }

  @Override
  public void range(long startMillis, long endMillis, Known known) {
    spans.add(new Span(startMillis, endMillis, known));
  }

  private Span current() {
    return spans.get(spans.size() - 1);
  }

  @Override
  public void count(List<String> key, long startMillis, long endMillis, long samples) {
    of(key).count(current(), startMillis, endMillis, samples);
  }

  @Override
  public List<Doubt> doubts() {
    List<Doubt> all = new ArrayList<>();
    tallies.forEach(
        (key, tally) ->
            tally
                .lacks()
                .forEach(
                    lack ->
                        all.add(
                            new Doubt(
                                key, lack.startMillis(), lack.endMillis(), lack.stepMicros()))));
    all.sort(Comparator.comparingLong(Doubt::endMillis).reversed());
    return all;
  }

  @Override
  public void seen(Doubt doubt, long[] micros) {
    of(doubt.key()).seen(doubt, micros);
  }

  private Tally of(List<String> key) {
    return tallies.computeIfAbsent(key, any -> new Tally(windows, days));
  }

  /**
   * Returns the end of the last window that every series has passed: a sample of those windows that
   * comes later is late.
   */
  public OptionalLong closedUntilMillis() {
    return tallies.values().stream().mapToLong(tally -> windows.floor(tally.passedMillis())).min();
  }

  /** Returns one report for each series that has any sample. */
  public List<SeriesReport> reports(long startMillis, long endMillis, long untilMillis) {
    List<SeriesReport> all = new ArrayList<>();
    tallies.forEach(
        (key, tally) ->
            all.add(
                tally.report(Series.tags(tags, key), startMillis, endMillis, untilMillis, spans)));
    return all;
  }
}
