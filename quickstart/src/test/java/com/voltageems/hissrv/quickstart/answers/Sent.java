package com.voltageems.hissrv.quickstart.answers;

import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/** What was pushed, and so what a question has to answer in the end. Safe for many threads. */
final class Sent {
  /** The functions that are asked for. */
  static final List<String> FUNCTIONS = List.of("count", "mean", "max", "min", "sum");

  private final List<ConcurrentNavigableMap<Long, Double>> series;

  Sent(int series) {
    this.series =
        Stream.<ConcurrentNavigableMap<Long, Double>>generate(ConcurrentSkipListMap::new)
            .limit(series)
            .toList();
  }

  void add(int of, long millis, double value) {
    series.get(of).put(millis, value);
  }

  boolean isEmpty() {
    return series.stream().anyMatch(NavigableMap::isEmpty);
  }

  /** The first moment of the first window of this length, in epoch milliseconds. */
  long start(long length) {
    long first = series.stream().mapToLong(NavigableMap::firstKey).min().orElseThrow();
    return Math.floorDiv(first, length) * length;
  }

  /** The first moment after the last window of this length. */
  long end(long length) {
    long last = series.stream().mapToLong(NavigableMap::lastKey).max().orElseThrow();
    return Math.floorDiv(last, length) * length + length;
  }

  /** How many samples of a series lie in a window. */
  long count(int of, long start, long length) {
    return series.get(of).subMap(start, start + length).size();
  }

  long count() {
    return series.stream().mapToLong(NavigableMap::size).sum();
  }

  /** Each window that has a sample, by its start. */
  NavigableMap<Long, Double> windows(int of, String function, long length) {
    NavigableMap<Long, DoubleSummaryStatistics> all = new TreeMap<>();
    series
        .get(of)
        .forEach(
            (time, value) ->
                all.computeIfAbsent(
                        Math.floorDiv(time, length) * length, any -> new DoubleSummaryStatistics())
                    .accept(value));
    NavigableMap<Long, Double> answer = new TreeMap<>();
    all.forEach((start, of1) -> answer.put(start, value(of1, function)));
    return answer;
  }

  private static double value(DoubleSummaryStatistics samples, String function) {
    return switch (function) {
      case "count" -> samples.getCount();
      case "mean" -> samples.getAverage();
      case "max" -> samples.getMax();
      case "min" -> samples.getMin();
      default -> samples.getSum();
    };
  }
}
