package com.voltageems.hissrv.query.store;

import org.jspecify.annotations.Nullable;

/**
 * What a row has a value of.
 *
 * @param function of the field's points in a window; null for the points themselves
 */
public record Column(Field field, @Nullable Aggregation function) {
  public Column {
    if (function != null && !function.accepts(field)) {
      throw new IllegalArgumentException(function + " of " + field);
    }
  }
}
