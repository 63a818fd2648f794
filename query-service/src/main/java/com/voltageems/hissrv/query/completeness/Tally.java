package com.voltageems.hissrv.query.completeness;

import com.voltageems.hissrv.query.completeness.Paces.Pace;
import com.voltageems.hissrv.query.store.window.Run;
import com.voltageems.hissrv.query.store.window.Windows;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The samples of one series, counted while they stream. */
final class Tally {
  /** A silence is longer than this many usual steps. */
  static final double SILENCE = 2.5;

  /** Distances kept for the search for silences: the longest ones of each day. */
  private static final int CANDIDATES = 100;

  private final Windows windows;
  private final Windows days;
  private final Map<Long, Long> samples = new TreeMap<>();
  private final TreeMap<Long, Steps> steps = new TreeMap<>();
  private final Map<Long, List<Silence>> longest = new TreeMap<>();
  private final Paces paces = new Paces();
  private final CountedDays counts;
  private long first = Long.MIN_VALUE;
  private long last = Long.MIN_VALUE;

  /** Whether the last sample is one of a window that was counted, before its end. */
  private boolean isCounted;

  private long windowStart;
  private long windowEnd = Long.MIN_VALUE;

  Tally(Windows windows, Windows days) {
    this.windows = windows;
    this.days = days;
    this.counts = new CountedDays(windows, days);
  }

  /** Samples of which nobody knows when they came; where none did, it is silent. */
  void count(long startMillis, long endMillis, long count) {
    counts.add(startMillis, endMillis, count);
    long start = startMillis * 1000;
    if (last == Long.MIN_VALUE) {
      first = start;
    } else if (start > last) {
      silence(days.floor(startMillis), start);
    }
    last = endMillis * 1000;
    isCounted = true;
  }

  List<CountedDays.Lack> lacks() {
    counts.endOfDay();
    return counts.lacks();
  }

  /** What the copy tells of silences there is told better by the samples. */
  void seen(SampleSink.Doubt doubt, long[] micros) {
    if (micros.length == 0) {
      return; // the samples are gone
    }
    long start = doubt.startMillis() * 1000;
    long end = doubt.endMillis() * 1000;
    longest
        .values()
        .forEach(some -> some.removeIf(one -> one.fromMicros() >= start && one.toMicros() <= end));
    long before = Math.min(start, micros[0]);
    for (long time : micros) {
      exact(before, time, doubt);
      before = time;
    }
    exact(before, end, doubt);
  }

  private void exact(long from, long to, SampleSink.Doubt doubt) {
    if (to - from > SILENCE * doubt.stepMicros()) {
      keep(
          longest.computeIfAbsent(days.floor(Math.floorDiv(to, 1000L)), any -> new ArrayList<>()),
          new Silence(from, to));
    }
  }

  private void silence(long day, long toMicros) {
    keep(longest.computeIfAbsent(day, any -> new ArrayList<>()), new Silence(last, toMicros));
  }

  void add(long micros) {
    long millis = Math.floorDiv(micros, 1000L);
    if (windowEnd == Long.MIN_VALUE || millis >= windowEnd) {
      windowStart = windows.floor(millis);
      windowEnd = windows.next(millis);
    }
    samples.merge(windowStart, 1L, Long::sum);
    if (last == Long.MIN_VALUE) {
      first = micros;
    } else if (isCounted) {
      silence(days.floor(millis), micros);
    } else {
      long day = days.floor(millis);
      steps.computeIfAbsent(day, any -> new Steps()).add(micros - last);
      if (!paces.add(last, micros)) {
        silence(day, micros);
      }
    }
    last = micros;
    isCounted = false;
  }

  private static void keep(List<Silence> kept, Silence one) {
    kept.add(one);
    if (kept.size() > 2 * CANDIDATES) {
      kept.sort(Comparator.comparingLong(Silence::micros).reversed());
      kept.subList(CANDIDATES, kept.size()).clear();
    }
  }

  /** A moment that the last sample has reached in any case. */
  long passedMillis() {
    return isCounted ? last / 1000 - 1 : Math.floorDiv(last, 1000L);
  }

