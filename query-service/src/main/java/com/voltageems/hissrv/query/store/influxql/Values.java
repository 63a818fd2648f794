package com.voltageems.hissrv.query.store.influxql;

import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Column;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.window.Digits;
import org.jspecify.annotations.Nullable;

/** Converts values of InfluxDB's answers to values of the store. Pure. */
final class Values {
  private Values() {}

  /** Returns the time of a row in epoch microseconds. */
  static long time(@Nullable Object[] row) {
    return row[0] instanceof Number number ? number.longValue() : 0;
  }

  /**
   * Puts a value into a row, if there is one.
   *
   * @param of the column of a computed value; null for a stored value
   */
  static void put(Row row, InfluxQl.Selected column, @Nullable Object value, @Nullable Column of) {
    Object converted = of(value, column.type(), of);
    if (converted != null) {
      row.set(column.column(), converted);
    }
  }

  /** Returns the value as Double, Long, String or Boolean; null if there is none. */
  static @Nullable Object of(@Nullable Object value, InfluxQl.Type type, @Nullable Column of) {
    if (!(value instanceof Number number)) {
      return value;
    }
    if (of != null && of.function() == Aggregation.COUNT) {
      return number.longValue() == 0 ? null : (Object) number.longValue();
    }
    if (type == InfluxQl.Type.INTEGER && number instanceof Long) {
      return number;
    }
    return of != null && of.isRounded()
        ? Digits.computed(number.doubleValue())
        : number.doubleValue();
  }
}
