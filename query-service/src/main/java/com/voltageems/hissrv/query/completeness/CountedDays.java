package com.voltageems.hissrv.query.completeness;

import com.voltageems.hissrv.query.completeness.Completeness.Span;
import com.voltageems.hissrv.query.store.window.Windows;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The counted samples of one series, whose times are unknown, and what the counts show about its
 * usual step. It holds the windows of one day, and a few numbers for each earlier day.
 */
final class CountedDays {
  /**
   * If this share of a day's numbers is equal, that number is the intended one, and the others lack
   * samples.
   */
  private static final double MOST_OF_THEM = 0.75;

  /**
   * If this share of a day's windows have similar counts, the other windows lack samples instead of
   * scattering.
   */
  private static final double STEADY = 0.6;

  /** This many complete windows show what is usual, even if samples are missing next to them. */
  private static final int ENOUGH = 3;

  /** A window with more than this multiple of the usual number had a shorter step. */
  private static final double QUICKER = 1.1;

  /**
   * If counts scatter, a window lacks samples if its count is this many square roots below the
   * usual.
   */
  private static final double SCATTER = 3;

  /**
   * With this few windows, it cannot be known whether a day's counts scatter, so each window is
   * examined.
   */
  private static final int FEW = 8;

  /**
   * A time without a sample that is longer than this many steps may be a silence, together with
   * what is missing in the windows next to it.
   */
  private static final double MAYBE = 1.5;

  private static final int MOST_LACKS = 100;

  private final Windows windows;
  private final Windows days;
  private final Map<Long, Long> samples = new HashMap<>();

  /**
   * For each reported window the number of samples beyond the usual. They do not make up for
   * samples that are missing elsewhere.
   */
  private final Map<Long, Double> extra = new HashMap<>();

  /** The step in microseconds, for each day that shows it. */
  private final TreeMap<Long, Double> steps = new TreeMap<>();

  /**
   * The step of days that show it only roughly: each of their windows may lack samples next to a
   * silence.
   */
  private final TreeMap<Long, Double> vague = new TreeMap<>();

  private final Deque<Lack> lacks = new ArrayDeque<>();

  /** End of the last window with a sample. */
  private long seenEnd = Long.MIN_VALUE;

  private long seenLength;

  /** The range of the last window with a sample. */
  private @Nullable Span range;

  /** True if the windows of the last day had similar counts. */
  private boolean steady;

  private long day = Long.MIN_VALUE;
  private long[] starts = new long[32];
  private long[] lengths = new long[32];
  private long[] counts = new long[32];
  private Span[] ranges = new Span[32];
  private int size;

  /**
   * Consecutive windows with fewer samples than usual, or windows without samples between two such.
   */
  record Lack(long startMillis, long endMillis, long stepMicros) {
    private Lack upTo(long millis) {
      return new Lack(startMillis, millis, stepMicros);
    }
  }

  /**
   * @param windows the reported windows
   */
  CountedDays(Windows windows, Windows days) {
    this.windows = windows;
    this.days = days;
  }

  /**
   * @param range a range where only counts are known
   */
  void add(Span range, long startMillis, long endMillis, long count) {
    long next = days.floor(startMillis);
    if (next != day) {
      endOfDay(startMillis);
      day = next;
    }
    if (size == starts.length) {
      starts = Arrays.copyOf(starts, 2 * size);
      lengths = Arrays.copyOf(lengths, 2 * size);
      counts = Arrays.copyOf(counts, 2 * size);
      ranges = Arrays.copyOf(ranges, 2 * size);
    }
    starts[size] = startMillis;
    lengths[size] = endMillis - startMillis;
    counts[size] = count;
    ranges[size] = range;
    size++;
    samples.merge(windows.floor(startMillis), count, Long::sum);
  }

  /** Ends the counting; no more windows follow. */
  void end() {
    endOfDay(Long.MIN_VALUE);
    silentUntilEnd(Math.round(step(day)));
  }

