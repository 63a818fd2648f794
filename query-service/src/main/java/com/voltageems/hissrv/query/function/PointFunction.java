package com.voltageems.hissrv.query.function;

import java.time.Duration;

/**
 * A function over windows that is computed point by point while the points stream from the
 * database. Found by {@link java.util.ServiceLoader}, so that a site can bring its own: see {@code
 * docs/guides/aggregate-function.md}.
 */
public interface PointFunction {
  /** What {@code function=} calls it: small letters, digits and underscores. */
  String name();

  /** A calculation over the points of one field of one series. */
  Calculation begin();

  /** How long before the range it wants to see points: the step into the first window. */
  default Duration lookBack() {
    return Duration.ZERO;
  }

  /** How long after the range it wants to see points: the step out of the last window. */
  default Duration lookAhead() {
    return Duration.ZERO;
  }

  /** Whether it needs to know of which series a point is, so that series cannot be joined. */
  default boolean isOfOneSeries() {
    return false;
  }

  /** Whether it keeps the points of a window until its end; their number is bounded then. */
  default boolean keepsPoints() {
    return false;
  }

  /**
   * The unit of its values.
   *
   * @param unit of the points, never empty
   */
  default String unit(String unit) {
    return unit;
  }
}
