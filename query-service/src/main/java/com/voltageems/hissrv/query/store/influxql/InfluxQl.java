package com.voltageems.hissrv.query.store.influxql;

import com.voltageems.hissrv.query.store.Field;
import java.util.List;

/**
 * The text of one or more statements.
 *
 * @param parameters the values for {@code $p0}, {@code $p1} and so on, in order
 * @param columns the content of the value columns, in order; if each statement has one column, the
 *     content of the statements
 */
record InfluxQl(String text, List<String> parameters, List<Selected> columns) {
  InfluxQl {
    parameters = List.copyOf(parameters);
    columns = List.copyOf(columns);
  }

  /**
   * The content of a value column. A field of mixed types has several columns, and one of them has
   * the value.
   *
   * @param column index of the column in the request
   */
  record Selected(int column, Type type) {}

  /** The type of a column's values, in InfluxQL's own words. */
  enum Type {
    FLOAT,
    INTEGER,
    STRING,
    BOOLEAN;

    static List<Type> of(Field field) {
      return switch (field.kind()) {
        case NUMBER -> List.of(FLOAT);
        case INTEGER -> List.of(INTEGER);
        case TEXT -> List.of(STRING);
        case FLAG -> List.of(BOOLEAN);
        case MIXED -> List.of(FLOAT, STRING, BOOLEAN);
      };
    }
  }
}