  /**
   * Ends a day; no more windows of this day follow.
   *
   * @param nextStart start of the next window with a sample; {@link Long#MIN_VALUE} if there is
   *     none
   */
  private void endOfDay(long nextStart) {
    boolean sure = tellStep(nextStart);
    double step = sure || steps.isEmpty() ? step(day) : steps.lastEntry().getValue();
    if (size > 0 && step > 0) {
      for (int i = 0; i < size; i++) {
        double usual = lengths[i] * 1000.0 / step;
        double scatter = steady ? 1 : Math.max(1, SCATTER * Math.sqrt(usual));
        if (counts[i] > QUICKER * usual && counts[i] > usual + 1 + scatter) {
          extra.merge(windows.floor(starts[i]), counts[i] - usual, Double::sum);
        }
        double least = size <= FEW ? 1 : scatter;
        look(i, counts[i] < usual - least || isPair(i, usual, least), Math.round(step));
      }
    }
    size = 0;
  }

  /**
   * Returns true if a window lacks samples together with the one before or after it: a silence
   * across both.
   */
  private boolean isPair(int i, double usual, double least) {
    return lacksWith(i - 1, i, usual, least) || lacksWith(i, i + 1, usual, least);
  }

  private boolean lacksWith(int one, int next, double usual, double least) {
    return one >= 0
        && next < size
        && starts[one] + lengths[one] == starts[next]
        && lengths[one] == lengths[next]
        && isLittleLess(counts[one], usual, least)
        && isLittleLess(counts[next], usual, least)
        && counts[one] + counts[next] < 2 * usual - least;
  }

  /**
   * Returns true if the window lacks only a few samples. A window that lacks more is examined on
   * its own.
   */
  private static boolean isLittleLess(long count, double usual, double least) {
    return count < usual && count >= usual - least;
  }

  /**
   * Returns true if most windows differ by at most one from the median, so that two missing samples
   * are noticeable.
   */
  private static boolean isSteady(double[] sorted) {
    double median = sorted[(sorted.length - 1) / 2];
    return Arrays.stream(sorted).filter(one -> Math.abs(one - median) <= 1).count()
        >= STEADY * sorted.length;
  }

  private void look(int i, boolean isLacking, long step) {
    long start = starts[i];
    long end = start + lengths[i];
    if (!ranges[i].equals(range)) {
      silentUntilEnd(step);
      range = ranges[i];
      // The samples themselves show what was before the range.
      seenEnd = range.startMillis();
      seenLength = 0;
    }
    boolean silent = start > seenEnd && (start - seenEnd) * 1000 > MAYBE * step;
    if (silent && start - seenEnd > 2 * lengths[i]) {
      // There is nothing to find within: only the begin and the end of the silence are needed.
      if (seenLength > 0) {
        lack(seenEnd - seenLength, seenEnd, step);
      }
      lack(start, end, step);
    } else if (silent) {
      lack(seenEnd, end, step);
    } else if (isLacking) {
      lack(start, end, step);
    }
    seenEnd = end;
    seenLength = lengths[i];
  }

  private void lack(long start, long end, long step) {
    Lack last = lacks.peekLast();
    if (last != null && last.endMillis() >= start) {
      lacks.removeLast();
      lacks.addLast(last.upTo(end));
      return;
    }
    lacks.addLast(new Lack(start, end, step));
    if (lacks.size() > MOST_LACKS) {
      lacks.removeFirst();
    }
  }

  /**
   * If the series is silent up to the end of the counted range, marks its last window with samples,
   * to find when the silence began.
   */
  private void silentUntilEnd(long step) {
    if (range != null
        && seenLength > 0
        && (range.endMillis() - seenEnd) * 1000 > Tally.SILENCE * step) {
      lack(seenEnd - seenLength, seenEnd, step);
    }
  }

  /** Returns the stretches in the order of time. */
  List<Lack> lacks() {
    return List.copyOf(lacks);
  }

