package com.voltageems.hissrv.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.openapi.CheckedClient;
import com.voltageems.hissrv.query.store.questdb.QuestDbWriter;
import com.voltageems.hissrv.testkit.QuestDb;
import com.voltageems.hissrv.testkit.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive as a user runs it, beside a real QuestDB. */
class QueryServiceIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern ADDRESS = Pattern.compile("listens on (http://[^/]+)/");

  private static Path dir;
  private static QuestDb database;
  private static QuestDbWriter writer;
  private static Process service;
  private static String url;
  private final HttpClient http = new CheckedClient();

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    dir = folder;
    database = QuestDb.start(folder.resolve("questdb"));
    writer = new QuestDbWriter(database.url());
    Path config = folder.resolve("query.yml");
    Files.writeString(
        config,
        """
        http.port: 0
        health.interval: 1s
        query.timeout: 5m
        query.max.rows: 1000000
        store:
          type: questdb
          questdb:
            url: ${QUESTDB_URL}
        """);
    Path log = folder.resolve("service.log");
    service = launch(log, "--config", config.toString());
    url = address(service, log);
    // It listens a moment before it has looked at the database.
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> new QueryServiceIT().get("/health").statusCode() == 200);
  }

  private static String address(Process process, Path log) throws IOException {
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> ADDRESS.matcher(Files.readString(log)).find() || !process.isAlive());
    Matcher address = ADDRESS.matcher(Files.readString(log));
    assertThat(address.find()).as(Files.readString(log)).isTrue();
    return address.group(1);
  }

  @AfterAll
  static void stop() {
    service.destroyForcibly();
    database.close();
  }

  private static Process launch(Path log, String... args) throws IOException {
    return launch(log, List.of("-Xmx128m"), args);
  }

  private static Process launch(Path log, List<String> jvm, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ServerProcess.ofTests());
    command.addAll(jvm);
    command.addAll(List.of("-jar", archive().toString()));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("QUESTDB_URL", database.jdbcUrl());
    return builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }

  private static Path archive() throws IOException {
    try (var files = Files.list(Path.of("target"))) {
      return files.filter(file -> file.toString().endsWith("-all.jar")).findFirst().orElseThrow();
    }
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(url + path)).timeout(Duration.ofMinutes(1)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode json(String path) throws IOException, InterruptedException {
    HttpResponse<String> response = get(path);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  /** Issue 14: a million rows, by a service with a heap of 128 MB. */
  @Test
  void millionRows_fitASmallHeap() throws Exception {
    long start = 1_600_000_000_000L;
    for (int batch = 0; batch < 10; batch++) {
      List<String> lines = new ArrayList<>();
      for (int i = batch * 100_000; i < (batch + 1) * 100_000; i++) {
        lines.add("million,ch=" + i % 4 + " v=" + i + ".5 " + (start + i / 4 * 1000L));
      }
      writer.write("million", lines);
    }
    HttpResponse<Stream<String>> response =
        http.send(
            HttpRequest.newBuilder(
                    URI.create(
                        url
                            + "/query?measurement=million&format=csv&stream=yes&limit=1000000&start="
                            + start
                            + "&range=4d"))
                .timeout(Duration.ofMinutes(4))
                .build(),
            HttpResponse.BodyHandlers.ofLines());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("X-Hissrv-Truncated")).isEmpty();
    long[] found = new long[2];
    response
        .body()
        .skip(1)
        .forEach(
            line -> {
              found[0]++;
              found[1] += (long) Double.parseDouble(line.substring(line.lastIndexOf(',') + 1));
            });
    assertThat(found[0]).isEqualTo(1_000_000);
    assertThat(found[1]).isEqualTo(999_999L * 500_000);
  }

  /**
   * Six long and wide answers at a time in half the heap that six of them take: each is whole or
   * refused, and the service goes on. It once ended within seconds in the heap of the systemd unit.
   */
  @Test
  void wideAnswersBeyondTheHeap_areRefusedOneByOne() throws Exception {
    long start = 1_650_000_000_000L;
    for (int batch = 0; batch < 4; batch++) {
      List<String> lines = new ArrayList<>();
      for (int i = batch * 5000; i < (batch + 1) * 5000; i++) {
        StringBuilder line = new StringBuilder("wide,ch=1 ");
        for (int field = 0; field < 50; field++) {
          line.append(field == 0 ? "" : ",").append('f').append(field).append('=').append(i + 0.5);
        }
        lines.add(line.append(' ').append(start + i * 1000L).toString());
      }
      writer.write("wide", lines);
    }
    Path config = dir.resolve("small.yml");
    Files.writeString(
        config, "http.port: 0\nquery.timeout: 1m\nstore.questdb.url: ${QUESTDB_URL}\n");
    Path log = dir.resolve("small.log");
    Process small =
        launch(
            log,
            List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"),
            "--config",
            config.toString());
    try {
      String question =
          address(small, log)
              + "/query?measurement=wide&limit=20000&range=1d&format=csv&start="
              + start;
      List<String> answers = Collections.synchronizedList(new ArrayList<>());
      ExecutorService callers = Executors.newFixedThreadPool(6);
      for (int i = 0; i < 36; i++) {
        Future<?> unused = callers.submit(() -> answers.add(told(question)));
      }
      callers.shutdown();
      assertThat(callers.awaitTermination(5, TimeUnit.MINUTES)).isTrue();

      assertThat(small.isAlive()).as(Files.readString(log)).isTrue();
      assertThat(answers).hasSize(36).containsOnly("200: 20001 lines", "503: no_memory");
      // Enough for one, as soon as the others are gone.
      assertThat(told(question)).isEqualTo("200: 20001 lines");
      assertThat(answers).contains("503: no_memory");
      assertThat(Files.readString(log)).contains("heap of").contains("-Xmx");
    } finally {
      small.destroyForcibly();
    }
  }

  /** Returns the status with the number of lines, or with the kind of failure. */
  private String told(String question) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(URI.create(question)).timeout(Duration.ofMinutes(2)).build(),
            HttpResponse.BodyHandlers.ofString());
    return response.statusCode()
        + ": "
        + (response.statusCode() == 200
            ? response.body().lines().count() + " lines"
            : JSON.readTree(response.body()).path("error").asText());
  }

  private static void writeTelemetry(Instant now) {
    List<String> lines = new ArrayList<>();
    long last = now.toEpochMilli() / 1000 * 1000;
    for (int second = 299; second >= 0; second--) {
      long time = last - second * 1000L;
      // Channel 1002 is silent for a while: a gap.
      lines.add("telemetry,channel=1001,type=m 1=" + (220 + second % 7) + ",2=10.5 " + time);
      if (second < 100 || second > 160) {
        lines.add("telemetry,channel=1002,type=m 1=" + (230 + second % 5) + " " + time);
      }
    }
    lines.add("telemetry,channel=1001,interval=1m 1_avg=221.5 " + last);
    writer.write("telemetry", lines);
  }

  @Test
  void history_isAnswered() throws Exception {
    Instant now = Instant.now();
    writeTelemetry(now);

    JsonNode health = json("/health");
    assertThat(health.path("status").asText()).isEqualTo("up");
    assertThat(health.path("parts").path("store").path("message").asText()).startsWith("QuestDB 9");
    assertThat(json("/status").path("status").asText()).isEqualTo("running");

    JsonNode measurement = json("/measurements").path("measurements").path(0);
    assertThat(measurement.path("name").asText()).isEqualTo("telemetry");
    assertThat(measurement.path("tags").toString())
        .isEqualTo("[\"channel\",\"interval\",\"type\"]");

    JsonNode query = json("/query?measurement=telemetry&channel=1001&type=m&fields=1,2&range=10m");
    assertThat(query.path("series")).hasSize(1);
    assertThat(query.path("rows").asInt()).isEqualTo(300);
    JsonNode lastRow = query.path("series").path(0).path("rows").path(299);
    assertThat(Instant.parse(lastRow.path(0).asText()).toEpochMilli())
        .isEqualTo(now.toEpochMilli() / 1000 * 1000);
    assertThat(lastRow.path(1).asDouble()).isEqualTo(220.0);

    JsonNode windows =
        json(
            "/query?measurement=telemetry&channel=1001&tag.interval=1m&interval=1d&function=count"
                + "&range=10m");
    assertThat(windows.path("series").path(0).path("columns").toString())
        .isEqualTo("[\"time\",\"1_avg\"]");

    JsonNode aggregate =
        json("/aggregate?measurement=telemetry&channel=1001&type=m&fields=1&range=10m");
    assertThat(aggregate.path("series").path(0).path("columns").toString())
        .isEqualTo(
            "[\"time\",\"mean\",\"min\",\"max\",\"sum\",\"count\",\"first\",\"last\",\"stddev\"]");
    JsonNode statistics = aggregate.path("series").path(0).path("rows").path(0);
    assertThat(statistics.path(0)).isEqualTo(aggregate.path("start"));
    assertThat(statistics.path(2).asDouble()).isEqualTo(220);
    assertThat(statistics.path(3).asDouble()).isEqualTo(226);
    assertThat(statistics.path(5).asLong()).isEqualTo(300);
    assertThat(statistics.path(6).asDouble()).isEqualTo(225);
    assertThat(statistics.path(7).asDouble()).isEqualTo(220);
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () ->
                assertThat(get("/metrics").body())
                    .contains("hissrv_query_requests_total{path=\"/aggregate\",status=\"200\"} 1")
                    .contains("hissrv_part_up{part=\"store\"} 1"));

    JsonNode latest = json("/latest?measurement=telemetry&channel=1001&type=m");
    assertThat(latest.path("series").path(0).path("fields").path("1").path("value").asDouble())
        .isEqualTo(220.0);
    assertThat(json("/tags?measurement=telemetry").path("tags").path("channel").toString())
        .isEqualTo("[\"1001\",\"1002\"]");
    assertThat(json("/fields?measurement=telemetry&channel=1002").path("fields")).hasSize(1);
    // Field case S3: to QuestDB it is the same table.
    assertThat(json("/query?measurement=Telemetry").path("measurement").asText())
        .isEqualTo("telemetry");
    assertThat(get("/query?measurement=telemetri").statusCode()).isEqualTo(404);
  }

  @Test
  void page_isServedWithAllItsFiles() throws Exception {
    HttpResponse<String> page = get("/");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("script-src 'self'")
        .doesNotContain("unsafe");
    Matcher files = Pattern.compile("(?:src|href)=\"([a-z0-9/.?=-]+)\"").matcher(page.body());
    int found = 0;
    while (files.find()) {
      assertThat(get("/" + files.group(1)).statusCode()).as(files.group(1)).isEqualTo(200);
      found++;
    }
    // Few files: each further one is a wait of its own.
    assertThat(found).isBetween(4, 8);
  }

  @Test
  void badSetting_endsWithOneLineAndCode2() throws Exception {
    Path config = dir.resolve("bad.yml");
    Files.writeString(config, "http:\n  port: 80820\n");
    Path log = dir.resolve("bad.log");
    Process process = launch(log, "-c", config.toString());

    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isEqualTo(2);
    assertThat(Files.readString(log))
        .isEqualTo(
            config + ": http.port: \"80820\" cannot be used: needs a port from 0 to 65535\n");
  }

  @Test
  void takenPort_endsWithOneLineAndCode1() throws Exception {
    Path config = dir.resolve("taken.yml");
    Files.writeString(config, "http.port: " + URI.create(url).getPort());
    Path log = dir.resolve("taken.log");
    Process process = launch(log, "-c", config.toString());

    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(Files.readString(log)).contains("cannot listen on 127.0.0.1:").contains("http.port");
    assertThat(Files.readString(log)).doesNotContain("\tat ");
  }

  @Test
  void termination_isOrderlyAndQuick() throws Exception {
    Path config = dir.resolve("other.yml");
    Files.writeString(config, "http.port: 0");
    Path log = dir.resolve("other.log");
    Process process = launch(log, "-c", config.toString());
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> ADDRESS.matcher(Files.readString(log)).find());

    process.destroy();

    assertThat(process.waitFor(45, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(log)).doesNotContain("\tat ").doesNotContain("not everything");
  }
}
