package com.voltageems.hissrv.query.store.questdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.query.health.PartState.State;
import com.voltageems.hissrv.query.health.Report;
import com.voltageems.hissrv.query.health.store.StoreProbe;
import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Asked;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.HistoryStoreContract;
import com.voltageems.hissrv.query.store.LatestAnswer;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.TagFilter;
import com.voltageems.hissrv.query.store.influxql.InfluxQlStore;
import com.voltageems.hissrv.query.store.raw.RawAnswer;
import com.voltageems.hissrv.query.store.raw.RawException;
import com.voltageems.hissrv.query.store.raw.RawStore;
import com.voltageems.hissrv.query.store.window.FixedWindows;
import com.voltageems.hissrv.testkit.FaultyProxy;
import com.voltageems.hissrv.testkit.QuestDb;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract against a real QuestDB, written as the sink connector writes. */
class QuestDbStoreIT extends HistoryStoreContract {
  private static QuestDb database;
  private static QuestDbWriter writer;
  private static QuestDbStore store;

  @BeforeAll
  static void start(@TempDir Path dir) {
    // So that it can be told to suspend a table.
    database = QuestDb.start(dir, Map.of("QDB_DEV_MODE_ENABLED", "true"));
    writer = new QuestDbWriter(database.url());
    store = new QuestDbStore(database.jdbcUrl(), "admin", "quest", 4);
  }

  @AfterAll
  static void stop() {
    store.close();
    database.close();
  }

  private static Asked ask() {
    return new Asked(store);
  }

  @Override
  protected HistoryStore store() {
    return store;
  }

  @Override
  protected void write(String measurement, List<String> lines) {
    writer.write(measurement, lines);
  }

  @Override
  protected boolean tellsCaseApart() {
    return false;
  }

  /** Field case S3. */
  @Test
  void nameInCapitals_isFound() {
    write("C03METER", List.of("C03METER,ch=1 v=1.0 " + T));

    assertThat(ask().measurement("C03METER")).map(Measurement::name).contains("C03METER");
    assertThat(ask().measurement("c03meter")).map(Measurement::name).contains("C03METER");
  }