  /**
   * Determines the step from the number of samples in the day's windows; if windows have at most
   * one sample, also from the distances between the windows. A window with a neighbour on both
   * sides is complete unless it contains silences; other windows may be incomplete. Returns true if
   * enough windows show the step.
   */
  private boolean tellStep(long nextStart) {
    if (size == 0) {
      return false;
    }
    double[] whole = new double[size];
    double[] came = new double[size];
    int wholes = 0;
    for (int i = 0; i < size; i++) {
      came[i] = (double) counts[i] * lengths[0] / lengths[i];
      long before = i == 0 ? seenEnd : starts[i - 1] + lengths[i - 1];
      long after = i == size - 1 ? nextStart : starts[i + 1];
      if (before == starts[i] && after == starts[i] + lengths[i]) {
        whole[wholes++] = came[i];
      }
    }
    boolean sure = wholes >= ENOUGH || wholes == size;
    double[] some = sure ? Arrays.copyOf(whole, wholes) : came;
    double usual = typical(some, 1);
    if (sure || steps.isEmpty()) {
      steady = isSteady(some);
    }
    if (sure && usual >= 2) {
      steps.put(day, lengths[0] * 1000.0 / usual);
      return true;
    }
    usual = typical(came, 1);
    if (usual >= 2) {
      // Samples missing next to a silence make a count smaller, never larger.
      double most =
          Arrays.stream(wholes > 0 ? Arrays.copyOf(whole, wholes) : came).max().orElse(usual);
      vague.put(day, lengths[0] * 1000.0 / Math.max(most, 2));
    } else if (size > 1) {
      double[] distances = new double[size - 1];
      for (int i = 0; i < distances.length; i++) {
        distances[i] = starts[i + 1] - starts[i];
      }
      double step = typical(distances, (double) lengths[0]) * 1000 / usual;
      (size > 2 ? steps : vague).put(day, step);
      return size > 2;
    }
    return false;
  }

  /**
   * Returns the median if most values are equal to it, otherwise the mean of the values near it.
   */
  private static double typical(double[] values, double near) {
    Arrays.sort(values);
    double median = values[(values.length - 1) / 2];
    double sum = 0;
    int same = 0;
    int some = 0;
    for (double value : values) {
      same += value == median ? 1 : 0;
      if (Math.abs(value - median) <= near) {
        sum += value;
        some++;
      }
    }
    return same >= MOST_OF_THEM * values.length ? median : sum / some;
  }

  /** Returns the number of samples counted in a reported window. */
  long samples(long windowStart) {
    return samples.getOrDefault(windowStart, 0L);
  }

  /** Returns the number of samples beyond the usual in a reported window. */
  double extra(long windowStart) {
    return extra.getOrDefault(windowStart, 0.0);
  }

  /** Adds the step of a day as shown by the times of its samples, if the counts do not show it. */
  void told(long startOfDay, long stepMicros) {
    steps.putIfAbsent(startOfDay, (double) stepMicros);
  }

  /**
   * Returns the step of a day; if it shows none, that of the nearest day that does.
   *
   * @return microseconds; 0 if no day shows it
   */
  double step(long startOfDay) {
    return nearest(steps.isEmpty() ? vague : steps, startOfDay);
  }

  private static double nearest(NavigableMap<Long, Double> steps, long startOfDay) {
    Map.Entry<Long, Double> before = steps.floorEntry(startOfDay);
    Map.Entry<Long, Double> after = steps.ceilingEntry(startOfDay);
    if (before == null || after == null) {
      return before != null ? before.getValue() : after != null ? after.getValue() : 0;
    }
    return startOfDay - before.getKey() <= after.getKey() - startOfDay
        ? before.getValue()
        : after.getValue();
  }

  /** Returns the usual number of samples between two moments. */
  double usual(long fromMillis, long toMillis) {
    double usual = 0;
    for (long at = fromMillis; at < toMillis; at = days.next(at)) {
      double step = step(days.floor(at));
      usual += step == 0 ? 0 : (Math.min(days.next(at), toMillis) - at) * 1000.0 / step;
    }
    return usual;
  }
}
