package com.voltageems.hissrv.query.completeness;

import com.voltageems.hissrv.query.completeness.Paces.Pace;
import com.voltageems.hissrv.query.completeness.Silences.Gap;
import com.voltageems.hissrv.query.store.window.Run;
import com.voltageems.hissrv.query.store.window.Windows;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Counts the samples of one series while they stream. */
final class Tally {
  /** A silence is longer than this many usual steps. */
  static final double SILENCE = 2.5;

  private final Windows windows;
  private final Windows days;
  private final Map<Long, Long> samples = new TreeMap<>();
  private final TreeMap<Long, Steps> steps = new TreeMap<>();
  private final Silences silences = new Silences();
  private final Paces paces = new Paces();
  private final CountedDays counts;

  /** The existing samples of windows whose expected number is unknown. */
  private final Map<Long, Long> left = new TreeMap<>();

  /** The ranges in which any of its samples were counted. */
  private final Set<Completeness.Span> countedIn = new HashSet<>();

  private long first = Long.MIN_VALUE;
  private long last = Long.MIN_VALUE;

  /**
   * True if the first sample is in a counted window, at an unknown time after the window's start.
   */
  private boolean beganCounted;

  /** True if the last sample is in a counted window, at an unknown time before the window's end. */
  private boolean isCounted;

  private long windowStart;
  private long windowEnd = Long.MIN_VALUE;

  Tally(Windows windows, Windows days) {
    this.windows = windows;
    this.days = days;
    this.counts = new CountedDays(windows, days);
  }

  /**
   * Adds a number of samples with unknown times. The time between this window and the sample before
   * it may be a silence.
   *
   * @param range a range where only counts are known
   */
  void count(Completeness.Span range, long startMillis, long endMillis, long count) {
    if (range.known() == SampleSink.Known.COUNTS_ONLY) {
      left.merge(windows.floor(startMillis), count, Long::sum);
    } else {
      counts.add(range, startMillis, endMillis, count);
    }
    countedIn.add(range);
    long start = startMillis * 1000;
    if (last == Long.MIN_VALUE) {
      first = start;
      beganCounted = true;
    } else if (start > last) {
      silences.add(days.floor(startMillis), new Gap(last, start, !isCounted, false));
    }
    last = endMillis * 1000;
    isCounted = true;
  }

  List<CountedDays.Lack> lacks() {
    counts.end();
    return counts.lacks();
  }

  /**
   * Replaces what the copy shows about silences in the stretch by what the times of the samples
   * show.
   */
  void seen(SampleSink.Doubt doubt, long[] micros) {
    if (micros.length == 0) {
      return; // the samples are gone
    }
    long start = doubt.startMillis() * 1000;
    long end = doubt.endMillis() * 1000;
    silences.clear(start, end);
    long before = micros[0];
    if (before > start) {
      silence(new Gap(start, before, false, true));
    }
    for (long time : micros) {
      if (time - before > SILENCE * doubt.stepMicros()) {
        silence(new Gap(before, time, true, true));
      }
      before = time;
    }
    if (before < end) {
      silence(new Gap(before, end, true, false));
    }
    if (beganCounted && start <= first && first <= micros[0]) {
      first = micros[0];
      beganCounted = false;
    }
    if (isCounted && last <= end && before < last) {
      last = before;
      isCounted = false;
    }
  }

  private void silence(Gap gap) {
    silences.add(days.floor(Math.floorDiv(gap.to(), 1000L)), gap);
  }

  /**
   * @param known true if all samples of that time still exist
   */
  void add(long micros, boolean known) {
    long millis = Math.floorDiv(micros, 1000L);
    if (windowEnd == Long.MIN_VALUE || millis >= windowEnd) {
      windowStart = windows.floor(millis);
      windowEnd = windows.next(millis);
    }
    (known ? samples : left).merge(windowStart, 1L, Long::sum);
    if (last == Long.MIN_VALUE) {
      first = micros;
    } else if (isCounted) {
      silences.add(days.floor(millis), new Gap(last, micros, false, true));
    } else {
      long day = days.floor(millis);
      steps.computeIfAbsent(day, any -> new Steps()).add(micros - last);
      if (!paces.add(last, micros)) {
        silences.add(day, new Gap(last, micros, true, true));
      }
    }
    last = micros;
    isCounted = false;
  }

  /** Returns a moment that the last sample has certainly reached. */
  long passedMillis() {
    return isCounted ? last / 1000 - 1 : Math.floorDiv(last, 1000L);
  }