  /** Field case Q3: as many large reads at once as are permitted, and the health check beside. */
  @Test
  void permittedLoad_isServedAndIsNoOutage() throws Exception {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 200_000; i++) {
      lines.add("load,ch=" + i % 20 + " a=" + i + ".5,b=2.0 " + (T + i / 20 * 1000L));
    }
    write("load", lines);
    int concurrency = 6;
    ExecutorService threads = Executors.newFixedThreadPool(concurrency + 1);
    try (QuestDbStore fresh =
        new QuestDbStore(database.jdbcUrl(), "admin", "quest", concurrency + 1)) {
      Measurement load = ask().measurement("load").orElseThrow();
      HistoryQuery large =
          HistoryQuery.points(
              new Selection(load, List.of(), T, T + 20_000_000), load.fields(), false, 200_000);
      List<Callable<Integer>> work =
          new ArrayList<>(
              Collections.nCopies(
                  4 * concurrency,
                  () -> fresh.query(large, Deadline.in(Duration.ofMinutes(2))).rows()));
      // One thread more than queries: the health check, again and again.
      Future<Integer> health =
          threads.submit(
              () -> {
                int pings = 0;
                for (; pings < 20; pings++) {
                  assertThat(fresh.ping(Duration.ofSeconds(3))).startsWith("QuestDB");
                }
                return pings;
              });
      for (Future<Integer> rows : threads.invokeAll(work)) {
        assertThat(rows.get()).isEqualTo(200_000);
      }
      assertThat(health.get()).isEqualTo(20);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void tableNamedAsQuestDbsOwn_isFound() {
    write("telemetry", List.of("telemetry,channel=1 1=2.0 " + T));

    assertThat(ask().measurements()).extracting(Measurement::name).contains("telemetry");
    assertThat(ask().measurements())
        .extracting(Measurement::name)
        .noneMatch(name -> name.startsWith("sys.") || name.equals("_query_trace"));
    assertThat(ask().measurement("telemetry")).isPresent();
    assertThat(ask().measurement("sys.text_import_log")).isEmpty();
  }

  /** Few rows are read as text and many in binary. */
  @Test
  void floatColumn_isTheShortestNumber_fewOrMany() throws SQLException {
    try (Connection admin = DriverManager.getConnection(database.jdbcUrl(), "admin", "quest");
        Statement statement = admin.createStatement()) {
      statement.execute(
          "CREATE TABLE floats (ts timestamp, f float) TIMESTAMP(ts) PARTITION BY DAY BYPASS WAL");
      statement.execute("INSERT INTO floats VALUES (" + T * 1000 + ", 0.1f)");
      statement.execute("INSERT INTO floats VALUES (" + (T + 1) * 1000 + ", -1.5e30f)");
    }
    Measurement floats = ask().measurement("floats").orElseThrow();
    Selection all = new Selection(floats, List.of(), T, T + 10);
    for (int limit : List.of(10, 10_000)) {
      assertThat(
              ask()
                  .query(HistoryQuery.points(all, floats.fields(), false, limit))
                  .series()
                  .get(0)
                  .points())
          .as("limit %d", limit)
          .extracting(point -> point.values().get(0))
          .containsExactly(0.1, -1.5e30);
    }
  }

  @Test
  void booleanField_readsItsLastWrite() {
    write("flags", List.of("flags on=true " + T, "flags on=false " + (T + 1)));
    Measurement flags = ask().measurement("flags").orElseThrow();

    assertThat(
            ask()
                .query(
                    HistoryQuery.windows(
                        new Selection(flags, List.of(), T, T + 10),
                        flags.fields(),
                        new FixedWindows(1),
                        Aggregation.LAST,
                        false,
                        10))
                .series()
                .get(0)
                .points())
        .extracting(point -> point.values().get(0))
        .containsExactly(true, false);
  }

  /** QuestDB answers a ping as an InfluxDB 2 would: all was green, and each question a 500. */
  @Test
  void questDbInPlaceOfInfluxDb_isDown() {
    try (InfluxQlStore other =
        InfluxQlStore.version2(URI.create(database.url()), "ems", "a-token")) {
      assertThatThrownBy(() -> other.ping(Duration.ofSeconds(10)))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("when it was asked for fields: look at store.type");
    }
  }

  /** As after a full disk: QuestDB acknowledges each write and shows none, and all was green. */
  @Test
  void suspendedTable_isToldUntilItIsResumed() throws SQLException {
    write("halted", List.of("halted,ch=1 v=1.0 " + T));
    StoreProbe probe = new StoreProbe(store, Duration.ofSeconds(10));
    assertThat(probe.check().state()).isEqualTo(State.UP);
    try (Connection admin = DriverManager.getConnection(database.jdbcUrl(), "admin", "quest");
        Statement statement = admin.createStatement()) {
      statement.execute("ALTER TABLE halted SUSPEND WAL WITH 'DISK FULL', 'no space left'");
      statement.execute("INSERT INTO halted VALUES ('1', 2.0, " + (T + 1) * 1000 + ")");
      Report report = probe.check();
      assertThat(report.state()).isEqualTo(State.DEGRADED);
      assertThat(report.message())
          .matches(
              "QuestDB 9.*; the table halted is suspended \\(DISK FULL: no space left\\), writes"
                  + " acknowledged and not shown: 1; mend the cause, then run ALTER TABLE"
                  + " 'halted' RESUME WAL");
      statement.execute("ALTER TABLE halted RESUME WAL");
      assertThat(probe.check().state()).isEqualTo(State.UP);
    }
  }

  /** As docs/operate/correct.md has it: an UPDATE changes values, and not the number of rows. */
  @Test
  void valuesMadeEmptyByHand_areSoonNotTheLastOnes() throws SQLException {
    write("erased", List.of("erased,ch=1 v=1.0 " + T, "erased,ch=2 v=2.0 " + T));
    AtomicLong now = new AtomicLong(T + 3_600_000);
    try (QuestDbStore own =
            new QuestDbStore(
                new Connections(database.jdbcUrl(), "admin", "quest", 2),
                new Tables(false),
                null,
                now::get);
        Connection admin = DriverManager.getConnection(database.jdbcUrl(), "admin", "quest");
        Statement statement = admin.createStatement()) {
      assertThat(lastOnes(own, now.get())).isEqualTo("{1=1.0, 2=2.0}");
      statement.execute("UPDATE erased SET v = NULL WHERE ch = '1'");
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> {
                try (ResultSet rows = statement.executeQuery("SELECT count(v) FROM erased")) {
                  assertThat(rows.next()).isTrue();
                  assertThat(rows.getLong(1)).isEqualTo(1);
                }
              });
      // As a page asks that is open all the time.
      for (int minute = 0; minute < 10; minute++) {
        now.addAndGet(60_000);
        String unused = lastOnes(own, now.get());
      }
      assertThat(lastOnes(own, now.get())).isEqualTo("{2=2.0}");
    }
  }

  private static String lastOnes(QuestDbStore store, long now) {
    Deadline deadline = Deadline.in(Duration.ofMinutes(2));
    Measurement erased = store.measurement("erased", deadline).orElseThrow();
    Map<String, Object> found = new TreeMap<>();
    store
        .latest(
            new Selection(erased, List.of(), now - 86_400_000, now), erased.fields(), 10, deadline)
        .series()
        .forEach(
            one ->
                one.fields()
                    .values()
                    .forEach(value -> found.put(one.tags().get("ch"), value.value())));
    return found.toString();
  }

