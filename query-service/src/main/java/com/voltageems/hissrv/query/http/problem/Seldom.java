package com.voltageems.hissrv.query.http.problem;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Which of many equal lines are worth logging: the first, and later one in each interval, with the
 * number of those left out. Thread-safe.
 */
final class Seldom {
  /** Reasons that are remembered; the oldest is forgotten first. */
  private static final int MOST = 50;

  private record Line(long nanos, long left) {}

  private final long intervalNanos;
  private final LongSupplier nanos;
  private final Map<String, Line> lines = new LinkedHashMap<>();

  /**
   * @param nanos a monotonic clock
   */
  Seldom(Duration interval, LongSupplier nanos) {
    this.intervalNanos = interval.toNanos();
    this.nanos = nanos;
  }

  /**
   * Counts a line.
   *
   * @return empty if it is to be left out; else how many were left out since the last one
   */
  synchronized OptionalLong count(String text) {
    long now = nanos.getAsLong();
    Line last = lines.get(text);
    if (last != null && now - last.nanos() < intervalNanos) {
      lines.put(text, new Line(last.nanos(), last.left() + 1));
      return OptionalLong.empty();
    }
    lines.put(text, new Line(now, 0));
    if (lines.size() > MOST) {
      lines.remove(lines.keySet().iterator().next());
    }
    return OptionalLong.of(last == null ? 0 : last.left());
  }
}
