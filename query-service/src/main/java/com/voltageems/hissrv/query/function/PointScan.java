package com.voltageems.hissrv.query.function;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.SameTime;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Computes functions over windows from the points, in one pass for all functions. */
public final class PointScan {
  /** A function to compute, and the field that it is computed from. */
  public record Computed(Field field, PointFunction function) {}

  /** Receives the value of a window of a series. */
  public interface Values {
    void take(List<String> key, long windowStartMillis, int column, double value);
  }

  /** Thrown if the functions would have to keep more points than allowed. */
  public static final class TooManyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManyException(long most) {
      super("more than " + most + " points in windows that are not closed");
    }
  }

  private final Selection selection;
  private final Windows windows;
  private final List<String> groupBy;
  private final List<Computed> columns;
  private final long mostHeld;
  private final Values values;
  private final Map<List<String>, Windowing> open = new TreeMap<>(SameTime::compareKeys);
  private long held;

  /**
   * @param mostHeld largest number of points that the functions may keep at a time
   */
  public PointScan(
      Selection selection,
      Windows windows,
      List<String> groupBy,
      List<Computed> columns,
      long mostHeld,
      Values values) {
    this.selection = selection;
    this.windows = windows;
    this.groupBy = List.copyOf(groupBy);
    this.columns = List.copyOf(columns);
    this.mostHeld = mostHeld;
    this.values = values;
  }

  /**
   * Reads the points and passes on the values.
   *
   * @throws TooManyException if too many points would have to be kept
   */
  public void run(HistoryStore store, Deadline deadline) {
    Selection wider =
        new Selection(
            selection.measurement(),
            selection.filters(),
            selection.startMillis() - longest(PointFunction::lookBack),
            selection.endMillis() + longest(PointFunction::lookAhead));
    List<Field> fields = columns.stream().map(Computed::field).distinct().toList();
    int[] sources = columns.stream().mapToInt(one -> fields.indexOf(one.field())).toArray();
    List<String> tags = selection.measurement().tags();
    int[] keyParts = groupBy.stream().mapToInt(tags::indexOf).toArray();
    boolean whole = groupBy.equals(tags);
    store.scan(
        HistoryQuery.points(wider, fields, false, Integer.MAX_VALUE - 1000),
        deadline,
        row -> {
          List<String> key = whole ? row.key() : part(row, keyParts);
          Windowing windowing = open.computeIfAbsent(key, this::windowing);
          for (int i = 0; i < sources.length; i++) {
            double value = row.asDouble(sources[i]);
            if (!Double.isNaN(value)) {
              hold(columns.get(i));
              windowing.add(i, row.epochMicros(), value);
            }
          }
          return true;
        });
    open.values().forEach(Windowing::end);
  }

  private static List<String> part(Row row, int[] parts) {
    String[] key = new String[parts.length];
    for (int i = 0; i < parts.length; i++) {
      key[i] = row.key().get(parts[i]);
    }
    return List.of(key);
  }

  private void hold(Computed column) {
    if (column.function().keepsPoints() && ++held > mostHeld) {
      throw new TooManyException(mostHeld);
    }
  }

  private Windowing windowing(List<String> key) {
    return new Windowing(
        windows,
        selection.startMillis(),
        selection.endMillis(),
        columns.stream().map(one -> one.function().begin()).toList(),
        (start, column, value) -> values.take(key, start, column, value),
        (column, points) -> {
          if (columns.get(column).function().keepsPoints()) {
            held -= points;
          }
        });
  }

  private long longest(Function<PointFunction, Duration> look) {
    return columns.stream()
        .map(Computed::function)
        .map(look)
        .mapToLong(Duration::toMillis)
        .max()
        .orElse(0);
  }
}
