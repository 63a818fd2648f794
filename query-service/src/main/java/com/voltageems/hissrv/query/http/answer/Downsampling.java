package com.voltageems.hissrv.query.http.answer;

import com.voltageems.hissrv.query.store.Point;
import com.voltageems.hissrv.query.store.Series;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Leaves out points that a chart would not show, and marks silences. Pure. The remaining points are
 * stored points, never means: the lowest and the highest value of each field in each of many equal
 * spans of time, so that no peak is lost, and the first and the last point. The longest silences
 * keep the points on both sides and get a point without any value after their beginning, because a
 * chart cannot distinguish a silence from points that were left out.
 */
public final class Downsampling {
  /** A silence is longer than this many usual steps. */
  private static final double GAP = 2.5;

  private Downsampling() {}

  /** Returns the smallest {@code most} that {@link #reduce} accepts. */
  public static int least(int fields) {
    return 4 + 4 * fields;
  }

  /**
   * Returns at most {@code most} points, marks included, in their original order.
   *
   * @param fields the number of values in each point
   * @param most at least {@link #least}
   */
  public static Series reduce(Series series, int fields, int most) {
    if (most < least(fields)) {
      throw new IllegalArgumentException(most + " points for " + fields + " fields");
    }
    List<Point> points = series.points();
    if (points.size() < 2) {
      return series;
    }
    long usual = usualStep(points);
    // A silence may cost three points: its two sides and its mark.
    Set<Integer> silences = silences(points, usual, most / 12);
    BitSet kept = new BitSet(points.size());
    if (points.size() + silences.size() <= most) {
      kept.set(0, points.size());
    } else {
      kept.set(0);
      kept.set(points.size() - 1);
      for (int before : silences) {
        kept.set(before, before + 2);
      }
      int spans = (most - kept.cardinality() - silences.size()) / (2 * fields);
      keepExtremes(points, kept, fields, spans);
    }
    List<Point> left = new ArrayList<>();
    kept.stream()
        .forEach(
            i -> {
              left.add(points.get(i));
              if (silences.contains(i)) {
                left.add(mark(points, i, usual, fields));
              }
            });
    return new Series(series.tags(), left);
  }

  private static Point mark(List<Point> points, int before, long usual, int fields) {
    long time = points.get(before).epochMicros();
    boolean rising = points.get(before + 1).epochMicros() > time;
    return new Point(time + (rising ? usual : -usual), Collections.nCopies(fields, null));
  }

  private static long usualStep(List<Point> points) {
    long[] steps = new long[points.size() - 1];
    for (int i = 0; i < steps.length; i++) {
      steps[i] = step(points, i);
    }
    Arrays.sort(steps);
    return steps[steps.length / 2];
  }

  /** Returns the indexes of the points before the longest silences. */
  private static Set<Integer> silences(List<Point> points, long usual, int most) {
    return IntStream.range(0, points.size() - 1)
        .filter(i -> step(points, i) > usual * GAP)
        .boxed()
        .sorted((left, right) -> Long.compare(step(points, right), step(points, left)))
        .limit(most)
        .collect(Collectors.toSet());
  }

  /** Returns the time between a point and the next, in either order of time. */
  private static long step(List<Point> points, int i) {
    return Math.abs(points.get(i + 1).epochMicros() - points.get(i).epochMicros());
  }

  private static void keepExtremes(List<Point> points, BitSet kept, int fields, int spans) {
    long first = points.get(0).epochMicros();
    long length = Math.abs(points.get(points.size() - 1).epochMicros() - first) / spans + 1;
    int begin = 0;
    while (begin < points.size()) {
      long span = Math.abs(points.get(begin).epochMicros() - first) / length;
      int end = begin;
      while (end < points.size()
          && Math.abs(points.get(end).epochMicros() - first) / length == span) {
        end++;
      }
      for (int field = 0; field < fields; field++) {
        keepExtremes(points, kept, field, begin, end);
      }
      begin = end;
    }
  }

  private static void keepExtremes(List<Point> points, BitSet kept, int field, int begin, int end) {
    int lowest = -1;
    int highest = -1;
    for (int i = begin; i < end; i++) {
      if (points.get(i).values().get(field) instanceof Number number) {
        double value = number.doubleValue();
        if (lowest < 0 || value < number(points, lowest, field)) {
          lowest = i;
        }
        if (highest < 0 || value > number(points, highest, field)) {
          highest = i;
        }
      }
    }
    if (lowest >= 0) {
      kept.set(lowest);
      kept.set(highest);
    }
  }

  private static double number(List<Point> points, int i, int field) {
    return points.get(i).values().get(field) instanceof Number number
        ? number.doubleValue()
        : Double.NaN;
  }
}
