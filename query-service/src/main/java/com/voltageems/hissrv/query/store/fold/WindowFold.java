package com.voltageems.hissrv.query.store.fold;

import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Column;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.RowSink;
import com.voltageems.hissrv.query.store.window.Digits;
import com.voltageems.hissrv.query.store.window.Windows;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Computes the rows of windows from points. The points come group by group, in the order of time
 * within each group. Holds only one window at a time. For one thread.
 */
public final class WindowFold {
  private final List<Column> columns;

  /** For each column the index of its field. */
  private final int[] places;

  private final Tally[] tallies;
  private final Windows windows;
  private final RowSink sink;
  private final Row row;
  private List<String> key = List.of();
  private boolean isOpen;
  private long startMillis;
  private long endMillis;

  /**
   * @param query its columns have functions
   * @param sink receives a row for each window that has a value, until it wants no more
   */
  public WindowFold(HistoryQuery query, Windows windows, RowSink sink) {
    this.columns = query.columns();
    List<Field> fields = fields(query);
    this.places = columns.stream().mapToInt(column -> fields.indexOf(column.field())).toArray();
    this.tallies = Stream.generate(Tally::new).limit(fields.size()).toArray(Tally[]::new);
    this.windows = windows;
    this.sink = sink;
    this.row = new Row(columns.size());
  }

  /**
   * Returns the fields for which {@link #add} takes values, in order: each field of the query once.
   */
  public static List<Field> fields(HistoryQuery query) {
    return query.columns().stream().map(Column::field).distinct().toList();
  }

  /**
   * Begins a group; the points that follow belong to it.
   *
   * @param tagValues values of the query's {@code groupBy}, in its order
   * @return false if no more points are wanted
   */
  public boolean begin(List<String> tagValues) {
    boolean more = end();
    this.key = tagValues;
    return more;
  }

  /**
   * Adds the next point of the group.
   *
   * @param values for each field a Double, Long, String or Boolean, or null if there is no value;
   *     the caller may reuse the array
   * @return false if no more points are wanted
   */
  public boolean add(long epochMicros, @Nullable Object[] values) {
    long millis = Math.floorDiv(epochMicros, 1000L);
    boolean more = true;
    if (!isOpen || millis >= endMillis) {
      more = end();
      startMillis = windows.floor(millis);
      endMillis = windows.next(millis);
      isOpen = true;
    }
    for (int i = 0; i < tallies.length; i++) {
      Object value = values[i];
      if (value != null) {
        tallies[i].add(value);
      }
    }
    return more;
  }

  /**
   * Ends the group.
   *
   * @return false if no more points are wanted
   */
  public boolean end() {
    if (!isOpen) {
      return true;
    }
    isOpen = false;
    row.begin(startMillis * 1000, key);
    for (int i = 0; i < places.length; i++) {
      row.set(i, tallies[places[i]].value(columns.get(i)));
    }
    for (Tally tally : tallies) {
      tally.clear();
    }
    return !row.hasAny() || sink.take(row);
  }

  /** What is known about a field's values in a window. */
  private static final class Tally {
    private long count;
    private double sum;
    private @Nullable Number least;
    private @Nullable Number most;
    private @Nullable Object first;
    private @Nullable Object last;

    /** The mean, and the sum of squared distances from it (Welford). */
    private double mean;

    private double squares;

    void add(Object value) {
      count++;
      if (first == null) {
        first = value;
      }
      last = value;
      if (value instanceof Number number) {
        add(number);
      }
    }

    private void add(Number number) {
      double value = number.doubleValue();
      sum += value;
      double distance = value - mean;
      mean += distance / count;
      squares += distance * (value - mean);
      if (least == null || isLess(number, least)) {
        least = number;
      }
      if (most == null || isLess(most, number)) {
        most = number;
      }
    }

    /**
     * Compares integers as integers: beyond 2^53 several of them map to the same floating-point
     * number.
     */
    private static boolean isLess(Number a, Number b) {
      return (a instanceof Long && b instanceof Long)
          ? a.longValue() < b.longValue()
          : a.doubleValue() < b.doubleValue();
    }

    @Nullable Object value(Column column) {
      Aggregation function = column.function();
      if (count == 0 || function == null) {
        return null;
      }
      return switch (function) {
        case COUNT -> (Object) count;
        case SUM -> computed(column, sum);
        case MEAN -> computed(column, sum / count);
        case STDDEV -> count < 2 ? null : computed(column, Math.sqrt(squares / (count - 1)));
        case MIN -> least;
        case MAX -> most;
        case FIRST -> first;
        case LAST -> last;
      };
    }

    private static Object computed(Column column, double value) {
      return column.isRounded() ? Digits.computed(value) : value;
    }

    void clear() {
      count = 0;
      sum = 0;
      least = null;
      most = null;
      first = null;
      last = null;
      mean = 0;
      squares = 0;
    }
  }
}
