package com.voltageems.hissrv.query.completeness;

import com.voltageems.hissrv.query.store.window.Windows;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The samples of one series of which only counts are known, and what they tell of its usual step.
 * It holds the windows of one day, and some numbers of each day before.
 */
final class CountedDays {
  /** So many of a day's numbers are alike: it is meant, and the others are what is missing. */
  private static final double MOST_OF_THEM = 0.75;

  /** A window with more than that of what is usual kept a quicker step. */
  private static final double QUICKER = 1.1;

  /** Where counts scatter, one this many square roots below the usual lacks samples. */
  private static final double SCATTER = 3;

  private static final int MOST_LACKS = 100;

  private final Windows windows;
  private final Windows days;
  private final Map<Long, Long> samples = new HashMap<>();

  /** Of a window what came beyond the usual: it makes up for nothing that is missing elsewhere. */
  private final Map<Long, Double> extra = new HashMap<>();

  /** In microseconds, for each day that tells it. */
  private final TreeMap<Long, Double> steps = new TreeMap<>();

  private final Deque<Lack> lacks = new ArrayDeque<>();

  /** Where the last window with a sample ended. */
  private long seenEnd = Long.MIN_VALUE;

  private long day = Long.MIN_VALUE;
  private long[] starts = new long[32];
  private long[] lengths = new long[32];
  private long[] counts = new long[32];
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

  void add(long startMillis, long endMillis, long count) {
    long next = days.floor(startMillis);
    if (next != day) {
      endOfDay();
      day = next;
    }
    if (size == starts.length) {
      starts = Arrays.copyOf(starts, 2 * size);
      lengths = Arrays.copyOf(lengths, 2 * size);
      counts = Arrays.copyOf(counts, 2 * size);
    }
    starts[size] = startMillis;
    lengths[size] = endMillis - startMillis;
    counts[size] = count;
    size++;
    samples.merge(windows.floor(startMillis), count, Long::sum);
  }

  /** Nothing more comes of this day. */
  void endOfDay() {
    double step = step();
    if (step > 0) {
      steps.put(day, step);
      boolean steady = isSteady();
      for (int i = 0; i < size; i++) {
        double usual = lengths[i] * 1000.0 / step;
        if (counts[i] > QUICKER * usual && counts[i] > usual + 1) {
          extra.merge(windows.floor(starts[i]), counts[i] - usual, Double::sum);
        }
        double less = steady ? 1 : Math.max(1, SCATTER * Math.sqrt(usual));
        look(i, counts[i] < usual - less, Math.round(step));
      }
    }
    size = 0;
  }

  /** Whether most windows have as many as each other, so that one sample less is to be seen. */
  private boolean isSteady() {
    long[] sorted = Arrays.copyOf(counts, size);
    Arrays.sort(sorted);
    long median = sorted[(size - 1) / 2];
    return Arrays.stream(sorted).filter(one -> Math.abs(one - median) <= 1).count()
        >= MOST_OF_THEM * size;
  }

  private void look(int i, boolean isLacking, long step) {
    long start = starts[i];
    long end = start + lengths[i];
    boolean silent = seenEnd != Long.MIN_VALUE && start > seenEnd;
    Lack last = lacks.peekLast();
    if (last != null && last.endMillis() == seenEnd && (silent || isLacking)) {
      // What is silent between belongs to it.
      lacks.removeLast();
      lacks.addLast(last.upTo(isLacking ? end : start));
    } else if (isLacking || (silent && (start - seenEnd) * 1000 > Tally.SILENCE * step)) {
      lacks.addLast(new Lack(silent ? seenEnd : start, isLacking ? end : start, step));
      if (lacks.size() > MOST_LACKS) {
        lacks.removeFirst();
      }
    }
    seenEnd = end;
  }

  /** In the order of time. */
  List<Lack> lacks() {
    return List.copyOf(lacks);
  }

  /** By how many samples the day's windows have; where one at most, by their distances, too. */
  private double step() {
    if (size == 0) {
      return 0;
    }
    double[] came = new double[size];
    for (int i = 0; i < size; i++) {
      came[i] = (double) counts[i] * lengths[0] / lengths[i];
    }
    double usual = typical(came, 1);
    if (usual >= 2) {
      return lengths[0] * 1000.0 / usual;
    }
    double[] distances = new double[size - 1];
    for (int i = 0; i < distances.length; i++) {
      distances[i] = starts[i + 1] - starts[i];
    }
    return distances.length == 0 ? 0 : typical(distances, (double) lengths[0]) * 1000 / usual;
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

  /**
   * The usual step of a day, else of the nearest day that tells one.
   *
   * @return microseconds; 0 where no day does
   */
  double step(long startOfDay) {
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
