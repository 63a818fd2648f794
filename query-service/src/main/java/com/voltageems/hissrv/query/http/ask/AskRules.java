package com.voltageems.hissrv.query.http.ask;

import com.voltageems.hissrv.query.store.window.Windows;

/** What cannot be asked together, although each of it can be asked for. */
final class AskRules {
  private final Texts texts;
  private final int maxValues;

  /**
   * @param texts of the request, for messages
   * @param maxValues most values of an answer
   */
  AskRules(Texts texts, int maxValues) {
    this.texts = texts;
    this.maxValues = maxValues;
  }

  /**
   * Gives it back.
   *
   * @throws BadRequestException where it cannot be answered
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

  /** A line needs two numbers and leaves everything else alone; a number goes everywhere. */
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
