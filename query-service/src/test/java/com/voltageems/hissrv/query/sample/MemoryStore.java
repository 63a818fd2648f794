package com.voltageems.hissrv.query.sample;

import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Column;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.LatestAnswer;
import com.voltageems.hissrv.query.store.LatestSeries;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.RowSink;
import com.voltageems.hissrv.query.store.SameTime;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.Series;
import com.voltageems.hissrv.query.store.window.Digits;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A database of the plainest kind: points in memory, every question by looking at all of them. */
public class MemoryStore implements HistoryStore {
  /** A point: its fields by name, in the order in which they were written first. */
  private record Stored(Map<String, String> tags, long micros, Map<String, Object> fields) {}

  /** What is kept of a measurement, in the order of time. */
  private record Table(
      TreeMap<Long, Map<Map<String, String>, Stored>> points,
      TreeSet<String> tags,
      Map<String, Field> fields) {}

  private final int most;
  private final Map<String, Table> tables = new TreeMap<>();
  private int count;

  public MemoryStore(int most) {
    this.most = most;
  }

  /** Writes a point; fields that it has already keep their newest value. */
  public synchronized void write(
      String measurement, Map<String, String> tags, long micros, Map<String, Object> fields) {
    if (++count > most) {
      throw new IllegalStateException("store.memory.points: more than " + most);
    }
    Table table =
        tables.computeIfAbsent(
            measurement,
            name -> new Table(new TreeMap<>(), new TreeSet<>(), new LinkedHashMap<>()));
    table
        .points()
        .computeIfAbsent(micros, time -> new HashMap<>())
        .computeIfAbsent(tags, any -> new Stored(tags, micros, new LinkedHashMap<>()))
        .fields()
        .putAll(fields);
    table.tags().addAll(tags.keySet());
    fields.forEach((name, value) -> table.fields().put(name, new Field(name, kind(value))));
  }

  @Override
  public synchronized List<Measurement> measurements(Deadline deadline) {
    return tables.keySet().stream().map(name -> measurement(name, deadline).orElseThrow()).toList();
  }

  @Override
  public synchronized Optional<Measurement> measurement(String name, Deadline deadline) {
    return Optional.ofNullable(tables.get(name))
        .map(
            table ->
                new Measurement(
                    name, List.copyOf(table.tags()), List.copyOf(table.fields().values())));
  }

  private static Field.Kind kind(Object value) {
    if (value instanceof Number) {
      return value instanceof Long ? Field.Kind.INTEGER : Field.Kind.NUMBER;
    }
    return value instanceof Boolean ? Field.Kind.FLAG : Field.Kind.TEXT;
  }

  private List<Stored> within(Selection selection) {
    Table table = tables.get(selection.measurement().name());
    if (table == null) {
      return List.of();
    }
    return table
        .points()
        .subMap(selection.startMillis() * 1000, selection.endMillis() * 1000)
        .values()
        .stream()
        .flatMap(points -> points.values().stream())
        .filter(
            point ->
                selection.filters().stream()
                    .allMatch(
                        filter ->
                            filter.values().contains(point.tags().getOrDefault(filter.tag(), ""))))
        .toList();
  }

  private static List<String> key(List<String> names, Stored point) {
    return names.stream().map(name -> point.tags().getOrDefault(name, "")).toList();
  }

  @Override
  public synchronized boolean scan(HistoryQuery query, Deadline deadline, RowSink sink) {
    Windows windows = query.windows();
    // By time, then by the series, the points of each row in the order of time.
    Map<Long, Map<List<String>, List<Stored>>> rows = new TreeMap<>();
    for (Stored point : within(query.selection())) {
      long time =
          windows == null
              ? point.micros()
              : windows.floor(Math.floorDiv(point.micros(), 1000L)) * 1000;
      rows.computeIfAbsent(
              query.newestFirst() ? -time : time, any -> new TreeMap<>(SameTime::compareKeys))
          .computeIfAbsent(key(query.groupBy(), point), any -> new ArrayList<>())
          .add(point);
    }
    // It cuts at the limit and leaves out empty rows, as all back ends must.
    SameTime ordered =
        new SameTime(query.columns().size(), SameTime.Writes.JOINED, query.limit(), sink);
    for (var time : rows.entrySet()) {
      for (var series : time.getValue().entrySet()) {
        long order = time.getKey();
        Row row = ordered.next(query.newestFirst() ? -order : order, series.getKey());
        for (int i = 0; i < query.columns().size(); i++) {
          Column column = query.columns().get(i);
          Object value = value(column, series.getValue());
          row.set(
              i,
              column.isRounded() && value instanceof Double number
                  ? Digits.computed(number)
                  : value);
        }
        if (!ordered.add()) {
          return ordered.end();
        }
      }
    }
    return ordered.end();
  }

