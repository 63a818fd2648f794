package com.voltageems.hissrv.query.http.export;

import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.SameTime;
import com.voltageems.hissrv.query.store.Series;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Merges the rows of several series in the order of time; rows of the same time are ordered by
 * their tags. Pure.
 */
final class TimeOrder {
  private TimeOrder() {}

  /**
   * Hands every row to the file; the row's values are those of the given number of columns, in this
   * order.
   */
  static void write(
      List<Series> all, List<String> tags, int columns, boolean newestFirst, RowFile file)
      throws IOException {
    Comparator<Row> byTime = Comparator.comparingLong(Row::epochMicros);
    Comparator<Row> order =
        (newestFirst ? byTime.reversed() : byTime).thenComparing(Row::key, SameTime::compareKeys);
    PriorityQueue<Cursor> next =
        new PriorityQueue<>(Comparator.comparing(cursor -> cursor.row, order));
    for (Series series : all) {
      Cursor cursor = new Cursor(series, tags, columns);
      if (cursor.advance()) {
        next.add(cursor);
      }
    }
    while (!next.isEmpty()) {
      Cursor first = next.remove();
      // Usually the same series goes on, or there is only one.
      do {
        file.row(first.row);
      } while (first.advance()
          && (next.isEmpty() || order.compare(first.row, next.element().row) < 0));
      if (!first.isOver()) {
        next.add(first);
      }
    }
  }

  /** Iterates over the points of one series. */
  private static final class Cursor {
    private final Series series;
    private final List<String> key;
    private final Row row;
    private int at = -1;

    Cursor(Series series, List<String> tags, int columns) {
      this.series = series;
      List<String> values = new ArrayList<>();
      tags.forEach(tag -> values.add(series.tags().getOrDefault(tag, "")));
      this.key = List.copyOf(values);
      this.row = new Row(columns);
    }

    boolean advance() {
      at++;
      if (isOver()) {
        return false;
      }
      series.fill(at, key, row);
      return true;
    }

    boolean isOver() {
      return at >= series.points().size();
    }
  }
}
