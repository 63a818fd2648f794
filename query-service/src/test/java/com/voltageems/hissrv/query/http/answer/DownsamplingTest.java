package com.voltageems.hissrv.query.http.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.store.Point;
import com.voltageems.hissrv.query.store.Series;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DownsamplingTest {
  private static Point point(long second, @Nullable Object... values) {
    return new Point(second * 1_000_000, Arrays.asList(values));
  }

  private static double value(Point point, int field) {
    return point.values().get(field) instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  @Test
  void fewPoints_stayAsTheyAre() {
    Series series = new Series(Map.of(), List.of(point(0, 1.0), point(1, 2.0)));

    assertThat(Downsampling.reduce(series, 1, 8)).isEqualTo(series);
    Series none = new Series(Map.of(), List.of());
    assertThat(Downsampling.reduce(none, 1, 8)).isEqualTo(none);
  }

  @Test
  void silence_isMarked() {
    List<Point> points = new ArrayList<>();
    for (int second : List.of(0, 1, 2, 10, 11, 12)) {
      points.add(point(second, 1.0, 2.0));
    }
    List<Point> marked = new ArrayList<>(points);
    marked.add(3, point(3, null, null));
    assertThat(Downsampling.reduce(new Series(Map.of(), points), 2, 100).points())
        .isEqualTo(marked);

    Collections.reverse(points);
    List<Point> markedBackwards = new ArrayList<>(points);
    markedBackwards.add(3, point(9, null, null));
    assertThat(Downsampling.reduce(new Series(Map.of(), points), 2, 100).points())
        .isEqualTo(markedBackwards);
  }

  @Test
  void peaksGapsAndEnds_areKept() {
    List<Point> points = new ArrayList<>();
    for (int second = 0; second < 10_000; second++) {
      if (second < 4000 || second > 4500) {
        points.add(point(second, Math.sin(second / 300.0)));
      }
    }
    points.set(1234, point(1234, 99.0));
    points.set(7777, point(points.get(7777).epochMicros() / 1_000_000, -99.0));

    List<Point> reduced =
        Downsampling.reduce(new Series(Map.of("a", "b"), points), 1, 200).points();

    assertThat(reduced).hasSizeBetween(100, 200);
    assertThat(reduced.get(0)).isEqualTo(points.get(0));
    assertThat(reduced.get(reduced.size() - 1)).isEqualTo(points.get(points.size() - 1));
    assertThat(reduced).extracting(point -> value(point, 0)).contains(99.0, -99.0);
    assertThat(reduced)
        .extracting(point -> point.epochMicros() / 1_000_000)
        .containsSubsequence(3999L, 4000L, 4501L)
        .isSorted();
  }

  /** Whatever the points: never too many, only points there were, each field's range untouched. */
  @Test
  void anyPoints_keepTheRangeOfEachField() {
    Random random = new Random(11);
    for (int round = 0; round < 300; round++) {
      int fields = 1 + random.nextInt(4);
      int most = Downsampling.least(fields) + random.nextInt(100);
      List<Point> points = new ArrayList<>();
      long second = 0;
      int count = random.nextInt(2000);
      for (int i = 0; i < count; i++) {
        second += random.nextInt(50) == 0 ? 1 + random.nextInt(5000) : 1 + random.nextInt(2);
        @Nullable Object[] values = new @Nullable Object[fields];
        for (int field = 0; field < fields; field++) {
          if (random.nextInt(3) > 0) {
            values[field] = random.nextGaussian();
          }
        }
        values[random.nextInt(fields)] = random.nextGaussian();
        points.add(point(second, values));
      }
      if (round % 2 == 1) {
        Collections.reverse(points);
      }
      List<Point> reduced =
          Downsampling.reduce(new Series(Map.of(), points), fields, most).points();

      assertThat(reduced.size()).isLessThanOrEqualTo(most);
      List<Point> withoutMarks =
          reduced.stream()
              .filter(one -> one.values().stream().anyMatch(value -> value != null))
              .toList();
      assertThat(points).containsSubsequence(withoutMarks);
      for (int f = 0; f < fields; f++) {
        int field = f;
        assertThat(
                reduced.stream()
                    .mapToDouble(one -> value(one, field))
                    .filter(v -> !Double.isNaN(v))
                    .max())
            .isEqualTo(
                points.stream()
                    .mapToDouble(one -> value(one, field))
                    .filter(v -> !Double.isNaN(v))
                    .max());
        assertThat(
                reduced.stream()
                    .mapToDouble(one -> value(one, field))
                    .filter(v -> !Double.isNaN(v))
                    .min())
            .isEqualTo(
                points.stream()
                    .mapToDouble(one -> value(one, field))
                    .filter(v -> !Double.isNaN(v))
                    .min());
      }
    }
  }
}
