package com.voltageems.hissrv.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;

/** From the archives to a curve by one file and one command, on a real worker. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OneFileIT {
  private static final Installation INSTALLATION = Installation.find();

  @TempDir static Path dir;

  private static HistorySystem system;

  @BeforeAll
  static void start() {
    system =
        new HistorySystem(INSTALLATION, dir.resolve("system"), Ports.free(), false, line -> {});
  }

  @AfterAll
  static void stop() {
    system.close();
  }

  private record Ended(int code, String out) {}

  private static Ended run(String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", "-jar", INSTALLATION.queryServiceJar().toString()));
    command.addAll(List.of(args));
    Path log = Files.createTempFile(dir, "run", ".log");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("INFLUXDB_TOKEN", "quickstart");
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor(150, TimeUnit.SECONDS)).as("ended").isTrue();
    return new Ended(process.exitValue(), Files.readString(log));
  }

  private static String file(String more) throws IOException {
    Path file = dir.resolve("hissrv.yml");
    Files.writeString(
        file,
        """
        redis:
          url: %s
        questdb:
          url: %s
          jdbc_url: %s
        kafka:
          bootstrap_servers: %s
        connect:
          url: ["http://127.0.0.1:1", "%s"]
        """
                .formatted(
                    system.redis().uri(),
                    system.database().url(),
                    system.database().jdbcUrl(),
                    system.kafka().bootstrapServers(),
                    system.worker().url())
            + more);
    return file.toString();
  }

  @Test
  @Order(1)
  void mistake_isToldByTheWorkerInTheTermsOfTheFile() throws Exception {
    String file = file("service:\n  polling_interval: 1s\n");
    Files.writeString(
        Path.of(file),
        Files.readString(Path.of(file)).replace(system.redis().uri(), "redis://127.0.0.1:1"));

    Ended ended = run("apply", file);

    assertThat(ended.code()).as(ended.out()).isEqualTo(3);
    assertThat(ended.out()).contains(file + ":2:8: redis.url: ").contains("redis.uri");
    assertThat(system.worker().send("GET", "/connectors", null).body()).isEmpty();
  }

  @Test
  @Order(2)
  void everySeedFragment_isAcceptedByARealWorker() throws Exception {
    Path seeds = INSTALLATION.root().resolve("query-service/src/test/resources/site/seeds");
    try (var files = Files.list(seeds)) {
      for (Path seed : files.sorted().toList()) {
        // The addresses are this test's; all else stands as it does there.
        String text =
            Files.readString(seed).replace("redis://localhost:6379", system.redis().uri());
        if (!text.contains("redis:")) {
          text += "\nredis:\n  url: " + system.redis().uri() + "\n";
        }
        if (!text.contains("influxdb:")) {
          text += "\ninfluxdb:\n  url: http://localhost:8086\n";
        }
        // There is no InfluxDB 2 here: the sink does not look at the one that the seeds name.
        text += "\nadvanced:\n  sink:\n    validate.connection: \"false\"\n";
        text += "\nconnect:\n  url: " + system.worker().url() + "\n";
        Path copy = dir.resolve("seed-" + seed.getFileName());
        Files.writeString(copy, text);

        Ended ended = run("validate", "--online", copy.toString());

        assertThat(ended.code()).as(seed + ": " + ended.out()).isZero();
      }
    }
  }

  @Test
  @Order(3)
  void apply_runsTheSite_andAgainIsNoChange() throws Exception {
    String file = file("");
    Ended plan = run("plan", "--exit-code", file);
    assertThat(plan.code()).as(plan.out()).isEqualTo(5);
    assertThat(plan.out()).contains("+ hissrv-redis-source: create");

    Ended applied = run("apply", file);
    assertThat(applied.code()).as(applied.out()).isZero();
    assertThat(applied.out())
        .contains("hissrv-redis-source: connector RUNNING, 1 task RUNNING")
        .contains("hissrv-influx-sink: connector RUNNING, 1 task RUNNING");

    try (RedisClient redis = RedisClient.create(system.redis().uri())) {
      redis.hset("comsrv:1001:m", "1", "230.5");
      await().atMost(Duration.ofSeconds(90)).until(() -> system.database().rows("telemetry") > 0);
    }
    Ended same = run("plan", "--exit-code", file);
    assertThat(same.code()).as(same.out()).isZero();
    Ended status = run("status", file);
    assertThat(status.code()).as(status.out()).isZero();
    assertThat(status.out()).contains("kafka: ");
  }

  @Test
  @Order(4)
  void sync_answersWhenWhatIsInRedisIsInTheDatabase() throws Exception {
    int port = Ports.free();
    String file = file("api:\n  port: " + port + "\n");
    HistoryClient history = new HistoryClient("http://127.0.0.1:" + port);
    ServerProcess service =
        ServerProcess.startJvm(
            "query-service",
            INSTALLATION.queryServiceJar().toString(),
            List.of("-Xmx256m", "-XX:+UseSerialGC"),
            Map.of("INFLUXDB_TOKEN", "quickstart"),
            "com.voltageems.hissrv.query.Main",
            List.of("--config", file),
            dir.resolve("sync-service.log"));
    try (RedisClient redis = RedisClient.create(system.redis().uri())) {
      service.awaitReady(Duration.ofMinutes(1), () -> Ports.isOpen(port));
      long second = System.currentTimeMillis() / 1000 - 10_000;
      Map<Long, Double> pushed = new TreeMap<>(PendingElements.push(redis, "sync", 50, second, 7));

      HttpResponse<String> done = sync(port, "30s");
      assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
      assertThat(done.body()).contains("\"state\":\"done\"", "\"waiting_for\":[]");
      // QuestDB shows a write some milliseconds after it acknowledged it.
      await()
          .atMost(Duration.ofSeconds(5))
          .untilAsserted(
              () ->
                  assertThat(history.points("e2e", Map.of("run", "sync"), "value"))
                      .isEqualTo(pushed));

      String sink = "/connectors/hissrv-influx-sink/";
      system.worker().send("PUT", sink + "pause", null);
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () ->
                  system
                      .worker()
                      .status("hissrv-influx-sink")
                      .path("tasks")
                      .path(0)
                      .path("state")
                      .asText()
                      .equals("PAUSED"));
      pushed.putAll(PendingElements.push(redis, "sync", 1, second + 50, 8));
      await()
          .atMost(Duration.ofMinutes(2))
          .untilAsserted(
              () -> {
                HttpResponse<String> waiting = sync(port, "3s");
                assertThat(waiting.statusCode()).as(waiting.body()).isEqualTo(202);
                assertThat(waiting.body())
                    .contains("\"state\":\"waiting\"")
                    .contains("hissrv.pending: 1 records before the database");
              });

      system.worker().send("PUT", sink + "resume", null);
      HttpResponse<String> after = sync(port, "60s");
      assertThat(after.statusCode()).as(after.body()).isEqualTo(200);
    } finally {
      service.close();
    }
  }

  private static HttpResponse<String> sync(int port, String timeout)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + port + "/sync?timeout=" + timeout))
                .timeout(Duration.ofSeconds(90))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @Test
  @Order(5)
  void renamedConnector_replacesTheOldOne_andOthersStay() throws Exception {
    system.worker().submit("theirs", system.sinkConfig());
    String file = file("");
    Files.writeString(Path.of(file), Files.readString(Path.of(file)) + "  sink: north-sink\n");

    Ended applied = run("apply", file);

    assertThat(applied.code()).as(applied.out()).isZero();
    List<String> names = new ArrayList<>();
    system
        .worker()
        .send("GET", "/connectors", null)
        .body()
        .forEach(name -> names.add(name.asText()));
    assertThat(names).containsExactlyInAnyOrder("theirs", "north-sink", "hissrv-redis-source");
  }
}
