package com.voltageems.hissrv.quickstart;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Holds what {@code /query} answers against what the {@link Site} says. Pure: answers come in as
 * maps of epoch milliseconds to values. Every method gives the first disagreement, or empty.
 */
final class HistoryCheck {
  private final Site site;

  HistoryCheck(Site site) {
    this.site = site;
  }

  /** Live values: each is the one that was written for that second. */
  Optional<String> live(
      Site.Channel channel, Site.Point point, NavigableMap<Long, Double> answer) {
    for (Map.Entry<Long, Double> entry : answer.entrySet()) {
      long millis = entry.getKey();
      if (millis % 1000 != 0) {
        return Optional.of(
            "a value at %d ms, where the simulator writes at full seconds".formatted(millis));
      }
      Optional<Double> expected = site.number(channel, point, millis / 1000);
      if (!expected.equals(Optional.of(entry.getValue()))) {
        return Optional.of(
            "channel %d, point %s at %d s reads %s, but %s was written"
                .formatted(
                    channel.id(),
                    point.id(),
                    millis / 1000,
                    entry.getValue(),
                    expected.map(String::valueOf).orElse("no number")));
      }
    }
    return Optional.empty();
  }

  /** Elements of the pending list: each second that has one reads back as it was pushed. */
  Optional<String> pending(NavigableMap<Long, Double> answer) {
    for (Map.Entry<Long, Double> entry : answer.entrySet()) {
      double expected = site.pendingValue(entry.getKey() / 1000);
      if (entry.getKey() % (Site.PENDING_EVERY * 1000L) != 0 || entry.getValue() != expected) {
        return Optional.of(
            "the pending element of %d ms reads %s, but %s was pushed"
                .formatted(entry.getKey(), entry.getValue(), expected));
      }
    }
    return Optional.empty();
  }

  /**
   * One closed window. Samples are taken once a second, at no fixed moment within it; so the
   * statistics must be those of values written from one second before the window to its end.
   *
   * @param statistics by suffix: {@code avg}, {@code min}, {@code max}, {@code last}, {@code count}
   */
  Optional<String> window(
      Site.Channel channel,
      Site.Point point,
      long startSecond,
      int lengthSeconds,
      Map<String, Double> statistics) {
    String where =
        "window %d + %d s of channel %d, point %s"
            .formatted(startSecond, lengthSeconds, channel.id(), point.id());
    NavigableSet<Double> written = new TreeSet<>();
    for (long second = startSecond - 1; second < startSecond + lengthSeconds; second++) {
      if (!site.isSilent(channel, second)) {
        site.number(channel, point, second).ifPresent(written::add);
      }
    }
    for (String suffix : List.of("avg", "min", "max", "last", "count")) {
      if (!statistics.containsKey(suffix)) {
        return Optional.of(where + " has no " + suffix);
      }
    }
    for (String suffix : List.of("min", "max", "last")) {
      if (!written.contains(statistics.get(suffix))) {
        return Optional.of(
            "%s: %s is %s, which was not written in it: %s"
                .formatted(where, suffix, statistics.get(suffix), written));
      }
    }
    double average = statistics.get("avg");
    double slack = 1e-9 * Math.abs(average);
    if (average < statistics.get("min") - slack || average > statistics.get("max") + slack) {
      return Optional.of(where + ": the average is outside of min and max: " + statistics);
    }
    double count = statistics.get("count");
    if (count < 1 || count > lengthSeconds) {
      return Optional.of(where + ": count is " + count);
    }
    return Optional.empty();
  }
}
