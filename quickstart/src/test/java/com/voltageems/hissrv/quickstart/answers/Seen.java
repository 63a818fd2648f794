package com.voltageems.hissrv.quickstart.answers;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** How many samples of each window answers have shown so far, and since when. For one thread. */
final class Seen {
  /** A window of a series. */
  record Window(int series, long start, long length) {}

  /** By the moment of the answer that showed so many first. */
  private final Map<Window, NavigableMap<Long, Long>> counts = new HashMap<>();

  /** The most that answers of up to a moment have shown. */
  long by(Window window, long millis) {
    Map.Entry<Long, Long> last = counts.getOrDefault(window, new TreeMap<>()).floorEntry(millis);
    return last == null ? 0 : last.getValue();
  }

  void add(Window window, long count, long millis) {
    if (count > by(window, millis)) {
      counts.computeIfAbsent(window, any -> new TreeMap<>()).put(millis, count);
    }
  }
}
