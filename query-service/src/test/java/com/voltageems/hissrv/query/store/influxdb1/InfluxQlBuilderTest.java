package com.voltageems.hissrv.query.store.influxdb1;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.TagFilter;
import com.voltageems.hissrv.query.store.Window;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InfluxQlBuilderTest {
  @Test
  void values_areParametersAndNamesAreQuoted() {
    Field field = new Field("v\"", Field.Kind.NUMBER);
    Measurement measurement = new Measurement("m", List.of("ch"), List.of(field));
    InfluxQl query =
        InfluxQlBuilder.query(
            new HistoryQuery(
                new Selection(
                    measurement, List.of(new TagFilter("ch", List.of("1", ""))), 1, 99_999),
                List.of(field),
                new Window(60_000, Aggregation.MEAN),
                List.of("ch"),
                true,
                10),
            List.of());

    assertThat(query.text())
        .isEqualTo(
            "SELECT mean(\"v\\\"\"::float) AS v0 FROM \"m\" WHERE time >= 1000000 AND time < 99999000000"
                + " AND (\"ch\"::tag = $p0 OR \"ch\"::tag = $p1) GROUP BY time(60000ms), \"ch\"::tag"
                + " fill(none)"
                + " ORDER BY time DESC LIMIT 11");
    assertThat(query.parameters()).containsExactly("1", "");
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
