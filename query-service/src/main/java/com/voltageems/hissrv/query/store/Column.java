package com.voltageems.hissrv.query.store;

import org.jspecify.annotations.Nullable;

/**
 * A column of an answer: a field, and the function that is applied to it.
 *
 * @param function applied to the field's points in a window; null for the points themselves
 * @param allDigits true to return a computed value exactly as the database computes it, not rounded
 *     to twelve digits; for callers that compute further with it
 */
public record Column(Field field, @Nullable Aggregation function, boolean allDigits) {
  public Column {
    if (function != null && !function.accepts(field)) {
      throw new IllegalArgumentException(function + " of " + field);
    }
  }

  /** Creates a column whose computed values are rounded to twelve digits. */
  public Column(Field field, @Nullable Aggregation function) {
    this(field, function, false);
  }

  /** Returns true if the values have to be rounded to twelve digits. */
  public boolean isRounded() {
    return function != null && function.computes() && !allDigits;
  }
}