  @Test
  void databaseAway_isUnavailableAndFoundAgain() {
    write("away", List.of("away v=1.0 " + T));
    assertThat(ask().ping()).startsWith("QuestDB 9");

    database.kill();
    assertThatThrownBy(() -> ask().ping())
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.UNAVAILABLE));

    database.restart();
    await()
        .atMost(Duration.ofMinutes(1))
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(ask().measurement("away")).isPresent());
  }

  /** It was told as "QuestDB cannot be reached". */
  @Test
  void refusedLogin_isTold() {
    for (String[] login : new String[][] {{"admin", "wrong-one"}, {"nobody", "quest"}}) {
      try (QuestDbStore other = new QuestDbStore(database.jdbcUrl(), login[0], login[1], 1)) {
        assertThatThrownBy(() -> other.ping(Duration.ofSeconds(10)))
            .isInstanceOfSatisfying(
                StoreException.class,
                e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.LOGIN))
            .hasMessage(
                "QuestDB refuses the service's login: see store.questdb.user and"
                    + " store.questdb.password")
            .hasStackTraceContaining("invalid username/password")
            .satisfies(e -> assertThat(stack(e)).doesNotContain("wrong-one"));
      }
    }
    QuestDbRaw.Login login = new QuestDbRaw.Login("user", "wrong-one");
    try (QuestDbStore other = new QuestDbStore(database.jdbcUrl(), "admin", "quest", 1, login)) {
      assertThatThrownBy(
              () ->
                  other
                      .raw()
                      .orElseThrow()
                      .ask("SELECT 1", 10, 10, Deadline.in(Duration.ofSeconds(10))))
          .hasMessage(
              "QuestDB refuses the service's login: see store.questdb.raw.user and"
                  + " store.questdb.raw.password");
    }
  }

  private static String stack(Throwable failure) {
    StringWriter words = new StringWriter();
    failure.printStackTrace(new PrintWriter(words));
    return words.toString();
  }

  /**
   * It takes connections, and lets each login wait: nobody is to look for a broken network only.
   */
  @Test
  void databaseThatIsTooSlowForALogin_isNotSaidToBeOutOfReach() {
    URI address = URI.create(database.jdbcUrl().substring("jdbc:".length()));
    try (FaultyProxy proxy = new FaultyProxy(address.getPort())) {
      proxy.stall(true);
      String url =
          database
              .jdbcUrl()
              .replace(
                  ":" + address.getPort() + "/", ":" + URI.create(proxy.url()).getPort() + "/");
      try (QuestDbStore slow = new QuestDbStore(url, "admin", "quest", 2)) {
        for (int i = 0; i < 2; i++) {
          assertThatThrownBy(() -> slow.ping(Duration.ofSeconds(3)))
              .isInstanceOfSatisfying(
                  StoreException.class,
                  e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.UNAVAILABLE))
              .hasMessage("QuestDB has given no connection within 3 s: it is too slow, or away")
              .hasNoCause();
        }
      }
    }
  }

  @Test
  void queryThatTakesTooLong_isCancelled() {
    try (QuestDbStore hasty = new QuestDbStore(database.jdbcUrl(), "admin", "quest", 1)) {
      long begin = System.nanoTime();
      assertThatThrownBy(
              () ->
                  hasty.firstText(
                      new Sql(
                          "SELECT sum(x * y) FROM (SELECT x FROM long_sequence(3000000)) CROSS JOIN"
                              + " (SELECT x y FROM long_sequence(100000))",
                          List.of()),
                      Deadline.in(Duration.ofSeconds(1))))
          .isInstanceOfSatisfying(
              StoreException.class,
              e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.TIMEOUT));
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(45));
    }
  }

  private static RawStore raw(QuestDbStore of) {
    return of.raw().orElseThrow();
  }

  private static RawAnswer ask(RawStore raw, String sql, int most) {
    return raw.ask(sql, most, 1000, Deadline.in(Duration.ofMinutes(2)));
  }

  /** Issue 14, item 12: in the database's own language, and the database lets it only read. */
  @Test
  void rawQuery_reads_andTheDatabaseRefusesEverythingElse() {
    write("raw", List.of("raw,ch=1 v=1.5,s=\"x\",n=3i " + T, "raw,ch=2 v=2.5 " + (T + 1)));
    QuestDbRaw.Login reader = new QuestDbRaw.Login("user", "quest");
    try (QuestDbStore reading = new QuestDbStore(database.jdbcUrl(), "admin", "quest", 1, reader)) {
      RawStore raw = raw(reading);
      RawAnswer all = ask(raw, "SELECT timestamp, ch, v, n, s, v > 2 big FROM raw ORDER BY v", 10);
      assertThat(all.truncated()).isFalse();
      assertThat(all.tables()).hasSize(1);
      assertThat(all.tables().get(0).columns())
          .containsExactly("timestamp", "ch", "v", "n", "s", "big");
      assertThat(all.tables().get(0).rows().get(0))
          .containsExactly("2023-11-14T23:00:00Z", "1", 1.5, 3L, "x", false);
      assertThat(ask(raw, "SELECT v FROM raw", 1).truncated()).isTrue();
      assertThat(ask(raw, "SELECT v FROM raw WHERE s = '?' -- ?", 1).tables().get(0).rows())
          .isEmpty();
      for (String writing :
          List.of(
              "INSERT INTO raw (timestamp, v) VALUES (now(), 1)",
              "UPDATE raw SET v = 1",
              "DROP TABLE raw",
              "TRUNCATE TABLE raw",
              "ALTER TABLE raw ADD COLUMN x INT",
              "CREATE TABLE other (a INT)",
              "CREATE TABLE other AS (SELECT * FROM raw)",
              "RENAME TABLE raw TO other",
              "SELECT 1; DROP TABLE raw",
              "not SQL at all")) {
        assertThatThrownBy(() -> ask(raw, writing, 10))
            .as(writing)
            .isInstanceOfSatisfying(
                RawException.class, e -> assertThat(e.kind()).isEqualTo(RawException.Kind.REFUSED));
      }
      assertThat(ask(raw, "SELECT count() n FROM raw", 1).tables().get(0).rows())
          .containsExactly(List.of(2L));
    }
    assertThat(store.raw()).isEmpty();
  }

  @Test
  void rawQueryOfALoginThatMayWrite_isRefusedByUs() {
    write("rawadmin", List.of("rawadmin v=1.5 " + T));
    QuestDbRaw.Login admin = new QuestDbRaw.Login("admin", "quest");
    try (QuestDbStore writing = new QuestDbStore(database.jdbcUrl(), "admin", "quest", 1, admin)) {
      assertThatThrownBy(() -> ask(raw(writing), "SELECT v FROM rawadmin", 10))
          .isInstanceOfSatisfying(
              RawException.class, e -> assertThat(e.kind()).isEqualTo(RawException.Kind.MAY_WRITE))
          .hasMessageContaining("pg.readonly.user.enabled");
      assertThat(ask().measurements())
          .extracting(Measurement::name)
          .doesNotContain("hissrv_raw_probe");
    }
  }

  /** QuestDB has no room for as many aggregates of one group as a table may have columns. */
  @Test
  void widestTable_isAnswered() {
    int count = 1990;
    StringBuilder line = new StringBuilder("widest,ch=1 p0=0");
    for (int i = 1; i < count; i++) {
      line.append(",p").append(i).append('=').append(i);
    }
    write("widest", List.of(line + " " + T, "widest,ch=2 p1989=7 " + T));
    Measurement widest = ask().measurement("widest").orElseThrow();
    Selection all = new Selection(widest, List.of(), T, T + 1000);

    LatestAnswer latest = ask().latest(all, widest.fields(), 10);
    assertThat(latest.series()).extracting(one -> one.fields().size()).containsExactly(count, 1);
    assertThat(latest.truncated()).isFalse();
    assertThat(ask().latest(all, widest.fields(), 1).truncated()).isTrue();
    HistoryAnswer answer =
        ask()
            .query(
                HistoryQuery.windows(
                    all, widest.fields(), new FixedWindows(1000), Aggregation.MEAN, false, 10));
    assertThat(answer.series().get(0).points().get(0).values())
        .containsExactlyElementsOf(
            widest.fields().stream()
                .map(field -> (Object) Double.valueOf(field.name().substring(1)))
                .toList());
  }

  /** QuestDB broke off the connection, which was told as an outage. */
  @Test
  void questionThatIsLongerThanQuestDbReceives_saysSo() {
    write("lengthy", List.of("lengthy,ch=1 p=1 " + T));
    Measurement lengthy = ask().measurement("lengthy").orElseThrow();
    List<String> devices = new ArrayList<>();
    for (int i = 0; i < 4_500; i++) {
      devices.add(i + "-".repeat(240));
    }
    Selection some = new Selection(lengthy, List.of(new TagFilter("ch", devices)), T, T + 1000);
    assertThatThrownBy(() -> ask().query(HistoryQuery.points(some, lengthy.fields(), false, 10)))
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.TOO_MUCH))
        .hasMessageMatching(
            "the query is \\d+ bytes long with all its names, and QuestDB receives at most 1048576"
                + " \\(pg\\.recv\\.buffer\\.size\\): ask for fewer fields or fewer devices");
  }
}
