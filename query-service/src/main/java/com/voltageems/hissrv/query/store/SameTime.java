package com.voltageems.hissrv.query.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Puts rows that arrive in the order of time into their final order. It joins the rows of one
 * point, sorts rows with the same time by their tags, drops rows without any value and cuts at the
 * limit. It holds only the rows of one time. For back ends.
 */
public final class SameTime {
  /** The order in which several writes to one point arrive, if the database keeps more than one. */
  public enum Writes {
    /**
     * The database has already joined them. Rows with the same time and tags are different points,
     * less than a microsecond apart.
     */
    JOINED,
    OLDEST_FIRST,
    NEWEST_FIRST
  }

  private static final Comparator<Row> BY_KEY =
      Comparator.comparing(Row::key, SameTime::compareKeys);

  private final int columns;
  private final Writes writes;
  private final RowSink sink;
  private final List<Row> spare = new ArrayList<>();
  private final List<Row> rows = new ArrayList<>();
  private final Map<List<String>, Row> byKey = new HashMap<>();
  private final Row filled;
  private long left;
  private boolean truncated;
  private boolean stopped;

  /**
   * @param limit largest number of rows to pass on
   */
  public SameTime(int columns, Writes writes, long limit, RowSink sink) {
    this.columns = columns;
    this.writes = writes;
    this.left = limit;
    this.sink = sink;
    this.filled = new Row(columns);
  }

  /** Returns the row for the caller to fill before it calls {@link #add()}. */
  public Row next(long epochMicros, List<String> key) {
    return filled.begin(epochMicros, key);
  }

  /**
   * Adds the row that the caller has filled.
   *
   * @return false if no more rows are wanted
   */
  public boolean add() {
    if (!filled.hasAny()) {
      return !isOver();
    }
    if (!rows.isEmpty() && rows.get(0).epochMicros() != filled.epochMicros()) {
      flush();
      if (isOver()) {
        return false;
      }
    }
    Row same = find(filled.key());
    if (same == null) {
      Row own = spare.isEmpty() ? new Row(columns) : spare.remove(spare.size() - 1);
      own.begin(filled.epochMicros(), filled.key()).takeAll(filled);
      keep(own);
    } else if (writes == Writes.NEWEST_FIRST) {
      same.fillFrom(filled);
    } else {
      same.takeAll(filled);
    }
    return true;
  }

  private void keep(Row row) {
    rows.add(row);
    if (writes != Writes.JOINED && rows.size() > 1) {
      byKey.put(rows.get(0).key(), rows.get(0));
      byKey.put(row.key(), row);
    }
  }

  /**
   * Finds the row with these tags. Most times have only one row, so the map is not used for those.
   */
  private @Nullable Row find(List<String> key) {
    if (writes == Writes.JOINED) {
      return null;
    }
    return switch (rows.size()) {
      case 0 -> null;
      case 1 -> rows.get(0).key().equals(key) ? rows.get(0) : null;
      default -> byKey.get(key);
    };
  }

  private void flush() {
    if (rows.size() > 1) {
      rows.sort(BY_KEY);
      byKey.clear();
    }
    for (Row row : rows) {
      if (left == 0) {
        truncated = true;
        break;
      }
      left--;
      if (!sink.take(row)) {
        stopped = true;
        break;
      }
    }
    spare.addAll(rows);
    rows.clear();
  }

  private boolean isOver() {
    return truncated || stopped;
  }

  /**
   * Forgets the rows of the last time, because some of its rows may not have arrived.
   *
   * @return that time in epoch microseconds; empty if no more rows are wanted
   */
  public OptionalLong discardLast() {
    if (isOver() || rows.isEmpty()) {
      return OptionalLong.empty();
    }
    long time = rows.get(0).epochMicros();
    spare.addAll(rows);
    rows.clear();
    byKey.clear();
    return OptionalLong.of(time);
  }

  /**
   * Passes on the rows that are still held.
   *
   * @return true if there were more rows than the limit allows
   */
  public boolean end() {
    if (!isOver()) {
      flush();
    }
    return truncated;
  }

  /** Compares two series by the values of their tags. */
  public static int compareKeys(List<String> left, List<String> right) {
    for (int i = 0; i < left.size(); i++) {
      int order = left.get(i).compareTo(right.get(i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }
}
