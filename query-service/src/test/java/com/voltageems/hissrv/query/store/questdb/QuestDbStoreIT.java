package com.voltageems.hissrv.query.store.questdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Asked;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.HistoryStoreContract;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.window.FixedWindows;
import com.voltageems.hissrv.testkit.QuestDb;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
    database = QuestDb.start(dir);
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
                  () -> fresh.query(large, Deadline.in(Duration.ofSeconds(30))).rows()));
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
        .atMost(Duration.ofSeconds(20))
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(ask().measurement("away")).isPresent());
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
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
    }
  }
}
