package com.voltageems.hissrv.query.store;

import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The points that share the same tags, in the requested order.
 *
 * @param tags values by name; a tag that the series does not have is missing from the map
 */
public record Series(Map<String, String> tags, List<Point> points) {
  public Series {
    tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    // Points of a scan stay as they are: primitive columns.
    points = points instanceof RowCollector.Rows ? points : List.copyOf(points);
  }

  /** Action for each row. The row is reused for the next point. */
  public interface Each<E extends Exception> {
    void row(Row row) throws E;
  }

  /**
   * Runs an action for each row without creating an object for each value.
   *
   * @param columns number of values per row
   */
  public <E extends Exception> void each(int columns, Each<E> each) throws E {
    Row row = new Row(columns);
    for (int i = 0; i < points.size(); i++) {
      fill(i, List.of(), row);
      each.row(row);
    }
  }

  /** Fills a row with the point at this index. */
  public void fill(int index, List<String> key, Row row) {
    if (points instanceof RowCollector.Rows rows) {
      rows.columns().fill(index, key, row);
      return;
    }
    Point point = points.get(index);
    row.begin(point.epochMicros(), key);
    for (int i = 0; i < row.columns(); i++) {
      row.set(i, point.values().get(i));
    }
  }

  /** Returns the columns that have a value in at least one of the series. */
  public static BitSet used(List<Series> all, int columns) {
    BitSet used = new BitSet(columns);
    for (Series series : all) {
      if (series.points instanceof RowCollector.Rows rows) {
        used.or(rows.columns().used());
        continue;
      }
      for (Point point : series.points) {
        for (int i = used.nextClearBit(0); i < columns; i = used.nextClearBit(i + 1)) {
          if (point.values().get(i) != null) {
            used.set(i);
          }
        }
      }
    }
    return used;
  }

  /**
   * Returns the tags by name, from their values in the same order; an empty value means that the
   * tag is absent.
   */
  public static Map<String, String> tags(List<String> names, List<String> values) {
    Map<String, String> tags = new TreeMap<>();
    for (int i = 0; i < names.size(); i++) {
      if (!values.get(i).isEmpty()) {
        tags.put(names.get(i), values.get(i));
      }
    }
    return tags;
  }
}
