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
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Divides a request for many columns into several statements and joins their answers. QuestDB keeps
 * all aggregates of a group in one page of memory of 32 kB ({@code cairo.sql.small.map.page.size})
 * and refuses what does not fit, such as nine functions of 320 fields. What it computes for
 * thousands of aggregates may use up its heap, after which it answers nobody.
 */
final class WideTable {
  /** An aggregate takes up to 32 bytes of the page. */
  private static final int MOST_COLUMNS = 900;

  /** The last value of a field and its time take 24 bytes of the page. */
  private static final int MOST_FIELDS = 1000;

  private WideTable() {}

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
    int all = query.columns().size();
    if (all <= MOST_COLUMNS) {
      return part.read(query, sink);
    }
    Comparator<At> order = Comparator.comparingLong(At::epochMicros);
    Map<At, Row> joined =
        new TreeMap<>(
            (query.newestFirst() ? order.reversed() : order)
                .thenComparing(At::key, SameTime::compareKeys));
    boolean truncated = false;
    for (int from = 0; from < all; from += MOST_COLUMNS) {
      int first = from;
      List<Column> some = query.columns().subList(from, Math.min(all, from + MOST_COLUMNS));
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
    if (fields.size() <= MOST_FIELDS) {
      return part.read(fields);
    }
    boolean truncated = false;
    Map<List<String>, Map<String, LatestSeries.Value>> joined =
        new TreeMap<>(SameTime::compareKeys);
    for (int from = 0; from < fields.size(); from += MOST_FIELDS) {
      LatestAnswer answer =
          part.read(fields.subList(from, Math.min(fields.size(), from + MOST_FIELDS)));
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
