package com.voltageems.hissrv.query.store;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Collects the rows of a scan, grouped by series. */
final class RowCollector implements RowSink {
  private final List<String> groupBy;
  private final int columns;
  private final Map<List<String>, Rows> series = new TreeMap<>(SameTime::compareKeys);

  /** The series of the row before. The next row mostly belongs to the same series. */
  private List<String> lastKey = List.of();

  private @Nullable Rows lastRows;

  RowCollector(List<String> groupBy, int columns) {
    this.groupBy = groupBy;
    this.columns = columns;
  }

  @Override
  public boolean take(Row row) {
    Rows rows = lastRows;
    if (rows == null || !row.key().equals(lastKey)) {
      rows = series.computeIfAbsent(row.key(), key -> new Rows(columns));
      lastKey = row.key();
      lastRows = rows;
    }
    rows.columns().add(row);
    return true;
  }

  HistoryAnswer answer(boolean truncated) {
    List<Series> all = new ArrayList<>();
    series.forEach((key, rows) -> all.add(new Series(Series.tags(groupBy, key), rows)));
    return new HistoryAnswer(all, truncated);
  }

  /**
   * Points stored as columns; {@link #get} creates the objects on demand. No row is added once the
   * list is in a {@link Series}.
   */
  static final class Rows extends AbstractList<Point> {
    private static final int FIRST = 16;

    private final Columns columns;

    private Rows(int columns) {
      this.columns = new Columns(columns, FIRST, Integer.MAX_VALUE);
    }

    /** Returns the underlying columns. */
    Columns columns() {
      return columns;
    }

    @Override
    public Point get(int index) {
      if (index >= columns.size()) {
        throw new IndexOutOfBoundsException(index);
      }
      List<@Nullable Object> values = new ArrayList<>(columns.columns());
      for (int i = 0; i < columns.columns(); i++) {
        values.add(columns.value(index, i));
      }
      return new Point(columns.time(index), values);
    }

    @Override
    public int size() {
      return columns.size();
    }
  }
}
