package com.voltageems.hissrv.query.completeness;

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
  private static final double SILENCE = 2.5;

  /** Distances kept for the search for silences: the longest ones of each day. */
  private static final int CANDIDATES = 100;

  private final Windows windows;
  private final Windows days;
  private final Map<Long, Long> samples = new TreeMap<>();
  private final Map<Long, Steps> steps = new TreeMap<>();
  private final Map<Long, List<Silence>> longest = new TreeMap<>();
  private long first = Long.MIN_VALUE;
  private long last = Long.MIN_VALUE;
  private long windowStart;
  private long windowEnd = Long.MIN_VALUE;

  Tally(Windows windows, Windows days) {
    this.windows = windows;
    this.days = days;
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
    } else {
      long day = days.floor(millis);
      steps.computeIfAbsent(day, any -> new Steps()).add(micros - last);
      keep(longest.computeIfAbsent(day, any -> new ArrayList<>()), new Silence(last, micros));
    }
    last = micros;
  }

  private static void keep(List<Silence> kept, Silence one) {
    kept.add(one);
    if (kept.size() > 2 * CANDIDATES) {
      kept.sort(Comparator.comparingLong(Silence::micros).reversed());
      kept.subList(CANDIDATES, kept.size()).clear();
    }
  }

  long lastMicros() {
    return last;
  }

  /**
   * @param untilMillis when to expect samples no more: the range's end, or now
   */
  SeriesReport report(
      Map<String, String> tags, long startMillis, long endMillis, long untilMillis) {
    List<WindowReport> rows = new ArrayList<>();
    long all = 0;
    double expectedInAll = 0;
    for (Run run : windows.runs(startMillis, endMillis)) {
      for (long i = 0; i < run.count(); i++) {
        long start = run.startMillis() + i * run.lengthMillis();
        long end = Math.min(start + run.lengthMillis(), untilMillis);
        long step = usual(start);
        if (end > start) {
          long came = samples.getOrDefault(start, 0L);
          long expected = step == 0 ? came : Math.round((end - start) * 1000.0 / step);
          rows.add(new WindowReport(start, came, expected));
          all += came;
          expectedInAll += expected;
        }
      }
    }
    long step = usual(Math.floorDiv(last, 1000L));
    return new SeriesReport(
        tags, step, all, (long) expectedInAll, first, last, silences(untilMillis * 1000), rows);
  }

  /** Of the moment's day; where it has none of its own, of the nearest day that has one. */
  private long usual(long millis) {
    long day = days.floor(millis);
    long best = 0;
    long distance = Long.MAX_VALUE;
    for (Map.Entry<Long, Steps> one : steps.entrySet()) {
      if (Math.abs(one.getKey() - day) < distance) {
        distance = Math.abs(one.getKey() - day);
        best = one.getValue().usual();
      }
    }
    return best;
  }

  private List<Silence> silences(long untilMicros) {
    List<Silence> found = new ArrayList<>();
    longest.forEach(
        (day, some) -> {
          double least = SILENCE * usual(day);
          some.stream().filter(one -> one.micros() > least).forEach(found::add);
        });
    Silence still = new Silence(last, untilMicros);
    if (still.micros() > SILENCE * usual(Math.floorDiv(last, 1000L)) && !steps.isEmpty()) {
      found.add(still);
    }
    found.sort(Comparator.comparingLong(Silence::fromMicros));
    return found;
  }
}
