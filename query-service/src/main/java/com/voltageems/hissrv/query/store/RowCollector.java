package com.voltageems.hissrv.query.store;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Keeps the rows of a scan, by series. */
final class RowCollector implements RowSink {
  private final List<String> groupBy;
  private final int columns;
  private final Map<List<String>, Rows> series = new TreeMap<>(SameTime::compareKeys);

  /** Mostly the next row is of the same series. */
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
    rows.add(row);
    return true;
  }

  HistoryAnswer answer(boolean truncated) {
    List<Series> all = new ArrayList<>();
    series.forEach((key, rows) -> all.add(new Series(Series.tags(groupBy, key), rows)));
    return new HistoryAnswer(all, truncated);
  }

  /**
   * Points as columns of primitives, a sixth of the memory that objects take; they become points
   * when they are looked at. Nothing is added any more once it is in a series.
   */
  static final class Rows extends AbstractList<Point> {
    private final double[][] numbers;
    private final @Nullable Object[][] others;
    private long[] times = new long[16];
    private final BitSet used = new BitSet();
    private int size;

    private Rows(int columns) {
      this.numbers = new double[columns][times.length];
      this.others = new @Nullable Object[columns][];
    }

    private void add(Row row) {
      if (size == times.length) {
        grow(size + (size >> 1));
      }
      times[size] = row.epochMicros();
      for (int i = 0; i < numbers.length; i++) {
        double number = row.number(i);
        numbers[i][size] = number;
        Object other = row.other(i);
        if (!Double.isNaN(number)) {
          used.set(i);
        } else if (other != null) {
          used.set(i);
          @Nullable Object[] column = others[i];
          if (column == null) {
            column = new @Nullable Object[times.length];
            others[i] = column;
          }
          column[size] = other;
        }
      }
      size++;
    }

    private void grow(int length) {
      times = Arrays.copyOf(times, length);
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = Arrays.copyOf(numbers[i], length);
        @Nullable Object[] column = others[i];
        if (column != null) {
          others[i] = Arrays.copyOf(column, length);
        }
      }
    }

    /** The columns that have any value. */
    BitSet used() {
      return used;
    }

    /** Fills a row with the values of one of these. */
    void fill(int index, List<String> key, Row row) {
      row.begin(times[index], key);
      for (int i = 0; i < numbers.length; i++) {
        @Nullable Object[] column = others[i];
        if (column != null && column[index] != null) {
          row.set(i, column[index]);
        } else {
          row.setNumber(i, numbers[i][index]);
        }
      }
    }

    @Override
    public Point get(int index) {
      if (index >= size) {
        throw new IndexOutOfBoundsException(index);
      }
      List<@Nullable Object> values = new ArrayList<>(numbers.length);
      for (int i = 0; i < numbers.length; i++) {
        @Nullable Object[] column = others[i];
        double number = numbers[i][index];
        values.add(
            column != null && column[index] != null
                ? column[index]
                : Double.isNaN(number) ? null : (Object) number);
      }
      return new Point(times[index], values);
    }

    @Override
    public int size() {
      return size;
    }
  }
}
