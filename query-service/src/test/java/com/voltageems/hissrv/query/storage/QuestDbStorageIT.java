package com.voltageems.hissrv.query.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.voltageems.hissrv.query.storage.plan.Output;
import com.voltageems.hissrv.query.storage.plan.Policy;
import com.voltageems.hissrv.query.storage.plan.Task;
import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.questdb.QuestDbProvider;
import com.voltageems.hissrv.query.store.questdb.QuestDbWriter;
import com.voltageems.hissrv.query.store.spi.StoreSettings;
import com.voltageems.hissrv.query.store.tier.Place;
import com.voltageems.hissrv.query.store.tier.Tiers;
import com.voltageems.hissrv.testkit.QuestDb;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract against a real QuestDB, written as the sink connector writes. */
class QuestDbStorageIT extends StorageContract {
  private static QuestDb database;
  private static QuestDbWriter writer;

  @BeforeAll
  static void start(@TempDir Path dir) {
    database = QuestDb.start(dir);
    writer = new QuestDbWriter(database.url());
  }

  @AfterAll
  static void stop() {
    database.close();
  }

  /** A column has one type; whole numbers are taken as others there. */
  @Override
  protected RandomCopies.Kinds kinds(Duration apart) {
    return new RandomCopies.Kinds(false, false, true);
  }

  @Override
  protected void fresh() {
    // A connection that has written into a table which was dropped since writes into that one
    // still.
    writer = new QuestDbWriter(database.url());
    dropAll(
        "relname LIKE 'hissrv.%' OR relname IN"
            + " ('m', 'late', 'events', 'blank', 'nanos', 'monthly')");
  }

  @Override
  protected void drop(String policy) {
    dropAll("relname LIKE 'hissrv." + policy + ".%'");
  }

