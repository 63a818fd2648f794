package com.voltageems.hissrv.query.store;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How the points of one window become one value. Points without a value are ignored. */
public enum Aggregation {
  MEAN(true),
  MIN(true),
  MAX(true),
  SUM(true),
  COUNT(false),
  /** The value of the earliest point. */
  FIRST(false),
  /** The value of the latest point. */
  LAST(false),
  /** The sample standard deviation: divided by the count minus one; no value for a single point. */
  STDDEV(true);

  private final boolean numbersOnly;

  Aggregation(boolean numbersOnly) {
    this.numbersOnly = numbersOnly;
  }

  /** Returns true if the function can be applied to this field. */
  public boolean accepts(Field field) {
    return !numbersOnly || field.isNumeric();
  }

  /**
   * Returns true if the function computes a new value instead of choosing a stored one. Computed
   * values are rounded.
   */
  public boolean computes() {
    return this == MEAN || this == SUM || this == STDDEV;
  }

  /** Returns the name as written in a request: {@code mean}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<Aggregation> of(String text) {
    return Arrays.stream(values()).filter(one -> one.text().equals(text)).findFirst();
  }

  /** Returns all names, for messages: {@code mean, min, ...}. */
  public static String all() {
    return String.join(", ", Arrays.stream(values()).map(Aggregation::text).toList());
  }
}
