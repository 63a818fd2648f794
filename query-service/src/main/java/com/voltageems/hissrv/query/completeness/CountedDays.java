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
 * The samples of one series of which only counts are known, and what they tell of its usual step.
 * It holds the windows of one day, and some numbers of each day before.
 */
final class CountedDays {
  /** So many of a day's numbers are alike: it is meant, and the others are what is missing. */
  private static final double MOST_OF_THEM = 0.75;

  /** So many of a day's windows are alike: others lack samples, they do not scatter. */
  private static final double STEADY = 0.6;

  /** So many windows tell what is usual, whatever is missing beside them. */
  private static final int ENOUGH = 3;

  /** A window with more than that of what is usual kept a quicker step. */
  private static final double QUICKER = 1.1;

  /** Where counts scatter, one this many square roots below the usual lacks samples. */
  private static final double SCATTER = 3;

  /** Of a day of so few windows nobody can tell whether they scatter: each is looked into. */
  private static final int FEW = 8;

  /**
   * Windows without a sample that lack more than so many steps may be a silence with what lacks in
   * those beside them.
   */
  private static final double MAYBE = 1.5;

  private static final int MOST_LACKS = 100;

  private final Windows windows;
  private final Windows days;
  private final Map<Long, Long> samples = new HashMap<>();

  /** Of a window what came beyond the usual: it makes up for nothing that is missing elsewhere. */
  private final Map<Long, Double> extra = new HashMap<>();

  /** In microseconds, for each day that tells it. */
  private final TreeMap<Long, Double> steps = new TreeMap<>();

  /** Of days that tell little: each of their windows may lack a part, beside a silence. */
  private final TreeMap<Long, Double> vague = new TreeMap<>();

  private final Deque<Lack> lacks = new ArrayDeque<>();

  /** Where the last window with a sample ended. */
  private long seenEnd = Long.MIN_VALUE;

  private long seenLength;

  /** In which it was. */
  private @Nullable Span range;

  /** Whether the last day's windows had as many samples as each other. */
  private boolean steady;

  private long day = Long.MIN_VALUE;
  private long[] starts = new long[32];
  private long[] lengths = new long[32];
  private long[] counts = new long[32];
  private Span[] ranges = new Span[32];
  private int size;

  /** Windows that follow each other and have fewer samples than usual, or none between two such. */
  record Lack(long startMillis, long endMillis, long stepMicros) {
    private Lack upTo(long millis) {
      return new Lack(startMillis, millis, stepMicros);
    }
  }

  /**
   * @param windows that are reported
   */
  CountedDays(Windows windows, Windows days) {
    this.windows = windows;
    this.days = days;
  }

  /**
   * @param range of which only counts come
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

  /** Nothing more comes. */
  void end() {
    endOfDay(Long.MIN_VALUE);
    silentUntilEnd(Math.round(step(day)));
  }

  /**
   * Nothing more comes of this day.
   *
   * @param nextStart of the next window with a sample
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
   * Whether a window and the one before or after it lack samples together: a silence across both.
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

  /** What lacks more is looked into by itself. */
  private static boolean isLittleLess(long count, double usual, double least) {
    return count < usual && count >= usual - least;
  }

  /** Whether most windows have as many as each other, so that two samples less are to be seen. */
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
      // What lies before the range is told by the samples.
      seenEnd = range.startMillis();
      seenLength = 0;
    }
    boolean silent = start > seenEnd && (start - seenEnd) * 1000 > MAYBE * step;
    if (silent && start - seenEnd > 2 * lengths[i]) {
      // Nothing is to be found within: it is enough to know when it began and ended.
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

  /** Where it is silent up to the end of what is counted, when did that begin? */
  private void silentUntilEnd(long step) {
    if (range != null
        && seenLength > 0
        && (range.endMillis() - seenEnd) * 1000 > Tally.SILENCE * step) {
      lack(seenEnd - seenLength, seenEnd, step);
    }
  }

  /** In the order of time. */
  List<Lack> lacks() {
    return List.copyOf(lacks);
  }

  /**
   * By how many samples the day's windows have; where one at most, by their distances, too. A
   * window that has another one on both sides is whole, unless there are silences within; the
   * others need not be. Gives whether enough of them tell it.
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
      // What is missing beside a silence makes them fewer, never more.
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

  /** What most of them are, or else the mean of those that are near to their median. */
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

  /** How many samples were counted in a reported window. */
  long samples(long windowStart) {
    return samples.getOrDefault(windowStart, 0L);
  }

  /** What came beyond the usual in a reported window. */
  double extra(long windowStart) {
    return extra.getOrDefault(windowStart, 0.0);
  }

  /** The usual step of a day as the times of its samples tell it. */
  void told(long startOfDay, long stepMicros) {
    steps.putIfAbsent(startOfDay, (double) stepMicros);
  }

  /**
   * The usual step of a day, else of the nearest day that tells one.
   *
   * @return microseconds; 0 where no day does
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

  /** How many are usual between two moments. */
  double usual(long fromMillis, long toMillis) {
    double usual = 0;
    for (long at = fromMillis; at < toMillis; at = days.next(at)) {
      double step = step(days.floor(at));
      usual += step == 0 ? 0 : (Math.min(days.next(at), toMillis) - at) * 1000.0 / step;
    }
    return usual;
  }
}
