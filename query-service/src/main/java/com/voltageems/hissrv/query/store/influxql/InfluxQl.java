package com.voltageems.hissrv.query.store.influxql;

import com.voltageems.hissrv.query.store.Field;
import java.util.List;

/**
 * Text of one or more statements.
 *
 * @param parameters the values for {@code $p0}, {@code $p1} and so on, in order
 * @param columns what the columns of values hold, in order; with one statement per column, what the
 *     statements hold
 */
record InfluxQl(String text, List<String> parameters, List<Selected> columns) {
  InfluxQl {
    parameters = List.copyOf(parameters);
    columns = List.copyOf(columns);
  }

  /**
   * What a column of values holds. A field of mixed types has several, one of which has the value.
   *
   * @param column its place in the request
   */
  record Selected(int column, Type type) {}

  /** What a column's values are, in InfluxQL's own words. */
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
