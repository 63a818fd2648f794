package com.voltageems.hissrv.query.store;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows stored as columns of primitives, which takes a sixth of the memory that objects take. Not
 * thread-safe; another thread may read it once no more rows are added.
 */
public final class Columns {
  private final int most;
  private final double[][] numbers;
  private final @Nullable Object[][] others;
  private long[] times;
  private final BitSet used = new BitSet();
  private int size;

  /**
   * @param columns number of values per row
   * @param first number of rows to allocate at first
   * @param most largest number of rows that will ever be added
   */
  public Columns(int columns, int first, int most) {
    this.most = most;
    this.times = new long[first];
    this.numbers = new double[columns][first];
    this.others = new @Nullable Object[columns][];
  }

  /**
   * Appends the time and the values of a row.
   *
   * @throws StoreException if the heap has no room for more rows
   */
  public void add(Row row) {
    if (size == times.length) {
      grow(Math.min(size + (size >> 1), most));
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
    StoreException.requireHeap();
    times = Arrays.copyOf(times, length);
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Arrays.copyOf(numbers[i], length);
      @Nullable Object[] column = others[i];
      if (column != null) {
        others[i] = Arrays.copyOf(column, length);
      }
    }
  }

  public int size() {
    return size;
  }

  /** Returns the number of values per row. */
  int columns() {
    return numbers.length;
  }

  long time(int index) {
    return times[index];
  }

  /** Returns the columns that have at least one value. */
  BitSet used() {
    return used;
  }

  private @Nullable Object other(int index, int column) {
    @Nullable Object[] values = others[column];
    return values == null ? null : values[index];
  }

  /** Returns the value as a Double, Long, String or Boolean; null if there is none. */
  @Nullable Object value(int index, int column) {
    Object other = other(index, column);
    double number = numbers[column][index];
    return other == null && !Double.isNaN(number) ? (Object) number : other;
  }

  /** Fills a row with the time and the values of the row at this index. */
  public void fill(int index, List<String> key, Row row) {
    row.begin(times[index], key);
    for (int i = 0; i < numbers.length; i++) {
      Object other = other(index, i);
      if (other == null) {
        row.setNumber(i, numbers[i][index]);
      } else {
        row.set(i, other);
      }
    }
  }
}
