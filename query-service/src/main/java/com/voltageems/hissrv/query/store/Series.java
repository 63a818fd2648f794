package com.voltageems.hissrv.query.store;

import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Points that share their tags, in the order that was asked for.
 *
 * @param tags by name; a tag that the series does not have is absent
 */
public record Series(Map<String, String> tags, List<Point> points) {
  public Series {
    tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    // Those of a scan are kept as they are: primitive.
    points = points instanceof RowCollector.Rows ? points : List.copyOf(points);
  }

  /** What is done with each row; the row is used again for the next one. */
  public interface Each<E extends Exception> {
    void row(Row row) throws E;
  }

  /**
   * Does something with each row, without an object for each of its values.
   *
   * @param columns values of a row
   */
  public <E extends Exception> void each(int columns, Each<E> each) throws E {
    Row row = new Row(columns);
    for (int i = 0; i < points.size(); i++) {
      fill(i, List.of(), row);
      each.row(row);
    }
  }

  /** Fills a row with one of the points. */
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

  /** Which columns have a value in any of the series. */
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

  /** Tags by name, from their values in this order; an empty value is not a tag. */
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
