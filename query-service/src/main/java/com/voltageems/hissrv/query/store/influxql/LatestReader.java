package com.voltageems.hissrv.query.store.influxql;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.LatestAnswer;
import com.voltageems.hissrv.query.store.LatestSeries;
import com.voltageems.hissrv.query.store.SameTime;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.Series;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads the last values. Mostly all of them are in the newest point, which is one question; only
 * what is missing there is asked for field by field. Safe for many threads.
 */
final class LatestReader {
  private final InfluxQlClient client;
  private final List<String> policies;

  LatestReader(InfluxQlClient client, List<String> policies) {
    this.client = client;
    this.policies = policies;
  }

  LatestAnswer read(Selection selection, List<Field> fields, int limit, Deadline deadline) {
    Found found = new Found(selection.measurement().tags());
    InfluxQl newest = InfluxQlBuilder.newest(selection, fields, policies);
    client.run(
        newest,
        deadline,
        (head, row) -> {
          for (int i = 0; i < newest.columns().size(); i++) {
            InfluxQl.Selected column = newest.columns().get(i);
            found.add(head, fields.get(column.column()), row, row[i + 1], column.type());
          }
          return true;
        });
    List<Field> missing = found.missing(fields);
    if (!missing.isEmpty()) {
      List<String> among = missing.stream().map(found::among).toList();
      InfluxQl each = InfluxQlBuilder.latest(selection, missing, among, policies);
      client.run(
          each,
          deadline,
          (head, row) -> {
            InfluxQl.Selected column = each.columns().get(head.statement());
            found.add(head, missing.get(column.column()), row, row[1], column.type());
            return true;
          });
    }
    return found.answer(fields, limit);
  }

  /** The newest values by series and field. */
  private static final class Found {
    /** Values of a tag in a statement; there is one for each field. */
    private static final int MOST_NAMED = 300;

    private final List<String> tags;
    private final Map<List<String>, Map<String, LatestSeries.Value>> series =
        new TreeMap<>(SameTime::compareKeys);

    Found(List<String> tags) {
      this.tags = tags;
    }

    void add(
        AnswerReader.Head head,
        Field field,
        @Nullable Object[] row,
        @Nullable Object value,
        InfluxQl.Type type) {
      Object converted = Values.of(value, type, null);
      if (converted != null) {
        series
            .computeIfAbsent(tags.stream().map(head::tag).toList(), key -> new LinkedHashMap<>())
            .merge(
                field.name(),
                new LatestSeries.Value(converted, Values.time(row)),
                (one, other) -> one.epochMicros() > other.epochMicros() ? one : other);
      }
    }

    /** Fields that some series has no value of yet. A series without a newest point has none. */
    List<Field> missing(List<Field> fields) {
      return fields.stream()
          .filter(
              field ->
                  series.values().stream().anyMatch(values -> !values.containsKey(field.name())))
          .toList();
    }

    /**
     * Which series have to be asked for a field, and perhaps some more: those that have no value of
     * it yet. The database takes its time for each series that it is asked for, and mostly few of
     * them lack a field: 50 of 1,000 series took it 8 s.
     */
    String among(Field field) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < tags.size(); i++) {
        Set<String> all = new TreeSet<>();
        Set<String> without = new TreeSet<>();
        for (Map.Entry<List<String>, Map<String, LatestSeries.Value>> one : series.entrySet()) {
          all.add(one.getKey().get(i));
          if (!one.getValue().containsKey(field.name())) {
            without.add(one.getKey().get(i));
          }
        }
        if (without.size() < all.size() && without.size() <= MOST_NAMED) {
          text.append(InfluxQlBuilder.among(tags.get(i), without));
        }
      }
      return text.toString();
    }

    /** In the order of the fields. */
    LatestAnswer answer(List<Field> fields, int limit) {
      List<LatestSeries> all = new ArrayList<>();
      series.forEach(
          (key, values) -> {
            Map<String, LatestSeries.Value> ordered = new LinkedHashMap<>();
            for (Field field : fields) {
              LatestSeries.Value value = values.get(field.name());
              if (value != null) {
                ordered.put(field.name(), value);
              }
            }
            all.add(new LatestSeries(Series.tags(tags, key), ordered));
          });
      boolean truncated = all.size() > limit;
      return new LatestAnswer(truncated ? all.subList(0, limit) : all, truncated);
    }
  }
}
