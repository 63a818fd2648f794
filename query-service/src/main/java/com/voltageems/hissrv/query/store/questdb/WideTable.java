package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.Column;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.LatestAnswer;
import com.voltageems.hissrv.query.store.LatestSeries;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.RowSink;
import com.voltageems.hissrv.query.store.SameTime;
import com.voltageems.hissrv.query.store.Series;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Divides a request for many columns into several statements and joins their answers. QuestDB keeps
 * all aggregates of a group in one page of memory of 32 kB ({@code cairo.sql.small.map.page.size})
 * and refuses what does not fit, such as nine functions of 320 fields. What it computes for
 * thousands of aggregates may use up its heap, after which it answers nobody. Nor may the text of a
 * statement, in which each name stands several times, be longer than a megabyte.
 */
final class WideTable {
  /** An aggregate takes up to 32 bytes of the page. */
  private static final int MOST_COLUMNS = 900;

  /** The last value of a field and its time take 24 bytes of the page. */
  private static final int MOST_FIELDS = 1000;

  /** The longest names of a statement together, in bytes. */
  private static final int MOST_NAMES = 100_000;

  private WideTable() {}

  /** Divides items into parts of at most so many, whose names are together not too long. */
  static <T> List<List<T>> parts(List<T> items, int most, Function<T, Field> field) {
    List<List<T>> parts = new ArrayList<>();
    int from = 0;
    int names = 0;
    for (int i = 0; i < items.size(); i++) {
      int name = field.apply(items.get(i)).name().getBytes(StandardCharsets.UTF_8).length;
      if (i > from && (i - from == most || names + name > MOST_NAMES)) {
        parts.add(items.subList(from, i));
        from = i;
        names = 0;
      }
      names += name;
    }
    parts.add(items.subList(from, items.size()));
    return parts;
  }

  /** Reads windows of some columns; returns true if the answer was cut at the limit. */
  interface Windows {
    boolean read(HistoryQuery query, RowSink sink) throws SQLException;
  }

  /** Reads the last values of some fields. */
  interface Latest {
    LatestAnswer read(List<Field> fields) throws SQLException;
  }

  /** The time and the tags of a row. */
  private record At(long epochMicros, List<String> key) {}

  static boolean windows(HistoryQuery query, Windows part, RowSink sink) throws SQLException {
    List<List<Column>> parts = parts(query.columns(), MOST_COLUMNS, Column::field);
    if (parts.size() == 1) {
      return part.read(query, sink);
    }
    int all = query.columns().size();
    Comparator<At> order = Comparator.comparingLong(At::epochMicros);
    Map<At, Row> joined =
        new TreeMap<>(
            (query.newestFirst() ? order.reversed() : order)
                .thenComparing(At::key, SameTime::compareKeys));
    boolean truncated = false;
    int from = 0;
    for (List<Column> some : parts) {
      int first = from;
      from += some.size();
      truncated |=
          part.read(
              only(query, some),
              row -> {
                Row whole =
                    joined.computeIfAbsent(
                        new At(row.epochMicros(), row.key()),
                        at -> new Row(all).begin(at.epochMicros(), at.key()));
                for (int i = 0; i < row.columns(); i++) {
                  whole.set(first + i, row.value(i));
                }
                return true;
              });
    }
    return pass(joined.values(), query.limit(), sink) || truncated;
  }

  private static HistoryQuery only(HistoryQuery query, List<Column> columns) {
    return new HistoryQuery(
        query.selection(),
        columns,
        query.windows(),
        query.groupBy(),
        query.newestFirst(),
        query.limit());
  }

  /** Passes rows on; returns true if there are more than the limit. */
  private static boolean pass(Iterable<Row> rows, int limit, RowSink sink) {
    int left = limit;
    for (Row row : rows) {
      if (left-- == 0) {
        return true;
      }
      if (!sink.take(row)) {
        return false;
      }
    }
    return false;
  }

  static LatestAnswer latest(List<Field> fields, List<String> tags, int limit, Latest part)
      throws SQLException {
    List<List<Field>> parts = parts(fields, MOST_FIELDS, field -> field);
    if (parts.size() == 1) {
      return part.read(fields);
    }
    boolean truncated = false;
    Map<List<String>, Map<String, LatestSeries.Value>> joined =
        new TreeMap<>(SameTime::compareKeys);
    for (List<Field> some : parts) {
      LatestAnswer answer = part.read(some);
      truncated |= answer.truncated();
      for (LatestSeries one : answer.series()) {
        List<String> key = tags.stream().map(tag -> one.tags().getOrDefault(tag, "")).toList();
        joined.computeIfAbsent(key, any -> new LinkedHashMap<>()).putAll(one.fields());
      }
    }
    List<LatestSeries> series = new ArrayList<>();
    joined.forEach((key, values) -> series.add(new LatestSeries(Series.tags(tags, key), values)));
    boolean tooMany = series.size() > limit;
    return new LatestAnswer(tooMany ? series.subList(0, limit) : series, tooMany || truncated);
  }
}
