package com.voltageems.hissrv.query.store.questdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.TagFilter;
import com.voltageems.hissrv.query.store.window.FixedWindows;
import com.voltageems.hissrv.query.store.window.Run;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SqlBuilderTest {
  private static final Field V = new Field("v", Field.Kind.NUMBER);
  private static final Measurement M = new Measurement("m", List.of("ch"), List.of(V));

  @Test
  void points_areSortedInsideAndConvertedOutside() {
    Sql sql =
        SqlBuilder.points(
            HistoryQuery.points(
                new Selection(M, List.of(new TagFilter("ch", List.of("1", ""))), 1, 2),
                List.of(V),
                true,
                10),
            "timestamp",
            1000,
            2000,
            11);

    assertThat(sql.text())
        .isEqualTo(
            "SELECT cast(ts AS long) t, g0, v0 FROM (SELECT \"timestamp\" ts, \"ch\" g0, \"v\" v0"
                + " FROM \"m\" WHERE \"timestamp\" >= ? AND \"timestamp\" < ? AND (\"ch\" = ? OR"
                + " \"ch\" IS NULL) AND (\"v\" IS NOT NULL) ORDER BY ts DESC LIMIT 11)");
    assertThat(sql.parameters()).containsExactly(1000L, 2000L, "1");
  }

  /** What every row has is neither sent nor grouped by. */
  @Test
  void tagOfOneValue_isLeftOut() {
    Measurement two = new Measurement("m", List.of("ch", "site"), List.of(V));
    List<TagFilter> filters =
        List.of(new TagFilter("ch", List.of("1")), new TagFilter("site", List.of("a", "b")));
    Selection one = new Selection(two, filters, 0, 60_000);
    FixedWindows minutes = new FixedWindows(60_000);

    assertThat(SqlBuilder.points(HistoryQuery.points(one, List.of(V), false, 10), "t", 0, 1, 11))
        .extracting(Sql::text)
        .asString()
        .startsWith("SELECT cast(ts AS long) t, g0, v0 FROM (SELECT \"t\" ts, \"site\" g0, ");
    HistoryQuery means =
        HistoryQuery.windows(one, List.of(V), minutes, Aggregation.MEAN, false, 10);
    for (boolean once : List.of(true, false)) {
      assertThat(
              WindowStatement.of(
                      means, minutes, "t", List.of(new WindowStatement.Part(0, 60_000, once)))
                  .text())
          .contains("\"ch\" = ?", " GROUP BY w, k0)", "\"site\" " + (once ? "k0" : "g0"))
          .doesNotContain("\"ch\" g", "\"ch\" k", "k1");
    }
  }

  @Test
  void firstAndLast_seeThePointsInTheOrderOfTime() {
    for (Aggregation aggregation : List.of(Aggregation.FIRST, Aggregation.LAST)) {
      FixedWindows minutes = new FixedWindows(60_000);
      Sql sql =
          WindowStatement.of(
              HistoryQuery.windows(
                  new Selection(M, List.of(), 0, 120_000),
                  List.of(V),
                  minutes,
                  aggregation,
                  false,
                  10),
              minutes,
              "timestamp",
              List.of(
                  new WindowStatement.Part(0, 60_000, true),
                  new WindowStatement.Part(60_000, 120_000, false)));
      assertThat(sql.text())
          .containsOnlyOnce(" SAMPLE BY 1U ALIGN TO FIRST OBSERVATION) GROUP BY w, k0")
          .containsOnlyOnce(" UNION ALL ");
      assertThat(sql.parameters()).containsExactly(0L, 60_000_000L, 60_000_000L, 120_000_000L);
    }
  }

  @Test
  void windowStart_isFoundByHalves() {
    List<Run> runs = List.of(new Run(-10, 5, 2), new Run(0, 7, 1), new Run(7, 3, 9));

    assertThat(WindowSql.start(runs.subList(0, 1), "t"))
        .isEqualTo("timestamp_floor('5T', t, '1969-12-31T23:59:59.990Z')");
    assertThat(WindowSql.start(runs, "t"))
        .startsWith("CASE WHEN cast(t AS long) < 0L THEN timestamp_floor(")
        .contains(" ELSE CASE WHEN cast(t AS long) < 7000L THEN timestamp_floor('7T', t, '")
        .endsWith("END END");
    assertThat(WindowSql.start(List.of(new Run(-10, 1L << 31, 1)), "t"))
        .isEqualTo(
            "cast(-10000L + (cast(t AS long) - -10000L) / 2147483648000L * 2147483648000L AS"
                + " timestamp)");
    // The week of 0000-01-01 begins in a year that QuestDB cannot read.
    long year0 = Instant.parse("0000-01-01T00:00:00Z").toEpochMilli();
    assertThat(WindowSql.start(List.of(new Run(year0, 1000, 1)), "t"))
        .isEqualTo("timestamp_floor('1000T', t, '0000-01-01T00:00:00Z')");
    assertThat(WindowSql.start(List.of(new Run(year0 - 1, 1000, 1)), "t")).startsWith("cast(");
    assertThat(WindowSql.start(List.of(new Run(253_402_300_800_000L, 1000, 1)), "t"))
        .startsWith("cast(");
  }

  /** Where people write other digits, as in Egypt, QuestDB could read no window. */
  @Test
  void windowStart_isWrittenInDigitsThatQuestDbReads() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    try {
      assertThat(String.format("%d", 5)).isNotEqualTo("5");
      assertThat(WindowSql.start(List.of(new Run(0, 1_000, 60)), "t"))
          .isEqualTo("timestamp_floor('1000T', t, '1970-01-01T00:00:00Z')");
      assertThat(WindowSql.start(List.of(new Run(0, 1L << 40, 1)), "t"))
          .startsWith("cast(0L + (cast(t AS long) - 0L) / 1099511627776000L * ");
    } finally {
      Locale.setDefault(before);
    }
  }

  /** Whatever a name holds, it ends where its quotes end, or it is refused. */
  @Test
  void name_neverLeavesItsQuotes() {
    Random random = new Random(42);
    String pieces = "abc\"'\\;-- \n\t\u0000()?$.,\u7535*/";
    int accepted = 0;
    for (int i = 0; i < 100_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int j = random.nextInt(8); j >= 0; j--) {
        text.append(pieces.charAt(random.nextInt(pieces.length())));
      }
      String name = text.toString();
      String quoted;
      try {
        quoted = SqlBuilder.name(name);
      } catch (IllegalArgumentException refused) {
        assertThat(name).matches("(?s).*[\"\\\\\\n\\t\u0000].*");
        continue;
      }
      accepted++;
      assertThat(quoted).isEqualTo('"' + name + '"');
      assertThat(name).doesNotContain("\"").doesNotContain("\\");
    }
    assertThat(accepted).isGreaterThan(10_000);
    assertThatThrownBy(() -> SqlBuilder.name("")).isInstanceOf(IllegalArgumentException.class);
  }

  /** Read back as SQL reads it: two quotes are one, a single one ends the text. */
  @Test
  void literal_readsBackAsItWas() {
    Random random = new Random(43);
    for (int i = 0; i < 100_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int j = random.nextInt(8); j > 0; j--) {
        text.append("a'\"\\; ".charAt(random.nextInt(6)));
      }
      String literal = SqlBuilder.literal(text.toString());
      String inside = literal.substring(1, literal.length() - 1);
      assertThat(inside.replace("''", "")).doesNotContain("'");
      assertThat(inside.replace("''", "'")).isEqualTo(text.toString());
      assertThat(literal).startsWith("'").endsWith("'");
    }
  }
}
