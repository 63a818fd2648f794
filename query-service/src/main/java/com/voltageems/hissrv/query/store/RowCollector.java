package com.voltageems.hissrv.query.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Keeps the rows of a scan, by series. */
final class RowCollector implements RowSink {
  private final List<String> groupBy;
  private final int columns;
  private final Map<List<String>, List<Point>> points = new TreeMap<>(SameTime::compareKeys);

  RowCollector(List<String> groupBy, int columns) {
    this.groupBy = groupBy;
    this.columns = columns;
  }

  @Override
  public boolean take(Row row) {
    List<@Nullable Object> values = new ArrayList<>(columns);
    for (int i = 0; i < columns; i++) {
      values.add(row.value(i));
    }
    points
        .computeIfAbsent(row.key(), key -> new ArrayList<>())
        .add(new Point(row.epochMicros(), values));
    return true;
  }

  HistoryAnswer answer(boolean truncated) {
    List<Series> series = new ArrayList<>();
    points.forEach((key, rows) -> series.add(new Series(Series.tags(groupBy, key), rows)));
    return new HistoryAnswer(series, truncated);
  }
}