  private static @Nullable Object value(Column column, List<Stored> points) {
    List<Object> values = new ArrayList<>();
    for (Stored point : points) {
      Object value = point.fields().get(column.field().name());
      if (value != null) {
        values.add(value);
      }
    }
    Aggregation function = column.function();
    if (values.isEmpty()) {
      return null;
    }
    if (function == null) {
      return values.get(0);
    }
    return switch (function) {
      case COUNT -> (Object) (long) values.size();
      case FIRST -> values.get(0);
      case LAST -> values.get(values.size() - 1);
      case MIN, MAX -> extreme(values, function == Aggregation.MAX);
      case SUM -> sum(values);
      case MEAN -> sum(values) / values.size();
      case STDDEV -> values.size() < 2 ? null : (Object) deviation(values);
    };
  }

  private static double number(Object value) {
    return ((Number) value).doubleValue();
  }

  private static Object extreme(List<Object> values, boolean largest) {
    Object found = values.get(0);
    for (Object value : values) {
      int order =
          value instanceof Long a && found instanceof Long b
              ? Long.compare(a, b)
              : Double.compare(number(value), number(found));
      if (largest ? order > 0 : order < 0) {
        found = value;
      }
    }
    return found;
  }

  private static double sum(List<Object> values) {
    return values.stream().mapToDouble(MemoryStore::number).sum();
  }

  private static double deviation(List<Object> values) {
    double mean = sum(values) / values.size();
    double squares = values.stream().mapToDouble(one -> Math.pow(number(one) - mean, 2)).sum();
    return Math.sqrt(squares / (values.size() - 1));
  }

  @Override
  public synchronized LatestAnswer latest(
      Selection selection, List<Field> fields, int limit, Deadline deadline) {
    List<String> names = selection.measurement().tags();
    Map<List<String>, Map<String, LatestSeries.Value>> found = new TreeMap<>(SameTime::compareKeys);
    for (Stored point : within(selection)) {
      for (Field field : fields) {
        Object value = point.fields().get(field.name());
        if (value != null) {
          found
              .computeIfAbsent(key(names, point), any -> new LinkedHashMap<>())
              .put(field.name(), new LatestSeries.Value(value, point.micros()));
        }
      }
    }
    List<LatestSeries> series = new ArrayList<>();
    found.forEach((key, values) -> series.add(new LatestSeries(Series.tags(names, key), values)));
    boolean truncated = series.size() > limit;
    return new LatestAnswer(truncated ? series.subList(0, limit) : series, truncated);
  }

  @Override
  public synchronized List<Map<String, String>> series(
      Selection selection, int limit, Deadline deadline) {
    List<String> names = selection.measurement().tags();
    TreeSet<List<String>> keys = new TreeSet<>(SameTime::compareKeys);
    within(selection).forEach(point -> keys.add(key(names, point)));
    return keys.stream().limit(limit).map(key -> Series.tags(names, key)).toList();
  }

  @Override
  public synchronized Map<String, List<String>> tagValues(
      Selection selection, int limit, Deadline deadline) {
    Map<String, List<String>> values = new TreeMap<>();
    for (String tag : selection.measurement().tags()) {
      values.put(
          tag,
          within(selection).stream()
              .map(point -> point.tags().getOrDefault(tag, ""))
              .distinct()
              .sorted()
              .limit(limit)
              .toList());
    }
    return values;
  }

  @Override
  public synchronized List<Field> fieldsWithValues(Selection selection, Deadline deadline) {
    return selection.measurement().fields().stream()
        .filter(
            field ->
                within(selection).stream()
                    .anyMatch(point -> point.fields().containsKey(field.name())))
        .toList();
  }

  @Override
  public String ping(Duration timeout) {
    return "memory";
  }

  @Override
  public void close() {}
}
