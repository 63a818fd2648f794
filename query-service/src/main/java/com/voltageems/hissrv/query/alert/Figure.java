package com.voltageems.hissrv.query.alert;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The figures that a condition may use. */
public enum Figure {
  /** Records in the dead-letter topics. */
  FAILED_COUNT(false, Argument.NONE),
  /** Records in the topics that are not in the database yet. */
  QUEUE_SIZE(false, Argument.NONE),
  /** Age of the newest sample in the database. */
  SYNC_AGE(true, Argument.NONE),
  /** How much waits in Redis for one source, over all its tasks. */
  WAITING(false, Argument.SOURCE),
  /** Age of the newest sample from one source. */
  NEWEST_AGE(true, Argument.SOURCE),
  /** How long a part of {@code /health}, or any of them, has been in trouble. */
  STUCK(true, Argument.PART),
  /** Age of the newest point of a measurement, or of its series with some tags. */
  SILENCE(true, Argument.SERIES),
  /** Share of the expected samples that came, for the worst of these series. */
  COMPLETENESS(false, Argument.SERIES);

  /** What may stand in brackets after the figure. */
  enum Argument {
    NONE(false, ""),
    SOURCE(true, "(source)"),
    PART(false, "(part)"),
    SERIES(true, "(measurement, tag=value)");

    final boolean needed;
    final String form;

    Argument(boolean needed, String form) {
      this.needed = needed;
      this.form = form;
    }
  }

  private final boolean time;
  private final Argument argument;

  Figure(boolean time, Argument argument) {
    this.time = time;
    this.argument = argument;
  }

  /** Returns whether the figure is a length of time, in seconds; else it is a number. */
  boolean isTime() {
    return time;
  }

  /**
   * Returns whether {@code in 1h} means growth within that time; else it is the time that is
   * examined.
   */
  boolean canGrow() {
    return !time && this != COMPLETENESS;
  }

  Argument argument() {
    return argument;
  }

  /** Returns the figure's name in a condition. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<Figure> of(String text) {
    return Arrays.stream(values()).filter(figure -> figure.text().equals(text)).findFirst();
  }

  static String all() {
    return Arrays.stream(values())
        .map(figure -> figure.text() + figure.argument.form)
        .collect(Collectors.joining(", "));
  }
}