  private static void dropAll(String which) {
    try (Connection connection = DriverManager.getConnection(database.jdbcUrl(), "admin", "quest");
        Statement statement = connection.createStatement()) {
      List<String> names = new ArrayList<>();
      try (ResultSet rows =
          statement.executeQuery("SELECT relname FROM pg_class() WHERE " + which)) {
        while (rows.next()) {
          names.add(rows.getString(1));
        }
      }
      for (String name : names) {
        statement.execute("DROP TABLE \"" + name + "\"");
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected Tiers tiers() {
    QuestDbProvider provider = new QuestDbProvider();
    return provider
        .tiers(
            new StoreSettings(
                provider.settings(), Map.of("store.questdb.url", database.jdbcUrl()), 2))
        .orElseThrow();
  }

  @Override
  protected void write(String measurement, List<String> lines) {
    writer.write(measurement, lines);
  }

  /** A copy that is kept for long has partitions of months. */
  @Override
  protected Duration reached(Duration keep) {
    long days = keep.toDays();
    return days > 400 ? Duration.ofDays(days == 800 ? 2 * 365 + 88 : 4 * 365 + 148) : keep;
  }

  /** What other tables hold does not keep a new one from being kept as the others are. */
  @Test
  void tableThatComesLater_isKeptAsTheOthers() throws Exception {
    long old = NOW.minus(Duration.ofDays(20)).toEpochMilli();
    write("m", List.of("m a=1.0 " + old, "m a=2.0 " + NOW.toEpochMilli()));
    StorageDesk desk = desk(plan(List.of(policy("realtime", 30))));
    settle(desk);
    write("late", List.of("late a=1.0 " + NOW.toEpochMilli()));
    StorageDesk shorter = desk(plan(List.of(policy("realtime", 10))));
    settle(shorter);

    PolicyState state = state(shorter, "realtime");
    assertThat(state.state()).isEqualTo(PolicyState.State.PENDING);
    assertThat(state.message()).startsWith("m keeps 30d of data; what is older");
    assertThat(state.places())
        .extracting(Place::name, Place::keep)
        .containsExactlyInAnyOrder(
            tuple("m", Duration.ofDays(30)), tuple("late", Duration.ofDays(10)));
  }

  /** How briefly a table is kept matters to the tasks that read it, and to no others. */
  @Test
  void tableThatATaskDoesNotRead_doesNotShortenItsBackfills() throws Exception {
    long day = NOW.minus(Duration.ofDays(20)).toEpochMilli() / 86_400_000 * 86_400_000;
    write("m", List.of("m 1=1.0 " + (day + 1), "m 1=2.0 " + NOW.toEpochMilli()));
    execute(
        table("events", "ts TIMESTAMP, a DOUBLE", "DAY TTL 2 DAYS"),
        "INSERT INTO events VALUES (now(), 1.0)");
    Task hours =
        Task.of("hours", "realtime", "hourly", "1h", List.of(new Output(Aggregation.MEAN, "avg")));
    Policy asItIs = new Policy("realtime", null, null, 0, List.of());
    StorageDesk desk = desk(plan(List.of(asItIs, only("hourly", 800, "m")), hours));
    settle(desk);
    assertThat(state(desk, "realtime").places())
        .extracting(Place::name, Place::keep)
        .containsExactlyInAnyOrder(tuple("m", null), tuple("events", Duration.ofDays(2)));

    desk.backfill("hours", day, day + 3_600_000);
    finish(desk);

    assertThat(task(desk, "hours").coverage().contains(day, day + 3_600_000)).isTrue();
    StorageDesk all = desk(plan(List.of(asItIs, policy("hourly", 800)), hours));
    settle(all);
    assertThatThrownBy(() -> all.backfill("hours", day, day + 3_600_000))
        .isInstanceOf(StorageException.class)
        .hasMessageMatching(
            "start: not before .*Z, since the policy realtime keeps 2d of events: of older windows"
                + " samples are gone, and computed again they were poorer");
  }

  /** A table that is not there yet will be kept as its policy says, not for ever. */
  @Test
  void backfillIntoATableThatIsNotThereYet_goesNoFurtherThanItsPolicyKeeps() throws Exception {
    long day = NOW.minus(Duration.ofDays(60)).toEpochMilli() / 86_400_000 * 86_400_000;
    write("m", List.of("m 1=1.0 " + (NOW.toEpochMilli() - 3_600_000)));
    write("late", List.of("late 1=1.0 " + (day + 1)));
    Task hours =
        Task.of("hours", "realtime", "hourly", "1h", List.of(new Output(Aggregation.MEAN, "avg")));
    Policy asItIs = new Policy("realtime", null, null, 0, List.of());
    settle(desk(plan(List.of(asItIs, only("hourly", 30, "m")), hours)));

    StorageDesk desk = desk(plan(List.of(asItIs, only("hourly", 30, "late")), hours));
    settle(desk);
    assertThat(state(desk, "hourly").places())
        .extracting(Place::name)
        .contains("hissrv.hourly.m")
        .doesNotContain("hissrv.hourly.late");
    assertThatThrownBy(() -> desk.backfill("hours", day, day + 3_600_000))
        .isInstanceOf(StorageException.class)
        .hasMessageMatching(
            "start: not before .*Z, since the policy hourly keeps 30d: older windows would be"
                + " deleted as soon as they are written");
  }

  private static void execute(String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection(database.jdbcUrl(), "admin", "quest");
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static String table(String name, String columns, String partition) {
    return "CREATE TABLE %s (%s) TIMESTAMP(ts) PARTITION BY %s BYPASS WAL"
        .formatted(name, columns, partition);
  }

  /** Rows count as data whatever is in them, and however finely their times are kept. */
  @Test
  void oldRowsWithoutAValueThatIsShown_waitForAWord() throws Exception {
    execute(
        table("events", "ts TIMESTAMP, who SYMBOL, what SYMBOL", "DAY"),
        "INSERT INTO events SELECT timestamp_sequence(dateadd('d', -364, now()), 86400000000L),"
            + " 'a', 'b' FROM long_sequence(365)",
        table("blank", "ts TIMESTAMP, a DOUBLE, b UUID", "DAY"),
        "INSERT INTO blank SELECT timestamp_sequence(dateadd('d', -19, now()), 86400000000L),"
            + " null, rnd_uuid4() FROM long_sequence(20)",
        table("nanos", "ts TIMESTAMP_NS, a DOUBLE", "DAY"),
        "INSERT INTO nanos VALUES (dateadd('d', -20, now()), 1.0), (now(), 2.0)");
    StorageDesk desk = desk(plan(List.of(policy("realtime", 7))));
    settle(desk);

    PolicyState state = state(desk, "realtime");
    assertThat(state.state()).isEqualTo(PolicyState.State.PENDING);
    assertThat(state.message()).contains("events keeps", "blank keeps", "nanos keeps");
    assertThat(state.places())
        .extracting(Place::name, Place::keep)
        .contains(tuple("events", null), tuple("blank", null), tuple("nanos", null));
  }

  /** A time in months is the least that they last; QuestDB calls twelve of them a year. */
  @Test
  void partitionsOfMonths_keepNoLessThanAskedFor() throws Exception {
    execute(
        table("monthly", "ts TIMESTAMP, a DOUBLE", "MONTH"),
        "INSERT INTO monthly VALUES (now(), 1.0)");
    for (int days : List.of(60, 350)) {
      settle(desk(plan(List.of(policy("realtime", days)))));
      StorageDesk again = desk(plan(List.of(policy("realtime", days))));
      settle(again);

      Place place = state(again, "realtime").places().get(0);
      assertThat(place.keep()).isEqualTo(Duration.ofDays(days == 60 ? 88 : 365));
      assertThat(tiers().reachable(Duration.ofDays(days), place)).isEqualTo(place.keep());
    }
  }
}
