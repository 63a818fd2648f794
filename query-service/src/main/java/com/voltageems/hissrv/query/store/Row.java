package com.voltageems.hissrv.query.store;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A reusable row, filled while the answer is read; numbers stay primitive. The reader fills the
 * same row again for the next one, so callers must not keep it. Not thread-safe.
 */
public final class Row {
  private long epochMicros;
  private List<String> key = List.of();
  private final double[] numbers;
  private final @Nullable Object[] others;

  /** Creates a row with this number of columns and no values. */
  public Row(int columns) {
    this.numbers = new double[columns];
    this.others = new @Nullable Object[columns];
    clear();
  }

  /** Sets the time and the tags and removes all values. */
  public Row begin(long time, List<String> tagValues) {
    this.epochMicros = time;
    this.key = tagValues;
    clear();
    return this;
  }

  private void clear() {
    Arrays.fill(numbers, Double.NaN);
    Arrays.fill(others, null);
  }

  /** Returns the row's time, or the start of its window. */
  public long epochMicros() {
    return epochMicros;
  }

  /**
   * Returns the values of the tags of {@link HistoryQuery#groupBy()}, in that order; an empty
   * string means that the tag is absent.
   */
  public List<String> key() {
    return key;
  }

  public int columns() {
    return numbers.length;
  }

  /** Sets a floating-point number. NaN and infinities count as no value. */
  public void setNumber(int column, double value) {
    numbers[column] = Double.isFinite(value) ? value : Double.NaN;
  }

  /** Sets a value: Double, Long, String or Boolean; null for no value. */
  public void set(int column, @Nullable Object value) {
    if (value instanceof Double number) {
      others[column] = null;
      setNumber(column, number);
    } else {
      numbers[column] = Double.NaN;
      others[column] = value;
    }
  }

  /** Returns the floating-point number, or NaN if there is none. */
  public double number(int column) {
    return numbers[column];
  }

  /** Returns the Long, String or Boolean, or null if there is none. */
  public @Nullable Object other(int column) {
    return others[column];
  }

  public boolean has(int column) {
    return others[column] != null || !Double.isNaN(numbers[column]);
  }

  /** Returns the value as a Double, Long, String or Boolean; null if there is none. */
  public @Nullable Object value(int column) {
    return others[column] == null && !Double.isNaN(numbers[column])
        ? (Object) numbers[column]
        : others[column];
  }

  /** Returns a number of either kind as floating point; NaN if there is none. */
  public double asDouble(int column) {
    return others[column] instanceof Long number ? number.doubleValue() : numbers[column];
  }

  /** Returns true if any column has a value. */
  public boolean hasAny() {
    for (int i = 0; i < numbers.length; i++) {
      if (has(i)) {
        return true;
      }
    }
    return false;
  }

  /** Returns a copy, which the caller may keep. */
  public Row copy() {
    Row copy = new Row(numbers.length).begin(epochMicros, key);
    copy.takeAll(this);
    return copy;
  }

  /** Copies the values that the other row has; keeps this row's values in the other columns. */
  void takeAll(Row later) {
    for (int i = 0; i < numbers.length; i++) {
      if (later.has(i)) {
        numbers[i] = later.numbers[i];
        others[i] = later.others[i];
      }
    }
  }

  /** Copies the other row's values into the columns that have no value here. */
  void fillFrom(Row earlier) {
    for (int i = 0; i < numbers.length; i++) {
      if (!has(i)) {
        numbers[i] = earlier.numbers[i];
        others[i] = earlier.others[i];
      }
    }
  }
}
