package com.voltageems.hissrv.query.completeness;

import com.voltageems.hissrv.query.completeness.Completeness.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The possible silences of one series: the longest gaps of each day. Where only counts are known, a
 * gap ends at the boundary of a window, and continues if the next gap begins there.
 */
final class Silences {
  /** Number of gaps kept for the search for silences: the longest ones of each day. */
  private static final int CANDIDATES = 100;

  private final Map<Long, List<Gap>> longest = new TreeMap<>();

  /**
   * A time without a sample.
   *
   * @param fromSample true if it begins at a sample, false if at the end of a window
   * @param toSample true if it ends at a sample, false if at the start of a window
   */
  record Gap(long from, long to, boolean fromSample, boolean toSample) {
    private long micros() {
      return to - from;
    }

    /** Returns true if the next gap continues this one, with no sample between them. */
    private boolean isOneWith(Gap next) {
      return next.from < to || (next.from == to && !toSample && !next.fromSample);
    }

    private Gap with(Gap next) {
      return next.to > to ? new Gap(from, next.to, fromSample, next.toSample) : this;
    }
  }

  /**
   * @param day in which the gap ended
   */
  void add(long day, Gap gap) {
    List<Gap> kept = longest.computeIfAbsent(day, any -> new ArrayList<>());
    kept.add(gap);
    if (kept.size() > 2 * CANDIDATES) {
      kept.sort(Comparator.comparingLong(Gap::micros).reversed());
      kept.subList(CANDIDATES, kept.size()).clear();
    }
  }

  /** Removes the gaps within this time. */
  void clear(long fromMicros, long toMicros) {
    longest
        .values()
        .forEach(some -> some.removeIf(gap -> gap.from() >= fromMicros && gap.to() <= toMicros));
  }

  /**
   * Returns the silences in the order of time.
   *
   * @param still the gap after the last sample
   * @param unknown where it is not known whether the series was silent, in the order of time
   */
  List<Silence> all(Gap still, List<Span> unknown, Predicate<Silence> isLong) {
    List<Gap> gaps = new ArrayList<>();
    longest.values().forEach(gaps::addAll);
    gaps.add(still);
    gaps.sort(Comparator.comparingLong(Gap::from));
    List<Silence> found = new ArrayList<>();
    Gap open = gaps.get(0);
    for (Gap gap : gaps.subList(1, gaps.size())) {
      if (open.isOneWith(gap)) {
        open = open.with(gap);
      } else {
        keep(open, unknown, isLong, found);
        open = gap;
      }
    }
    keep(open, unknown, isLong, found);
    return found;
  }

  private static void keep(
      Gap gap, List<Span> unknown, Predicate<Silence> isLong, List<Silence> found) {
    long from = gap.from();
    for (Span span : unknown) {
      if (span.endMillis() * 1000 > from && span.startMillis() * 1000 < gap.to()) {
        keep(from, span.startMillis() * 1000, isLong, found);
        from = span.endMillis() * 1000;
      }
    }
    keep(from, gap.to(), isLong, found);
  }

  private static void keep(long from, long to, Predicate<Silence> isLong, List<Silence> found) {
    Silence one = new Silence(from, to);
    if (from < to && isLong.test(one)) {
      found.add(one);
    }
  }
}