  /**
   * @param untilMillis when to expect samples no more: the range's end, or now
   * @param counted ranges of which only counts came, in the order of time
   */
  SeriesReport report(
      Map<String, String> tags,
      long startMillis,
      long endMillis,
      long untilMillis,
      List<Completeness.Span> counted) {
    counts.endOfDay();
    List<WindowReport> rows = new ArrayList<>();
    List<Pace> kept = paces.all();
    long all = 0;
    double expectedInAll = 0;
    for (Run run : windows.runs(startMillis, endMillis)) {
      for (long i = 0; i < run.count(); i++) {
        long start = run.startMillis() + i * run.lengthMillis();
        long end = Math.min(start + run.lengthMillis(), untilMillis);
        if (end > start) {
          long came = samples.getOrDefault(start, 0L) + counts.samples(start);
          long expected = Math.round(expected(start, end, counted, kept));
          rows.add(new WindowReport(start, came, expected));
          all += came;
          expectedInAll += expected;
        }
      }
    }
    long step = usual(Math.floorDiv(last, 1000L));
    return new SeriesReport(
        tags,
        step,
        all,
        (long) expectedInAll,
        first,
        last,
        silences(untilMillis * 1000, kept),
        rows);
  }

  /** The parts that were counted by what is usual there, the others by the samples' own times. */
  private double expected(long start, long end, List<Completeness.Span> counted, List<Pace> kept) {
    if (steps.isEmpty() && counts.step(start) == 0) {
      return samples.getOrDefault(start, 0L) + counts.samples(start);
    }
    double expected = counts.extra(start);
    long at = start;
    for (Completeness.Span span : counted) {
      long from = Math.max(at, span.startMillis());
      long to = Math.min(end, span.endMillis());
      if (from < to) {
        expected += timed(at, from, kept) + usual(from, to, kept);
        at = to;
      }
    }
    return expected + timed(at, end, kept);
  }

  private double usual(long fromMillis, long toMillis, List<Pace> kept) {
    double usual = counts.usual(fromMillis, toMillis);
    return usual > 0 ? usual : timed(fromMillis, toMillis, kept);
  }

  /** By the day's usual step, and by a pace of its own where the series kept one meanwhile. */
  private double timed(long fromMillis, long toMillis, List<Pace> kept) {
    if (steps.isEmpty()) {
      return counts.usual(fromMillis, toMillis);
    }
    long step = nearest(days.floor(fromMillis));
    long from = fromMillis * 1000;
    long to = toMillis * 1000;
    double expected = (double) (to - from) / step;
    for (Pace pace : kept) {
      long within = Math.min(to, pace.toMicros()) - Math.max(from, pace.fromMicros());
      if (within > 0 && pace.isOdd(step)) {
        expected += within * (1.0 / pace.stepMicros() - 1.0 / step);
      }
    }
    return expected;
  }

  /**
   * Of the moment's day, by the times of its samples or else by their counts; where it has none of
   * its own, of the nearest day that has one; 0 where none has.
   */
  private long usual(long millis) {
    long day = days.floor(millis);
    Steps own = steps.get(day);
    if (own != null) {
      return own.usual();
    }
    double told = counts.step(day);
    return told > 0 ? Math.round(told) : nearest(day);
  }

  private long nearest(long day) {
    Map.Entry<Long, Steps> before = steps.floorEntry(day);
    Map.Entry<Long, Steps> after = steps.ceilingEntry(day);
    if (before == null || after == null) {
      return before != null
          ? before.getValue().usual()
          : after != null ? after.getValue().usual() : 0;
    }
    boolean isBefore = day - before.getKey() <= after.getKey() - day;
    return (isBefore ? before : after).getValue().usual();
  }

  private List<Silence> silences(long untilMicros, List<Pace> kept) {
    List<Silence> found = new ArrayList<>();
    longest.forEach(
        (day, some) -> {
          long usual = usual(day);
          some.stream()
              .filter(one -> one.micros() > SILENCE * step(one.fromMicros(), usual, kept))
              .forEach(found::add);
        });
    Silence still = new Silence(last, untilMicros);
    long usual = usual(Math.floorDiv(last, 1000L));
    if (usual > 0 && still.micros() > SILENCE * step(last, usual, kept)) {
      found.add(still);
    }
    found.sort(Comparator.comparingLong(Silence::fromMicros));
    return found;
  }

  /** The pace that was kept from a sample on, else what is usual on that day. */
  private static long step(long fromMicros, long usual, List<Pace> kept) {
    return kept.stream()
        .filter(pace -> pace.fromMicros() <= fromMicros && fromMicros < pace.toMicros())
        .filter(pace -> pace.isOdd(usual))
        .findFirst()
        .map(Pace::stepMicros)
        .orElse(usual);
  }
}
