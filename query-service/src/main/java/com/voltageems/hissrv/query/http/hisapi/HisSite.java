package com.voltageems.hissrv.query.http.hisapi;

import com.voltageems.hissrv.query.resolution.CopyDiscovery;
import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Column;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Point;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.window.OneWindow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Answers the hisApi calls about the whole site: its keys, and what is stored of them. */
final class HisSite {
  /** A channel with a value within this time is active. */
  private static final long ACTIVE_MILLIS = 600_000;

  private final HistoryStore store;
  private final CopyDiscovery copies;
  private final int most;
  private final Deadline deadline;
  private final long now;

  /**
   * @param copies report what existed before the samples expired
   * @param most maximum number of keys in an answer
   * @param now epoch milliseconds
   */
  HisSite(HistoryStore store, CopyDiscovery copies, int most, Deadline deadline, long now) {
    this.store = store;
    this.copies = copies;
    this.most = most;
    this.deadline = deadline;
    this.now = now;
  }

  /** Returns the Redis keys that have stored values of the last year. */
  List<String> keys() {
    return keys(now - HisRequest.LONGEST.toMillis());
  }

  private List<String> keys(long since) {
    TreeSet<String> keys = new TreeSet<>();
    for (Measurement measurement : store.measurements(deadline)) {
      Selection selection = new Selection(measurement, List.of(), since, now + 1);
      for (Map<String, String> tags : store.series(selection, most, deadline)) {
        RedisKey.of(measurement.name(), tags).ifPresent(keys::add);
      }
    }
    return List.copyOf(keys);
  }

  /** Answers {@code /hisApi/channels}, including keys that only copies have values of. */
  Map<String, @Nullable Object> channels() {
    TreeSet<String> keys = new TreeSet<>(keys());
    TreeSet<String> policies = new TreeSet<>();
    Map<String, Measurement> all = new TreeMap<>();
    copies.measurements(deadline).forEach((name, one) -> all.put(name, one.found()));
    store.measurements(deadline).forEach(one -> all.put(one.name(), one));
    for (Measurement measurement : all.values()) {
      Selection selection =
          new Selection(measurement, List.of(), now - HisRequest.LONGEST.toMillis(), now + 1);
      CopyDiscovery.Copied<Set<Map<String, String>>> copied =
          copies.series(selection, most, deadline);
      for (Map<String, String> tags : copied.found()) {
        RedisKey.of(measurement.name(), tags)
            .filter(keys::add)
            .ifPresent(key -> policies.addAll(copied.policies()));
      }
    }
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("channels", List.copyOf(keys));
    body.put("count", keys.size());
    if (!policies.isEmpty()) {
      body.put("resolution", String.join(",", policies));
    }
    return body;
  }

  /** Answers {@code /hisApi/data/range}. */
  Map<String, @Nullable Object> range() {
    long earliest = Long.MAX_VALUE;
    long latest = Long.MIN_VALUE;
    long points = 0;
    for (Measurement measurement : store.measurements(deadline)) {
      if (measurement.fields().isEmpty()) {
        continue;
      }
      Selection all = new Selection(measurement, List.of(), 0, now + 1);
      for (Point point : ends(all)) {
        earliest = Math.min(earliest, point.epochMicros());
        latest = Math.max(latest, point.epochMicros());
      }
      points += count(all);
    }
    List<String> keys = keys();
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("earliest_timestamp", points == 0 ? null : HisTimes.text(earliest));
    body.put("latest_timestamp", points == 0 ? null : HisTimes.text(latest));
    body.put("total_points", points);
    body.put("channels", keys);
    body.put(
        "data_types",
        keys.stream()
            .map(key -> key.substring(key.lastIndexOf(':') + 1))
            .distinct()
            .sorted()
            .toList());
    return body;
  }

  /** Answers {@code /hisApi/metrics}. */
  Map<String, @Nullable Object> metrics() {
    Map<String, @Nullable Object> range = range();
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("total_points", range.get("total_points"));
    body.put("latest_timestamp", range.get("latest_timestamp"));
    body.put("channels_count", range.get("channels") instanceof List<?> keys ? keys.size() : 0);
    body.put("active_channels", keys(now - ACTIVE_MILLIS).size());
    return body;
  }

  /** Returns the first and the last point. */
  private List<Point> ends(Selection all) {
    List<Point> first = points(HistoryQuery.points(all, all.measurement().fields(), false, 1));
    List<Point> last = points(HistoryQuery.points(all, all.measurement().fields(), true, 1));
    return first.isEmpty() || last.isEmpty() ? List.of() : List.of(first.get(0), last.get(0));
  }

  private List<Point> points(HistoryQuery query) {
    return store.query(query, deadline).series().stream()
        .flatMap(series -> series.points().stream())
        .toList();
  }

  /** Counts the values of all fields; the original service calls these points. */
  private long count(Selection all) {
    List<Column> columns =
        all.measurement().fields().stream()
            .map(field -> new Column(field, Aggregation.COUNT))
            .toList();
    HistoryQuery query =
        new HistoryQuery(
            all, columns, new OneWindow(all.startMillis(), all.endMillis()), List.of(), false, 1);
    long count = 0;
    for (Point point : points(query)) {
      for (Object value : point.values()) {
        count += value instanceof Number number ? number.longValue() : 0;
      }
    }
    return count;
  }
}
