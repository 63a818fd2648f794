package com.voltageems.hissrv.quickstart;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Compares the answers of {@code /query} with the {@link Site}. Pure: answers are maps of epoch
 * milliseconds to values. Each method returns the first difference, or empty.
 */
final class HistoryCheck {
  private final Site site;

  HistoryCheck(Site site) {
    this.site = site;
  }

  /** The statistics of one point in a closed window. */
  record Statistics(double avg, double min, double max, double last, double count) {}

  /** Checks live values: each must be the value that was written for that second. */
  Optional<String> live(Site.Channel channel, Site.Point point, NavigableMap<Long, Double> answer) {
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

  /** Checks elements of the pending list: each must read back as it was pushed. */
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
   * Checks one closed window. Samples are taken once a second, at no fixed moment within it. So the
   * statistics must match values written from one second before the window to its end.
   *
   * @param statistics as read back
   */
  Optional<String> window(
      Site.Channel channel,
      Site.Point point,
      long startSecond,
      int lengthSeconds,
      Statistics statistics) {
    String where =
        "window %d + %d s of channel %d, point %s"
            .formatted(startSecond, lengthSeconds, channel.id(), point.id());
    NavigableSet<Double> written = new TreeSet<>();
    for (long second = startSecond - 1; second < startSecond + lengthSeconds; second++) {
      if (!site.isSilent(channel, second)) {
        site.number(channel, point, second).ifPresent(written::add);
      }
    }
    for (double value : List.of(statistics.min(), statistics.max(), statistics.last())) {
      if (!written.contains(value)) {
        return Optional.of(
            "%s: %s is none of the values written in it, %s: %s"
                .formatted(where, value, written, statistics));
      }
    }
    double slack = 1e-9 * Math.abs(statistics.avg());
    if (statistics.avg() < statistics.min() - slack
        || statistics.avg() > statistics.max() + slack) {
      return Optional.of(where + ": the average is outside of min and max: " + statistics);
    }
    if (statistics.count() < 1 || statistics.count() > lengthSeconds) {
      return Optional.of(where + ": as many samples cannot be: " + statistics);
    }
    return Optional.empty();
  }
}
