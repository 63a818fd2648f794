package com.voltageems.hissrv.query.store;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row while it is read: numbers stay primitive. It is used again for the next one, so that it
 * must not be kept. Not safe for use by several threads.
 */
public final class Row {
  private long epochMicros;
  private List<String> key = List.of();
  private final double[] numbers;
  private final @Nullable Object[] others;

  /** A row of so many columns without any value. */
  public Row(int columns) {
    this.numbers = new double[columns];
    this.others = new @Nullable Object[columns];
    clear();
  }

  /** Makes it the row of this time and these tags, without any value. */
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

  /** Its time, or its window's start. */
  public long epochMicros() {
    return epochMicros;
  }

  /** Values of the tags of {@link HistoryQuery#groupBy()}, in that order; empty for no tag. */
  public List<String> key() {
    return key;
  }

  public int columns() {
    return numbers.length;
  }

  /** Sets a floating-point number; one that is not finite is not a value. */
  public void setNumber(int column, double value) {
    numbers[column] = Double.isFinite(value) ? value : Double.NaN;
  }

  /** Sets any value: Double, Long, String, Boolean; null for none. */
  public void set(int column, @Nullable Object value) {
    if (value instanceof Double number) {
      others[column] = null;
      setNumber(column, number);
    } else {
      numbers[column] = Double.NaN;
      others[column] = value;
    }
  }

  /** The floating-point number, or NaN where there is none. */
  public double number(int column) {
    return numbers[column];
  }

  /** The Long, String or Boolean, or null where there is none. */
  public @Nullable Object other(int column) {
    return others[column];
  }

  public boolean has(int column) {
    return others[column] != null || !Double.isNaN(numbers[column]);
  }

  /** The value as a Double, Long, String or Boolean; null for none. */
  public @Nullable Object value(int column) {
    return others[column] == null && !Double.isNaN(numbers[column])
        ? (Object) numbers[column]
        : others[column];
  }

  /** A number of any kind as floating point; NaN for none. */
  public double asDouble(int column) {
    return others[column] instanceof Long number ? number.doubleValue() : numbers[column];
  }

  /** Whether it has any value at all. */
  public boolean hasAny() {
    for (int i = 0; i < numbers.length; i++) {
      if (has(i)) {
        return true;
      }
    }
    return false;
  }

  /** The same as a row of its own, which may be kept. */
  public Row copy() {
    Row copy = new Row(numbers.length).begin(epochMicros, key);
    copy.takeAll(this);
    return copy;
  }

  /** Takes the values of another one, where it has some; else keeps its own. */
  void takeAll(Row later) {
    for (int i = 0; i < numbers.length; i++) {
      if (later.has(i)) {
        numbers[i] = later.numbers[i];
        others[i] = later.others[i];
      }
    }
  }

  /** Takes the values of another one where it has none itself. */
  void fillFrom(Row earlier) {
    for (int i = 0; i < numbers.length; i++) {
      if (!has(i)) {
        numbers[i] = earlier.numbers[i];
        others[i] = earlier.others[i];
      }
    }
  }
}