  /**
   * @param untilMillis the time up to which samples are expected: the range's end, or now
   * @param spans what is known about each part, in the order of time; empty if the times of all
   *     samples are known
   */
  SeriesReport report(
      Map<String, String> tags,
      long startMillis,
      long endMillis,
      long untilMillis,
      List<Completeness.Span> spans) {
    counts.end();
    steps.forEach((day, own) -> counts.told(day, own.usual()));
    List<WindowReport> rows = new ArrayList<>();
    List<Pace> kept = paces.all();
    List<Completeness.Span> unknown = spans.stream().filter(this::isUnknown).toList();
    long all = 0;
    double expectedInAll = 0;
    for (Run run : windows.runs(startMillis, endMillis)) {
      for (long i = 0; i < run.count(); i++) {
        long start = run.startMillis() + i * run.lengthMillis();
        long end = Math.min(start + run.lengthMillis(), untilMillis);
        if (end > start && millisOf(unknown, start, end) == end - start) {
          rows.add(new WindowReport(start, left(start, end, unknown), WindowReport.UNKNOWN));
        } else if (end > start) {
          long came = samples.getOrDefault(start, 0L) + counts.samples(start);
          long expected = Math.round(expected(start, end, spans, kept));
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
        silent(untilMillis * 1000, unknown, kept),
        rows);
  }

  private boolean isUnknown(Completeness.Span span) {
    return switch (span.known()) {
      case TIMES, COUNTS -> false;
      case COUNTS_OF_NUMBERS -> !countedIn.contains(span);
      case COUNTS_ONLY, NOTHING -> true;
    };
  }

  private static long millisOf(List<Completeness.Span> spans, long start, long end) {
    return spans.stream().mapToLong(span -> span.millisOf(start, end)).sum();
  }

  /**
   * Returns the number of existing samples. Where nothing is counted, the number is unknown, not 0.
   */
  private long left(long start, long end, List<Completeness.Span> unknown) {
    boolean counted =
        unknown.stream()
            .filter(span -> span.millisOf(start, end) > 0)
            .allMatch(span -> span.known() == SampleSink.Known.COUNTS_ONLY);
    return left.getOrDefault(start, counted ? 0 : WindowReport.UNKNOWN);
  }

  /**
   * Returns the expected number of samples: for counted parts from what is usual there, for other
   * parts from the times of the samples, and nothing for parts about which nothing is known.
   */
  private double expected(long start, long end, List<Completeness.Span> spans, List<Pace> kept) {
    if (steps.isEmpty() && counts.step(start) == 0) {
      return samples.getOrDefault(start, 0L) + counts.samples(start);
    }
    double expected = counts.extra(start);
    long at = start;
    for (Completeness.Span span : spans) {
      if (span.known() == SampleSink.Known.TIMES) {
        continue;
      }
      long from = Math.max(at, span.startMillis());
      long to = Math.min(end, span.endMillis());
      if (from < to) {
        expected += timed(at, from, kept) + (isUnknown(span) ? 0 : counts.usual(from, to));
        at = to;
      }
    }
    return expected + timed(at, end, kept);
  }

  /**
   * Returns the number expected from each day's usual step, or from another pace where the series
   * kept one.
   */
  private double timed(long fromMillis, long toMillis, List<Pace> kept) {
    double expected = 0;
    for (long at = fromMillis; at < toMillis; at = days.next(at)) {
      long step = usual(at);
      if (step > 0) {
        expected += within(at * 1000, Math.min(days.next(at), toMillis) * 1000, step, kept);
      }
    }
    return expected;
  }

  private static double within(long from, long to, long step, List<Pace> kept) {
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
   * Returns the usual step of the moment's day, from the times of its samples or else from their
   * counts; if the day shows none, that of the nearest day that does; 0 if no day does.
   */
  private long usual(long millis) {
    long day = days.floor(millis);
    Steps own = steps.get(day);
    return own != null ? own.usual() : Math.round(counts.step(day));
  }

  private List<Silence> silent(long untilMicros, List<Completeness.Span> unknown, List<Pace> kept) {
    Gap still = new Gap(last, untilMicros, !isCounted, false);
    return silences.all(
        still,
        unknown,
        one -> {
          // A silence that still lasts is compared with what was usual before it.
          long at = one.toMicros() == untilMicros ? one.fromMicros() : one.toMicros();
          long usual = usual(Math.floorDiv(at, 1000L));
          return usual > 0
              && one.fromMicros() >= first
              && one.micros() > SILENCE * step(one.fromMicros(), usual, kept);
        });
  }

  /**
   * Returns the step of the pace that was kept from a sample on; otherwise the usual step of that
   * day.
   */
  private static long step(long fromMicros, long usual, List<Pace> kept) {
    return kept.stream()
        .filter(pace -> pace.fromMicros() <= fromMicros && fromMicros < pace.toMicros())
        .filter(pace -> pace.isOdd(usual))
        .findFirst()
        .map(Pace::stepMicros)
        .orElse(usual);
  }
}
