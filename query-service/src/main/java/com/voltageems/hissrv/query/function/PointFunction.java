package com.voltageems.hissrv.query.function;

import java.time.Duration;

/**
 * A function over windows that is computed point by point while the points stream from the
 * database. {@link java.util.ServiceLoader} finds the functions, so a site can add its own: see
 * {@code docs/guides/aggregate-function.md}.
 */
public interface PointFunction {
  /** Returns the name used in {@code function=}: lower-case letters, digits and underscores. */
  String name();

  /** Starts a calculation over the points of one field of one series. */
  Calculation begin();

  /** Returns how far before the range it needs points, for the step into the first window. */
  default Duration lookBack() {
    return Duration.ZERO;
  }

  /** Returns how far after the range it needs points, for the step out of the last window. */
  default Duration lookAhead() {
    return Duration.ZERO;
  }

  /** Returns true if the points must come from a single series, so that series cannot be joined. */
  default boolean isOfOneSeries() {
    return false;
  }

  /**
   * Returns true if it keeps the points of a window until the window ends; their number is then
   * bounded.
   */
  default boolean keepsPoints() {
    return false;
  }

  /**
   * Returns the unit of its values.
   *
   * @param unit of the points, never empty
   */
  default String unit(String unit) {
    return unit;
  }
}
