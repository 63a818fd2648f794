package com.voltageems.hissrv.query.alert;

import com.voltageems.hissrv.query.completeness.Completeness;
import com.voltageems.hissrv.query.completeness.SeriesReport;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.LatestSeries;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.Series;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.TagFilter;
import com.voltageems.hissrv.query.store.window.OneWindow;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the conditions' queries about series from the database. */
final class StoreHistory implements SiteFigures.History {
  private static final int MOST_SERIES = 10_000;

  /** For this long after its last sample a series is expected to have some. */
  private static final Duration REMEMBERED = Duration.ofDays(1);

  private static final Logger LOG = LoggerFactory.getLogger(StoreHistory.class);

  /** What a condition asks about. */
  private record Question(String measurement, Map<String, String> tags) {}

  private final Map<Question, SeenSeries> seen = new HashMap<>();
  private final Supplier<HistoryStore> store;
  private final Duration timeout;
  private final Clock clock;

  /**
   * @param store gives the present database
   * @param timeout the time limit for each query
   */
  StoreHistory(Supplier<HistoryStore> store, Duration timeout, Clock clock) {
    this.store = store;
    this.timeout = timeout;
    this.clock = clock;
  }

  @Override
  public Optional<Instant> newest(String name, Map<String, String> tags, Instant from) {
    Deadline deadline = Deadline.in(timeout);
    Instant tomorrow = clock.instant().plus(Duration.ofDays(1));
    return select(name, tags, from, tomorrow, deadline)
        .flatMap(
            selection -> {
              OptionalLong micros =
                  store
                      .get()
                      .latest(selection, selection.measurement().fields(), MOST_SERIES, deadline)
                      .series()
                      .stream()
                      .flatMap(series -> series.fields().values().stream())
                      .mapToLong(LatestSeries.Value::epochMicros)
                      .max();
              return micros.isEmpty()
                  ? Optional.empty()
                  : Optional.of(Instant.ofEpochMilli(micros.getAsLong() / 1000));
            });
  }

  @Override
  public double completeness(String name, Map<String, String> tags, Instant from, Instant to) {
    Deadline deadline = Deadline.in(timeout);
    // Reads twice the time: the step of a series that has fallen silent is found in its earlier
    // samples.
    Optional<Selection> selection =
        select(name, tags, from.minus(Duration.between(from, to)), to, deadline);
    if (selection.isEmpty()) {
      return 0;
    }
    Measurement measurement = selection.get().measurement();
    long start = from.toEpochMilli();
    long end = to.toEpochMilli();
    OneWindow all = new OneWindow(selection.get().startMillis(), end);
    Completeness counted = new Completeness(measurement.tags(), all, all);
    Map<List<String>, Long> came = new HashMap<>();
    store
        .get()
        .times(
            selection.get(),
            measurement.fields(),
            deadline,
            row -> {
              if (row.epochMicros() >= start * 1000) {
                came.merge(row.key(), 1L, Long::sum);
              }
              return counted.take(row);
            });
    Map<Map<String, String>, Long> samples = new HashMap<>();
    came.forEach((key, count) -> samples.put(Series.tags(measurement.tags(), key), count));
    List<SeriesReport> reports = counted.reports(all.startMillis(), end, end);
    double worst =
        reports.stream()
            .mapToDouble(
                series ->
                    share(
                        samples.getOrDefault(series.tags(), 0L), series.stepMicros(), end - start))
            .min()
            .orElse(0);
    SeenSeries known = seen.computeIfAbsent(new Question(name, tags), question -> new SeenSeries());
    return worst > 0 && hasEnded(selection.get(), to.minus(REMEMBERED), reports, known) ? 0 : worst;
  }

  /**
   * Returns whether a series has had samples since {@code from}, before the selection, and has none
   * in it. Otherwise an alert would end although its device is as silent as before. The database is
   * asked only if a series that was there lately is missing, and at first: it has to read a day.
   */
  private boolean hasEnded(
      Selection selection, Instant from, List<SeriesReport> reports, SeenSeries known) {
    long since = from.toEpochMilli();
    if (since >= selection.startMillis()) {
      return false;
    }
    Set<Map<String, String>> there =
        reports.stream().map(SeriesReport::tags).collect(Collectors.toSet());
    if (!known.mayLack(there, selection.endMillis(), since)) {
      return false;
    }
    List<Map<String, String>> before;
    try {
      before =
          store
              .get()
              .series(
                  selection.within(since, selection.startMillis()),
                  MOST_SERIES,
                  Deadline.in(timeout));
    } catch (StoreException e) {
      if (e.kind() != StoreException.Kind.TIMEOUT
          && e.kind() != StoreException.Kind.TOO_MUCH
          && e.kind() != StoreException.Kind.NO_MEMORY) {
        throw e;
      }
      if (known.isComplete()) {
        // Only the database knows whether somebody deleted the series.
        return true;
      }
      LOG.warn(
          "Alerts: {} is too large to see which series it had within a day ({}): one that fell silent"
              + " before this service started does not count",
          selection.measurement().name(),
          e.getMessage());
      before = List.of();
    }
    known.add(before, selection.startMillis());
    return !there.containsAll(before);
  }

  /** Returns the share of one series. A single sample shows no step, so it counts as complete. */
  private static double share(long samples, long stepMicros, long millis) {
    if (samples == 0 || stepMicros == 0) {
      return samples;
    }
    return Math.min(1, samples / (millis * 1000.0 / stepMicros));
  }

  /** Selects series; empty if the measurement does not exist or lacks one of the tags. */
  private Optional<Selection> select(
      String name, Map<String, String> tags, Instant from, Instant to, Deadline deadline) {
    List<TagFilter> filters =
        tags.entrySet().stream()
            .map(tag -> new TagFilter(tag.getKey(), List.of(tag.getValue())))
            .toList();
    return store
        .get()
        .measurement(name, deadline)
        .filter(found -> found.tags().containsAll(tags.keySet()))
        .map(found -> new Selection(found, filters, from.toEpochMilli(), to.toEpochMilli()));
  }
}
