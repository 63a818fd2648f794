package com.voltageems.hissrv.query.store;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How the points of one window become one value. Points without a value do not take part. */
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
  /** Of a sample: divided by one less than the count; no value for a single point. */
  STDDEV(true);

  private final boolean numbersOnly;

  Aggregation(boolean numbersOnly) {
    this.numbersOnly = numbersOnly;
  }

  /** Whether it can be taken of such a field. */
  public boolean accepts(Field field) {
    return !numbersOnly || field.isNumeric();
  }

  /** Whether it computes a value instead of choosing a stored one; computed values are rounded. */
  public boolean computes() {
    return this == MEAN || this == SUM || this == STDDEV;
  }

  /** As written in a request: {@code mean}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<Aggregation> of(String text) {
    return Arrays.stream(values()).filter(one -> one.text().equals(text)).findFirst();
  }

  /** All of them, for messages: {@code mean, min, ...}. */
  public static String all() {
    return String.join(", ", Arrays.stream(values()).map(Aggregation::text).toList());
  }
}
