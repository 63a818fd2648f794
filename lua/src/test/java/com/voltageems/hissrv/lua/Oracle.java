package com.voltageems.hissrv.lua;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the windows must hold, told plainly from the raw samples: every sum is exact, every window
 * is computed from samples (none is merged). Knows the rules of README.md and nothing of the
 * script. Times are epoch seconds; the first window divides all others.
 */
final class Oracle {
  /** One point in one window. */
  static final class Statistics {
    private long count;
    private double min;
    private double max;
    private double last;
    private long lastTime;
    private BigDecimal sum = BigDecimal.ZERO;

    private void add(double value, long time) {
      if (count == 0 || value < min) {
        min = value;
      }
      if (count == 0 || value > max) {
        max = value;
      }
      if (time >= lastTime) {
        last = value;
        lastTime = time;
      }
      sum = sum.add(new BigDecimal(value));
      count++;
    }

    long count() {
      return count;
    }

    double min() {
      return min;
    }

    double max() {
      return max;
    }

    /** The value of the latest second, not the one that came last: the clock may have gone back. */
    double last() {
      return last;
    }

    double average() {
      return sum.divide(BigDecimal.valueOf(count), MathContext.DECIMAL128).doubleValue();
    }
  }

  /** One channel in one window: by point. */
  record Window(int seconds, long start, String channel) {}

  private final List<Integer> lengths;
  private final int aliveSeconds;
  private final int aliveUnstampedSeconds;
  private final Map<Window, Map<String, Statistics>> windows = new HashMap<>();
  private final Map<Integer, NavigableSet<Long>> open = new TreeMap<>();
  private final Map<Integer, Set<Long>> closed = new HashMap<>();
  private final Map<String, Map<Long, Long>> lastSecond = new HashMap<>();
  private final Map<String, Map<String, String>> lastSign = new HashMap<>();
  private final Map<String, Long> lastChange = new HashMap<>();
  private final Set<String> silent = new HashSet<>();
  private long samples;
  private long notFinite;
  private long foreign;

  Oracle(List<Integer> lengths, int aliveSeconds, int aliveUnstampedSeconds) {
    this.lengths = List.copyOf(lengths);
    this.aliveSeconds = aliveSeconds;
    this.aliveUnstampedSeconds = aliveUnstampedSeconds;
  }

  private NavigableSet<Long> open(int length) {
    return open.computeIfAbsent(length, l -> new TreeSet<>());
  }

  private Set<Long> closed(int length) {
    return closed.computeIfAbsent(length, l -> new HashSet<>());
  }

  private Map<Long, Long> lastSecond(String part) {
    return lastSecond.computeIfAbsent(part, p -> new TreeMap<>());
  }

  long samples() {
    return samples;
  }

  long notFinite() {
    return notFinite;
  }

  long foreign() {
    return foreign;
  }

  Map<Window, Map<String, Statistics>> windows() {
    return windows;
  }

  /** How many windows of the smallest length are over and not closed. */
  int unclosed(long time) {
    return open(lengths.get(0)).headSet(time - lengths.get(0), true).size();
  }

  /** All channels are looked at once in second {@code time}. */
  void collect(long time, Map<String, Site.Channel> channels) {
    if (closed(lengths.get(0)).contains(startOf(time, lengths.get(0)))) {
      return;
    }
    channels.forEach(
        (part, channel) -> {
          if (isAlive(part, channel, time)
              && time > lastSecondOf(part, startOf(time, lengths.get(0)))) {
            sample(part, channel.fields(), time);
          }
        });
  }

  private long lastSecondOf(String part, long start) {
    return lastSecond(part).getOrDefault(start, -1L);
  }

  private boolean isAlive(String part, Site.Channel channel, long time) {
    boolean stamped = !channel.stamps().isEmpty();
    Map<String, String> sign = Map.copyOf(stamped ? channel.stamps() : channel.fields());
    Map<String, String> before = lastSign.put(part, sign);
    Long changed = lastChange.get(part);
    if (before == null || changed == null) {
      lastChange.put(part, time);
      if (stamped && !isFresh(channel, time)) {
        silent.add(part);
      }
    } else if (!before.equals(sign) || (changed > time && !silent.contains(part))) {
      lastChange.put(part, time);
      silent.remove(part);
    } else if (time - changed > (stamped ? aliveSeconds : aliveUnstampedSeconds)) {
      silent.add(part);
    }
    return !silent.contains(part) && !channel.fields().isEmpty();
  }

  private boolean isFresh(Site.Channel channel, long time) {
    return channel.stamps().values().stream()
        .anyMatch(ms -> Math.abs(Long.parseLong(ms) - time * 1000) <= aliveSeconds * 1000L);
  }

  private void sample(String part, Map<String, String> fields, long time) {
    Map<String, Double> values = new HashMap<>();
    fields.forEach(
        (name, text) -> {
          if (name.equals("timestamp")) {
            return;
          }
          String number =
              text.matches("[^:]+:[0-9]{9,14}(:.*)?") ? text.substring(0, text.indexOf(':')) : text;
          if (number.matches("(?i)[+-]?(nan|inf|infinity)")) {
            notFinite++;
          } else if (number.matches("[+-]?[0-9.]+([eE][+-]?[0-9]+)?")) {
            values.put(name, Double.parseDouble(number));
          } else {
            foreign++;
          }
        });
    samples += values.size();
    if (values.isEmpty()) {
      return;
    }
    long base = startOf(time, lengths.get(0));
    lastSecond(part).put(base, time);
    for (int length : lengths) {
      long start = startOf(time, length);
      if (closed(length).contains(start)) {
        // The clock was ahead for a while: what is closed stays so, for all that is merged from it.
        break;
      }
      Map<String, Statistics> window =
          windows.computeIfAbsent(new Window(length, start, part), w -> new TreeMap<>());
      values.forEach((name, x) -> window.computeIfAbsent(name, n -> new Statistics()).add(x, time));
      open(length).add(start);
    }
  }

  /** Everything up to {@code longest} that is over at {@code time} is closed for ever. */
  void close(int longest, long time) {
    for (int length : lengths) {
      if (length > longest) {
        return;
      }
      for (long start : new ArrayList<>(open(length).headSet(time - length, true))) {
        open(length).remove(start);
        closed(length).add(start);
      }
    }
  }

  private static long startOf(long time, int length) {
    return time - time % length;
  }
}
