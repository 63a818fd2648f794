package com.voltageems.hissrv.query.store;

import org.jspecify.annotations.Nullable;

/**
 * What a row has a value of.
 *
 * @param function of the field's points in a window; null for the points themselves
 * @param allDigits whether a computed value comes as the database computes it, not with twelve
 *     digits: for who computes with it further
 */
public record Column(Field field, @Nullable Aggregation function, boolean allDigits) {
  public Column {
    if (function != null && !function.accepts(field)) {
      throw new IllegalArgumentException(function + " of " + field);
    }
  }

  /** With twelve digits where it is computed. */
  public Column(Field field, @Nullable Aggregation function) {
    this(field, function, false);
  }

  /** Whether its values are to be rounded to twelve digits. */
  public boolean isRounded() {
    return function != null && function.computes() && !allDigits;
  }
}
