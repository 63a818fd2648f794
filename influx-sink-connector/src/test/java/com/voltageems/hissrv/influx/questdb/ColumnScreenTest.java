package com.voltageems.hissrv.influx.questdb;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.influx.answer.WriteOutcome;
import com.voltageems.hissrv.influx.delivery.Screen;
import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.Point;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ColumnScreenTest {
  private static final FieldValue NUMBER = new FieldValue.Float64(1);
  private static final FieldValue FLAG = new FieldValue.Bool(true);

  /** Scripted tables; remembers which tables were asked for and created. */
  private static final class Script implements Tables {
    final Map<String, Table> tables = new HashMap<>();
    final List<String> made = new ArrayList<>();
    @Nullable WriteOutcome trouble;
    @Nullable Instant again;

    void table(String name, Column... columns) {
      List<Column> all = new ArrayList<>(List.of(columns));
      all.add(new Column("timestamp", "TIMESTAMP", true));
      tables.put(name.toLowerCase(Locale.ROOT), new Table(name, all));
    }

    @Override
    public Answer ask(String name) {
      return again != null
          ? new Answer(null, null, again)
          : new Answer(trouble == null ? tables.get(name.toLowerCase(Locale.ROOT)) : null, trouble);
    }

    @Override
    public WriteOutcome create(String name, Set<String> tags) {
      made.add(name + tags);
      return new WriteOutcome.Written();
    }
  }

  private final Script tables = new Script();
  private final MovableClock clock = new MovableClock();
  private final ColumnScreen screen = new ColumnScreen(tables, 8, clock);

  private static Point.Field field(String name, FieldValue value) {
    return new Point.Field(name, value);
  }

  private static Point point(String measurement, List<String> tags, Point.Field... fields) {
    return new Point(
        measurement,
        tags.stream().map(tag -> new Point.Tag(tag, "x")).toList(),
        List.of(fields),
        0);
  }

  private Screen.Verdict judged(Point point) {
    assertThat(screen.learn(Map.of(point.measurement(), Set.of("ch"))))
        .isInstanceOf(WriteOutcome.Written.class);
    return screen.judge(point);
  }

  private static List<String> left(Screen.Verdict verdict) {
    return verdict.leftOut().stream().map(reason -> reason.field() + ": " + reason.why()).toList();
  }

  @Test
  void newTable_isMade_andItsNamesPassFromThenOn() {
    Point point = point("m", List.of("ch"), field("v", NUMBER));
    assertThat(screen.passes(point)).isFalse();
    assertThat(judged(point)).isEqualTo(new Screen.Verdict(null, List.of()));
    assertThat(tables.made).containsExactly("m[ch]");
    assertThat(screen.passes(point)).isTrue();
    assertThat(screen.passes(point("m", List.of("ch"), field("w", NUMBER)))).isFalse();
    assertThat(screen.passes(point("m", List.of("other"), field("v", NUMBER)))).isFalse();
    assertThat(screen.passes(point("m", List.of("ch"), field("v", FLAG))))
        .as("a flag is looked at anew")
        .isFalse();
  }

  /**
   * A name of 84 Chinese characters was acknowledged and suspended the table; one more was a
   * failure of the database, and as a measurement ended the task.
   */
  @Test
  void nameThatIsTooLongForAFile_isRefused() {
    String fits = "电".repeat(80);
    String tooLong = "电".repeat(81);
    String why = "is longer than 127 characters or 240 bytes, which QuestDB cannot keep";
    assertThat(judged(point(fits, List.of(fits), field("v", NUMBER))))
        .isEqualTo(new Screen.Verdict(null, List.of()));
    assertThat(left(judged(point("m", List.of(), field("v", NUMBER), field(tooLong, NUMBER)))))
        .containsExactly(tooLong + ": " + why);
    assertThat(
            left(judged(point("m", List.of(), field("v", NUMBER), field("x".repeat(128), NUMBER)))))
        .containsExactly("x".repeat(128) + ": " + why);
    assertThat(judged(point("m", List.of(tooLong), field("v", NUMBER))).refusal())
        .isEqualTo("tag '" + tooLong + "' " + why);
    tables.made.clear();
    assertThat(judged(point(tooLong, List.of(), field("v", NUMBER))).refusal())
        .isEqualTo("the measurement's name " + why);
    assertThat(tables.made).isEmpty();
    tables.table(tooLong, new Tables.Column(tooLong, "DOUBLE", false));
    assertThat(judged(point(tooLong, List.of(), field(tooLong, NUMBER))))
        .as("what is there already")
        .isEqualTo(new Screen.Verdict(null, List.of()));
  }

  @Test
  void noAnswer_isPassedOn() {
    tables.trouble = new WriteOutcome.Retry(null, "away");
    assertThat(screen.learn(Map.of("m", Set.of()))).isEqualTo(tables.trouble);
  }

  @Test
  void otherLetterCase_ofATableOrATag_refusesThePoint() {
    tables.table("Meter", new Tables.Column("Ch", "SYMBOL", false));
    assertThat(judged(point("meter", List.of(), field("v", NUMBER))).refusal())
        .contains("'meter'", "'Meter'");
    assertThat(judged(point("Meter", List.of("ch"), field("v", NUMBER))).refusal())
        .contains("tag 'ch'", "'Ch'");
  }

  @Test
  void field_thatWouldGoIntoAnotherColumn_isLeftOut() {
    tables.table(
        "m",
        new Tables.Column("ch", "SYMBOL", false),
        new Tables.Column("P", "DOUBLE", false),
        new Tables.Column("ok", "DOUBLE", false));
    Point point =
        point(
            "m",
            List.of(),
            field("p", NUMBER),
            field("ch", NUMBER),
            field("Timestamp", NUMBER),
            field("ok", FLAG),
            field("v", NUMBER),
            field("V", NUMBER));
    assertThat(left(judged(point)))
        .satisfiesExactly(
            why -> assertThat(why).startsWith("p: ").contains("'P'"),
            why -> assertThat(why).startsWith("ch: ").contains("tag's column"),
            why -> assertThat(why).startsWith("Timestamp: ").contains("time column"),
            why -> assertThat(why).startsWith("ok: ").contains("boolean", "DOUBLE"),
            why -> assertThat(why).startsWith("V: ").contains("twice"));
    assertThat(screen.passes(point("m", List.of(), field("v", NUMBER)))).isTrue();
    assertThat(screen.passes(point("m", List.of(), field("V", NUMBER)))).isFalse();
  }

  @Test
  void tag_whereTheColumnIsNone_refusesThePoint() {
    tables.table("m", new Tables.Column("ch", "LONG", false));
    assertThat(judged(point("m", List.of("ch"), field("v", NUMBER))).refusal())
        .contains("tag 'ch'", "not a tag");
  }

  @Test
  void pointWithoutAFieldLeft_takesNoNameForItsOwn() {
    tables.table("m", new Tables.Column("P", "DOUBLE", false));
    assertThat(left(judged(point("m", List.of("new"), field("p", NUMBER))))).hasSize(1);
    assertThat(screen.passes(point("m", List.of("new"), field("P", NUMBER)))).isFalse();
  }

  /** Another task may create the column first, in another letter case. */
  @Test
  void nameThatWasRight_isForgottenWhenTheTableSaysOtherwise() {
    Point point = point("m", List.of("ch"), field("v", NUMBER));
    judged(point);
    assertThat(screen.passes(point)).isTrue();
    tables.table(
        "m", new Tables.Column("ch", "SYMBOL", false), new Tables.Column("V", "DOUBLE", false));
    assertThat(left(judged(point))).hasSize(1);
    assertThat(screen.passes(point)).isFalse();
  }

  /** Names written while the table could not be seen are checked again later. */
  @Test
  void tableThatCouldNotBeSeen_isAskedForAgain_andWhatItShowsCounts() {
    tables.again = clock.instant().plusSeconds(60);
    Point point = point("m", List.of("ch"), field("v", NUMBER), field("w", NUMBER));
    assertThat(judged(point)).isEqualTo(new Screen.Verdict(null, List.of()));
    assertThat(tables.made).as("nobody knows that it is not there").isEmpty();
    clock.pass(Duration.ofSeconds(59));
    assertThat(screen.passes(point)).isTrue();

    clock.pass(Duration.ofSeconds(1));
    assertThat(screen.passes(point)).isFalse();
    tables.again = clock.instant().plusSeconds(60);
    judged(point);
    assertThat(screen.passes(point)).as("still unseen").isTrue();

    clock.pass(Duration.ofMinutes(1));
    tables.again = null;
    tables.table(
        "m",
        new Tables.Column("ch", "SYMBOL", false),
        new Tables.Column("v", "SYMBOL", false),
        new Tables.Column("w", "DOUBLE", false));
    assertThat(screen.passes(point)).isFalse();
    assertThat(left(judged(point))).containsExactly("v: has the name of a tag's column (SYMBOL)");
    assertThat(screen.passes(point)).isFalse();
    Point right = point("m", List.of("ch"), field("w", NUMBER));
    assertThat(screen.passes(right)).isTrue();
    clock.pass(Duration.ofHours(1));
    assertThat(screen.passes(right)).as("seen now").isTrue();
  }

  /**
   * A record of 100,000 fields made 96,000 columns, after which the database could open no more
   * files.
   */
  @Test
  void lineThatWouldMakeTooManyColumns_isRefused_andMakesNone() {
    tables.table(
        "m", new Tables.Column("site", "SYMBOL", false), new Tables.Column("a", "DOUBLE", false));
    screen.learn(Map.of("m", Set.of("site")));
    Point.Field[] wide = new Point.Field[6];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = field("f" + i, NUMBER);
    }
    assertThat(screen.judge(point("m", List.of("site"), wide)))
        .isEqualTo(
            new Screen.Verdict(
                "would give the table 'm' 9 columns, 6 of them new; the most is 8"
                    + " (questdb.columns.max)",
                List.of()));
    wide[0] = field("a", NUMBER);
    Point fits = point("m", List.of("site"), wide);
    assertThat(screen.judge(fits)).isEqualTo(new Screen.Verdict(null, List.of()));
    assertThat(screen.passes(fits)).isTrue();

    // If each record has a new name, even single new columns fill the table.
    assertThat(screen.judge(point("m", List.of(), field("f6", NUMBER))).refusal())
        .contains("9 columns, 1 of them new");
    // A name that has its column is written, however many columns there are by now.
    assertThat(screen.judge(point("m", List.of(), field("f1", NUMBER))).refusal()).isNull();
    tables.table("m", wideTable("x", 20).toArray(Tables.Column[]::new));
    screen.learn(Map.of("m", Set.of()));
    assertThat(screen.judge(point("m", List.of(), field("x19", NUMBER))))
        .isEqualTo(new Screen.Verdict(null, List.of()));
  }

  private static List<Tables.Column> wideTable(String name, int columns) {
    List<Tables.Column> all = new ArrayList<>();
    for (int i = 0; i < columns; i++) {
      all.add(new Tables.Column(name + i, "DOUBLE", false));
    }
    return all;
  }
}
