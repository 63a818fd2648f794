package com.voltageems.hissrv.query.store.fold;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Column;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.window.FixedWindows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WindowFoldTest {
  private static final Field NUMBER = new Field("v", Field.Kind.NUMBER);
  private static final Field WHOLE = new Field("n", Field.Kind.INTEGER);
  private static final Field TEXT = new Field("t", Field.Kind.TEXT);

  private final List<String> rows = new ArrayList<>();
  private int most = Integer.MAX_VALUE;

  private WindowFold fold(Column... columns) {
    Measurement measurement = new Measurement("m", List.of("ch"), List.of(NUMBER, WHOLE, TEXT));
    FixedWindows windows = new FixedWindows(1000);
    HistoryQuery query =
        new HistoryQuery(
            new Selection(measurement, List.of(), 0, 10_000),
            Arrays.asList(columns),
            windows,
            List.of("ch"),
            false,
            1000);
    return new WindowFold(query, windows, this::take);
  }

  private boolean take(Row row) {
    List<@Nullable Object> values = new ArrayList<>();
    for (int i = 0; i < row.columns(); i++) {
      values.add(row.value(i));
    }
    rows.add(row.key() + "@" + row.epochMicros() / 1000 + values);
    return rows.size() < most;
  }

  private static @Nullable Object[] point(@Nullable Object... values) {
    return values;
  }

  @Test
  void functions_areOfThePointsOfAWindow() {
    WindowFold fold =
        fold(
            new Column(NUMBER, Aggregation.MEAN),
            new Column(NUMBER, Aggregation.SUM),
            new Column(NUMBER, Aggregation.COUNT),
            new Column(NUMBER, Aggregation.MIN),
            new Column(NUMBER, Aggregation.MAX),
            new Column(NUMBER, Aggregation.FIRST),
            new Column(NUMBER, Aggregation.LAST),
            new Column(NUMBER, Aggregation.STDDEV));

    fold.begin(List.of("1"));
    fold.add(0, point(2.0));
    fold.add(999_999, point(-4.0));
    fold.add(1_000_000, point(7.0));
    fold.begin(List.of("2"));
    fold.add(1_500_000, point(5.0));
    fold.end();

    assertThat(rows)
        .containsExactly(
            "[1]@0[-1.0, -2.0, 2, -4.0, 2.0, 2.0, -4.0, 4.24264068712]",
            "[1]@1000[7.0, 7.0, 1, 7.0, 7.0, 7.0, 7.0, null]",
            "[2]@1000[5.0, 5.0, 1, 5.0, 5.0, 5.0, 5.0, null]");
  }

  @Test
  void wholeNumbers_areComparedAsSuch_andTheirSumDoesNotWrap() {
    WindowFold fold =
        fold(
            new Column(WHOLE, Aggregation.MIN),
            new Column(WHOLE, Aggregation.MAX),
            new Column(WHOLE, Aggregation.SUM));

    fold.begin(List.of("1"));
    fold.add(0, point(Long.MAX_VALUE - 1));
    fold.add(1, point(Long.MAX_VALUE));
    fold.end();

    assertThat(rows)
        .containsExactly("[1]@0[9223372036854775806, 9223372036854775807, 1.84467440737E19]");
  }

  @Test
  void windowsAndFieldsWithoutAValue_areAbsent() {
    WindowFold fold =
        fold(
            new Column(NUMBER, Aggregation.COUNT),
            new Column(TEXT, Aggregation.LAST),
            new Column(TEXT, Aggregation.COUNT));

    fold.begin(List.of("1"));
    fold.add(0, point(null, "on"));
    fold.add(1, point(null, "off"));
    fold.add(2_000_000, point(null, null));
    fold.add(3_000_000, point(1.5, null));
    fold.end();

    assertThat(rows).containsExactly("[1]@0[null, off, 2]", "[1]@3000[1, null, null]");
  }

  @Test
  void sinkThatWantsNoMore_isToldNoMore() {
    most = 1;
    WindowFold fold = fold(new Column(NUMBER, Aggregation.LAST, true));

    fold.begin(List.of("1"));
    assertThat(fold.add(0, point(1.0))).isTrue();
    assertThat(fold.add(1_000_000, point(2.0))).isFalse();
  }
}
