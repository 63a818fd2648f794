package com.voltageems.hissrv.quickstart;

import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;

/**
 * Reads the history back through {@code /query} and compares it with the site: live values of every
 * channel, closed windows of each length, elements of the pending list. A wrong answer throws; a
 * missing one means that the caller must try again.
 */
final class Verification {
  private final Site site;
  private final HistoryCheck check;
  private final HistoryClient history;
  private final Windows windows;
  private int liveValues;
  private int windowCount;
  private int pendingElements;

  Verification(Site site, HistoryClient history, Windows windows) {
    this.site = site;
    this.check = new HistoryCheck(site);
    this.history = history;
    this.windows = windows;
  }

  /** Returns the live values of a point by epoch milliseconds; empty while there are none. */
  NavigableMap<Long, Double> live(Site.Channel channel, Site.Point point)
      throws InterruptedException {
    return history.points("telemetry", liveTags(channel), point.id());
  }

  /** Returns the tags of a channel's live series. */
  static Map<String, String> liveTags(Site.Channel channel) {
    return Map.of("channel", String.valueOf(channel.id()), "type", channel.type());
  }

  /**
   * Returns whether all three kinds of values have been read back.
   *
   * @throws IllegalStateException if an answer differs from what was written
   */
  boolean complete() throws InterruptedException {
    liveValues = 0;
    windowCount = 0;
    for (Site.Channel channel : site.channels()) {
      for (Site.Point point : channel.points()) {
        NavigableMap<Long, Double> answer = live(channel, point);
        require(check.live(channel, point, answer));
        if (answer.isEmpty()) {
          return false;
        }
        liveValues += answer.size();
      }
    }
    Site.Channel meter = site.channels().get(0);
    for (int i = 0; i < windows.names().size(); i++) {
      int found = closedWindows(meter, windows.names().get(i), windows.seconds().get(i));
      if (found == 0) {
        return false;
      }
      windowCount += found;
    }
    NavigableMap<Long, Double> pending =
        history.points(
            "custom_metrics", Map.of("source", "lua_script", "type", "aggregated"), "test_value");
    require(check.pending(pending));
    pendingElements = pending.size();
    return pendingElements > 0;
  }

  private int closedWindows(Site.Channel channel, String name, int seconds)
      throws InterruptedException {
    Site.Point point = channel.points().get(0);
    NavigableMap<Long, Double> averages = statistic(channel, point, name, "avg");
    NavigableMap<Long, Double> minima = statistic(channel, point, name, "min");
    NavigableMap<Long, Double> maxima = statistic(channel, point, name, "max");
    NavigableMap<Long, Double> lasts = statistic(channel, point, name, "last");
    NavigableMap<Long, Double> counts = statistic(channel, point, name, "count");
    // The averages were read first, so the later answers must contain each of these windows.
    for (Map.Entry<Long, Double> window : averages.entrySet()) {
      Long start = window.getKey();
      Double min = minima.get(start);
      Double max = maxima.get(start);
      Double last = lasts.get(start);
      Double count = counts.get(start);
      if (min == null || max == null || last == null || count == null) {
        throw new IllegalStateException(
            "the answer is wrong: the %s window of %d ms has an average but not all of min, max,"
                    .formatted(name, start)
                + " last and count");
      }
      require(
          check.window(
              channel,
              point,
              start / 1000,
              seconds,
              new HistoryCheck.Statistics(window.getValue(), min, max, last, count)));
    }
    return averages.size();
  }

  private NavigableMap<Long, Double> statistic(
      Site.Channel channel, Site.Point point, String window, String suffix)
      throws InterruptedException {
    return history.points(
        "telemetry",
        Map.of("channel", String.valueOf(channel.id()), "interval", window),
        point.id() + "_" + suffix);
  }

  private static void require(Optional<String> disagreement) {
    disagreement.ifPresent(
        message -> {
          throw new IllegalStateException("the answer is wrong: " + message);
        });
  }

  /**
   * Returns a line with what was read back and agreed; call it after {@link #complete()} returned
   * true.
   */
  String summary() {
    return "OK: %d live values, %d closed windows and %d pending elements read back, all as written."
        .formatted(liveValues, windowCount, pendingElements);
  }
}
