package com.voltageems.hissrv.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.quickstart.WholeSite.Ended;
import com.voltageems.hissrv.quickstart.site.PendingElements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;

/**
 * From the archives to a curve by one file and one command, on a real worker. What it runs on is
 * the launchers': see the two subclasses.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class OneFileScenario {
  private static final Installation INSTALLATION = Installation.find();

  @TempDir Path dir;

  private WholeSite site;
  private HistoryClient history;

  /** Starts what it runs on. */
  abstract WholeSite launch(Installation installation, Path dir) throws IOException;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    site = launch(INSTALLATION, folder);
    history = new HistoryClient(site.service());
  }

  @AfterAll
  void stop() {
    if (site != null) {
      site.close();
    }
  }

  private Path file(String more) throws IOException {
    return Files.writeString(dir.resolve("hissrv.yml"), site.addresses() + more);
  }

  @Test
  @Order(1)
  void mistake_isToldByTheWorkerInTheTermsOfTheFile() throws Exception {
    Path file = file("service:\n  polling_interval: 1s\n");
    Files.writeString(
        file, Files.readString(file).replace(site.redisOfWorker(), "redis://127.0.0.1:1"));

    Ended ended = site.run(file, "apply");

    assertThat(ended.code()).as(ended.out()).isEqualTo(3);
    assertThat(ended.out()).contains("hissrv.yml:2:8: redis.url: ").contains("redis.uri");
    assertThat(site.connect().send("GET", "/connectors", null).body()).isEmpty();
  }

  @Test
  @Order(2)
  void everySeedFragment_isAcceptedByARealWorker() throws Exception {
    Path seeds = INSTALLATION.root().resolve("query-service/src/test/resources/site/seeds");
    // Of all that stands in a file here, a seed lacks only where Connect is.
    String connect = site.addresses().lines().reduce("", (all, line) -> line).strip();
    try (var files = Files.list(seeds)) {
      for (Path seed : files.sorted().toList()) {
        // The addresses are this test's; all else stands as it does there.
        String text =
            Files.readString(seed).replace("redis://localhost:6379", site.redisOfWorker());
        if (!text.contains("redis:")) {
          text += "\nredis:\n  url: " + site.redisOfWorker() + "\n";
        }
        if (!text.contains("influxdb:")) {
          text += "\ninfluxdb:\n  url: http://localhost:8086\n";
        }
        // The sink does not look at the InfluxDB that the seeds name.
        text += "\nadvanced:\n  sink:\n    validate.connection: \"false\"\n";
        text += "\nconnect:\n  " + connect + "\n";
        Path copy = Files.writeString(dir.resolve("seed-" + seed.getFileName()), text);

        Ended ended = site.run(copy, "validate", "--online");

        assertThat(ended.code()).as(seed + ": " + ended.out()).isZero();
      }
    }
  }

  @Test
  @Order(3)
  void apply_runsTheSite_andAgainIsNoChange() throws Exception {
    Path file = file("");
    Ended plan = site.run(file, "plan", "--exit-code");
    assertThat(plan.code()).as(plan.out()).isEqualTo(5);
    assertThat(plan.out()).contains("+ hissrv-redis-source: create");

    Ended applied = site.run(file, "apply");
    assertThat(applied.code()).as(applied.out()).isZero();
    assertThat(applied.out())
        .contains("hissrv-redis-source: connector RUNNING, 1 task RUNNING")
        .contains("hissrv-influx-sink: connector RUNNING, 1 task RUNNING");

    site.startService(file);
    try (RedisClient redis = RedisClient.create(site.redis())) {
      redis.hset("comsrv:1001:m", "1", "230.5");
      await()
          .atMost(Duration.ofMinutes(4))
          .untilAsserted(
              () ->
                  assertThat(history.points("telemetry", Map.of("channel", "1001"), "1").values())
                      .contains(230.5));
    }
    Ended same = site.run(file, "plan", "--exit-code");
    assertThat(same.code()).as(same.out()).isZero();
    Ended status = site.run(file, "status");
    assertThat(status.code()).as(status.out()).isZero();
    assertThat(status.out()).contains("kafka: ");
  }

  @Test
  @Order(4)
  void sync_answersWhenWhatIsInRedisIsInTheDatabase() throws Exception {
    try (RedisClient redis = RedisClient.create(site.redis())) {
      long second = System.currentTimeMillis() / 1000 - 10_000;
      Map<Long, Double> pushed = new TreeMap<>(PendingElements.push(redis, "sync", 50, second, 7));

      await()
          .atMost(Duration.ofMinutes(4))
          .untilAsserted(
              () ->
                  assertThat(site.post("/sync?timeout=30s"))
                      .contains("\"state\":\"done\"", "\"waiting_for\":[]"));
      // QuestDB shows a write some milliseconds after it acknowledged it.
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () ->
                  assertThat(history.points("e2e", Map.of("run", "sync"), "value"))
                      .isEqualTo(pushed));

      String sink = "/connectors/hissrv-influx-sink/";
      site.connect().send("PUT", sink + "pause", null);
      await()
          .atMost(Duration.ofMinutes(3))
          .until(
              () ->
                  site.connect()
                      .status("hissrv-influx-sink")
                      .path("tasks")
                      .path(0)
                      .path("state")
                      .asText()
                      .equals("PAUSED"));
      pushed.putAll(PendingElements.push(redis, "sync", 1, second + 50, 8));
      await()
          .atMost(Duration.ofMinutes(3))
          .untilAsserted(
              () ->
                  assertThat(site.post("/sync?timeout=3s"))
                      .contains("\"state\":\"waiting\"")
                      .contains("hissrv.pending: 1 records before the database"));

      site.connect().send("PUT", sink + "resume", null);
      await()
          .atMost(Duration.ofMinutes(4))
          .untilAsserted(
              () -> assertThat(site.post("/sync?timeout=60s")).contains("\"state\":\"done\""));
    }
  }

  @Test
  @Order(5)
  void renamedConnector_replacesTheOldOne_andOthersStay() throws Exception {
    site.connect().submit("theirs", site.theirSink());
    Path file = file("  sink: north-sink\n");

    Ended applied = site.run(file, "apply");

    assertThat(applied.code()).as(applied.out()).isZero();
    List<String> names = new ArrayList<>();
    site.connect()
        .send("GET", "/connectors", null)
        .body()
        .forEach(name -> names.add(name.asText()));
    assertThat(names).containsExactlyInAnyOrder("theirs", "north-sink", "hissrv-redis-source");
  }
}
