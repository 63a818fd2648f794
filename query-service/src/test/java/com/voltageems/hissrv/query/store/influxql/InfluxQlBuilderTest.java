package com.voltageems.hissrv.query.store.influxql;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.TagFilter;
import com.voltageems.hissrv.query.store.window.CalendarWindows;
import com.voltageems.hissrv.query.store.window.FixedWindows;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class InfluxQlBuilderTest {
  private static final Field FIELD = new Field("v\"", Field.Kind.NUMBER);
  private static final Measurement MEASUREMENT =
      new Measurement("m", List.of("ch"), List.of(FIELD));
  private static final Selection SELECTION =
      new Selection(MEASUREMENT, List.of(new TagFilter("ch", List.of("1", ""))), 60_000, 180_000);

  @Test
  void values_areParametersAndNamesAreQuoted() {
    HistoryQuery query =
        HistoryQuery.windows(
            SELECTION, List.of(FIELD), new FixedWindows(60_000), Aggregation.MEAN, true, 10);
    InfluxQl made =
        InfluxQlBuilder.windows(query, new FixedWindows(60_000).runs(60_000, 180_000), List.of());

    assertThat(made.text())
        .isEqualTo(
            "SELECT mean(\"v\\\"\"::float) AS v0 FROM \"m\" WHERE time >= 60000000000 AND time <"
                + " 180000000000 AND (\"ch\"::tag = $p0 OR \"ch\"::tag = $p1) GROUP BY"
                + " time(60000ms), \"ch\"::tag fill(none) ORDER BY time DESC LIMIT 11");
    assertThat(made.parameters()).containsExactly("1", "");
  }

  /** Grouping by what every row has takes InfluxDB half as long again. */
  @Test
  void tagOfOneValue_isNotGroupedBy() {
    Selection one =
        new Selection(MEASUREMENT, List.of(new TagFilter("ch", List.of("1"))), 60_000, 180_000);
    HistoryQuery query =
        HistoryQuery.windows(
            one, List.of(FIELD), new FixedWindows(60_000), Aggregation.MEAN, false, 10);

    assertThat(
            InfluxQlBuilder.windows(
                    query, new FixedWindows(60_000).runs(60_000, 180_000), List.of())
                .text())
        .endsWith(" AND (\"ch\"::tag = $p0) GROUP BY time(60000ms) fill(none) LIMIT 11");
  }

  @Test
  void points_comeInTheOrderOfTimeWithTheirTags() {
    HistoryQuery query = HistoryQuery.points(SELECTION, List.of(FIELD), false, 10);

    assertThat(InfluxQlBuilder.points(query, List.of(), 5, 9, 210).text())
        .isEqualTo(
            "SELECT \"v\\\"\"::float AS v0, \"ch\"::tag AS g0 FROM \"m\" WHERE time >= 5 AND"
                + " time < 9 AND (\"ch\"::tag = $p0 OR \"ch\"::tag = $p1) LIMIT 210");
  }

  /** Of a thousand series mostly few lack a field, and only those are asked for it. */
  @Test
  void series_areNamedByPlainValuesOfATag() {
    String among = InfluxQlBuilder.among("ch", new TreeSet<>(List.of("1", "b-2_c")));
    assertThat(among).isEqualTo(" AND \"ch\"::tag =~ /^(1|b-2_c)$/");
    for (String odd : List.of("", "a/b", "a.b", "\u00fc", "a b", "$", "x".repeat(101))) {
      assertThat(InfluxQlBuilder.among("ch", new TreeSet<>(List.of("1", odd)))).isEmpty();
    }
    assertThat(InfluxQlBuilder.latest(SELECTION, List.of(FIELD), List.of(among), List.of()).text())
        .contains(") AND \"ch\"::tag =~ /^(1|b-2_c)$/ GROUP BY \"ch\"::tag");
  }

  @Test
  void calendarWindows_areOneStatementPerRun() {
    Windows days = new CalendarWindows(CalendarWindows.Unit.DAY, 1, ZoneId.of("Europe/Berlin"));
    long start = Instant.parse("2024-03-29T23:00:00Z").toEpochMilli();
    Selection selection = new Selection(MEASUREMENT, List.of(), start, start + 3 * 86_400_000L);
    HistoryQuery query =
        HistoryQuery.windows(selection, List.of(FIELD), days, Aggregation.MEAN, false, 10);

    assertThat(
            InfluxQlBuilder.windows(query, days.runs(start, selection.endMillis()), List.of())
                .text()
                .split("; "))
        .hasSize(3)
        .satisfies(
            one -> {
              assertThat(one[0]).contains("GROUP BY time(86400000ms, 82800000ms)");
              assertThat(one[1]).contains("GROUP BY time(82800000ms, ");
              assertThat(one[2]).contains("GROUP BY time(86400000ms, 79200000ms)");
            });
  }

  /** Field case S17: nanoseconds of the year 1439 overflow into the year 2024. */
  @Test
  void timeBeyondTheDatabasesEnd_isItsEnd() {
    Field field = new Field("v", Field.Kind.NUMBER);
    Measurement measurement = new Measurement("m", List.of(), List.of(field));
    assertThat(
            InfluxQlBuilder.series(
                    new Selection(
                        measurement, List.of(), -99_999_999_999_999L, 99_999_999_999_999L),
                    List.of("week", "y\""))
                .text())
        .contains("FROM \"week\".\"m\", \"y\\\"\".\"m\" WHERE")
        .contains("time >= -92233720368")
        .contains("time < 92233720368");
  }

  /** Read back as InfluxQL reads it, and never ended by what is inside. */
  @Test
  void name_readsBackAsItWas() {
    Random random = new Random(7);
    for (int i = 0; i < 100_000; i++) {
      StringBuilder name = new StringBuilder();
      for (int j = random.nextInt(8); j > 0; j--) {
        name.append("a\"\\'\n ;$".charAt(random.nextInt(8)));
      }
      String quoted = InfluxQlBuilder.name(name.toString());
      StringBuilder read = new StringBuilder();
      int at = 1;
      while (quoted.charAt(at) != '"') {
        char c = quoted.charAt(at++);
        if (c == '\\') {
          char escaped = quoted.charAt(at++);
          read.append(escaped == 'n' ? '\n' : escaped);
        } else {
          assertThat(c).isNotEqualTo('\n');
          read.append(c);
        }
      }
      assertThat(at).isEqualTo(quoted.length() - 1);
      assertThat(read).hasToString(name.toString());
    }
  }
}
