package com.voltageems.hissrv.query.alert;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a condition may look at. */
public enum Figure {
  /** Records in the dead-letter topic. */
  FAILED_COUNT(false, Argument.NONE),
  /** Records in the topics that the database does not have yet. */
  QUEUE_SIZE(false, Argument.NONE),
  /** Age of the newest sample that the database has. */
  SYNC_AGE(true, Argument.NONE),
  /** What waits in Redis for one source, of all its tasks. */
  WAITING(false, Argument.SOURCE),
  /** Age of the newest sample that one source gave. */
  NEWEST_AGE(true, Argument.SOURCE),
  /** Since when a part of {@code /health}, or any of them, is not well. */
  STUCK(true, Argument.PART),
  /** Age of the newest point of a measurement, or of those of its series with some tags. */
  SILENCE(true, Argument.SERIES),
  /** Of the samples to be expected of these series, the share that came; of the worst of them. */
  COMPLETENESS(false, Argument.SERIES);

  /** What stands in brackets behind the figure. */
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

  /** Whether it is a length of time, in seconds; else it is a number. */
  boolean isTime() {
    return time;
  }

  /** Whether {@code in 1h} asks how much it grew; else it says over which time it is counted. */
  boolean canGrow() {
    return !time && this != COMPLETENESS;
  }

  Argument argument() {
    return argument;
  }

  /** As a condition writes it. */
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
