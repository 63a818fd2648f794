package com.voltageems.hissrv.query.http.ask;

import com.voltageems.hissrv.query.store.window.Windows;

/** Rules for requests whose parts are valid alone but not together. */
final class AskRules {
  private final Texts texts;
  private final int maxValues;

  /**
   * @param texts the request's parameters, for messages
   * @param maxValues maximum number of values in an answer
   */
  AskRules(Texts texts, int maxValues) {
    this.texts = texts;
    this.maxValues = maxValues;
  }

  /**
   * Returns the request itself.
   *
   * @throws BadRequestException if the request cannot be answered
   */
  Ask checked(Ask ask) {
    ask.outputs().forEach(output -> ofOneSeries(ask, output));
    if (ask.fill().kind() == Fill.Kind.VALUE) {
      ask.outputs().forEach(this::ofNumbers);
    }
    Windows windows = ask.windows();
    boolean made = !ask.isStores() || ask.fill().kind() != Fill.Kind.NONE;
    if (windows != null && made) {
      notTooMany(ask, windows);
    }
    return ask;
  }

  private static void ofOneSeries(Ask ask, Ask.Output output) {
    Fn function = output.function();
    if (function != null
        && function.isOfOneSeries()
        && ask.groupBy().size() < ask.selection().measurement().tags().size()) {
      throw new BadRequestException(
          "group_by",
          String.join(",", ask.groupBy()),
          "all tags for " + function.text() + ": it is of one series");
    }
  }

  /**
   * Requires numbers for a constant: it fills every window, while a line is only drawn between two
   * numbers and leaves all other values alone.
   */
  private void ofNumbers(Ask.Output output) {
    Fn function = output.function();
    if (function != null && !function.givesNumber(output.field())) {
      throw new BadRequestException(
          "fill",
          String.valueOf(texts.text("fill")),
          "none, null, previous or linear: field "
              + output.field().name()
              + " is not a field of numbers");
    }
  }

  private void notTooMany(Ask ask, Windows windows) {
    long range = ask.selection().endMillis() - ask.selection().startMillis();
    if (range / windows.shortestMillis() + 1 > maxValues / ask.outputs().size()) {
      throw new BadRequestException(
          "interval",
          String.valueOf(texts.text("interval")),
          "at most " + maxValues + " values in the range (query.max.values)");
    }
  }
}
