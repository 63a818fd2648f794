package com.voltageems.hissrv.quickstart;

import static com.voltageems.hissrv.quickstart.HistorySystem.SINK;
import static com.voltageems.hissrv.quickstart.HistorySystem.SOURCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.voltageems.hissrv.quickstart.site.Connectors;
import com.voltageems.hissrv.quickstart.site.QueryService;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Issue 12: a pipeline that does not move is not healthy. The real plugins in a real worker, before
 * a database that answers 500 to every write and a Redis that became a replica, and the query
 * service as a user runs it.
 */
class StuckIT {
  private static final String CONFIG_TOPIC = "hissrv-connect-configs";
  private static final Duration STUCK = Duration.ofSeconds(5);
  private static final Duration LIMIT = Duration.ofMinutes(4);

  private final HttpClient http = HttpClient.newHttpClient();
  private final AtomicBoolean broken = new AtomicBoolean();

  private void answer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    boolean write = exchange.getRequestURI().getPath().contains("write");
    if (write && broken.get()) {
      byte[] body =
          "{\"code\":\"internal error\",\"message\":\"engine is closed\"}"
              .getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(500, body.length);
      exchange.getResponseBody().write(body);
    } else if (exchange.getRequestURI().getPath().equals("/query")) {
      // What query-service asks to see that it is an InfluxDB.
      byte[] body = "{\"results\":[{\"statement_id\":0}]}\n".getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    } else {
      exchange.sendResponseHeaders(204, -1);
    }
    exchange.close();
  }

  @Test
  void sinkBeforeADatabaseThatAnswers500_isUnhealthyWithRecordAndReason(@TempDir Path dir)
      throws Exception {
    HttpServer database =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    database.createContext("/", this::answer);
    database.start();
    String url = "http://127.0.0.1:" + database.getAddress().getPort();
    Installation installation = Installation.find();
    try (KafkaBroker kafka = KafkaBroker.start(dir.resolve("kafka"));
        ConnectWorker worker =
            ConnectWorker.start(
                dir.resolve("connect"),
                kafka.bootstrapServers(),
                List.of(installation.sinkArchive()),
                Map.of("consumer.metadata.max.age.ms", "2000"))) {
      send(kafka, 5);
      Map<String, String> sink = installation.connectorConfig("influx-sink.json");
      sink.put("influxdb.url", url);
      worker.submit(SINK, sink);
      int port = Ports.free();
      Path config = config(dir, port, url, kafka, worker, SINK);
      ServerProcess service = QueryService.start(installation, config, port);
      try {
        await()
            .atMost(LIMIT)
            .until(
                () ->
                    health(port).statusCode() == 200
                        && new ObjectMapper()
                                .readTree(get(port, "/status").body())
                                .path("processed")
                                .asLong()
                            == 5);

        broken.set(true);
        Instant broke = Instant.now();
        send(kafka, 5);
        await()
            .atMost(LIMIT)
            .untilAsserted(
                () -> {
                  HttpResponse<String> health = health(port);
                  assertThat(health.statusCode()).isEqualTo(503);
                  JsonNode part =
                      new ObjectMapper().readTree(health.body()).path("parts").path("sink");
                  assertThat(part.path("state").asText()).isEqualTo("degraded");
                  assertThat(part.path("message").asText())
                      .matches(
                          "hissrv\\.a partition \\d offset 5 is stuck for .*engine is closed.*")
                      .contains("5 records wait");
                });
        assertThat(Duration.between(broke, Instant.now())).isGreaterThan(STUCK);
        assertThat(worker.isRunning(SINK, 1)).as("as Connect says").isTrue();
        Instant since = since(port);

        // Who starts now knows it, too.
        service.close();
        service = QueryService.start(installation, config, port);
        await()
            .atMost(LIMIT)
            .ignoreExceptions()
            .untilAsserted(
                () -> assertThat(since(port)).isCloseTo(since, within(10, ChronoUnit.SECONDS)));

        broken.set(false);
        await().atMost(LIMIT).until(() -> health(port).statusCode() == 200);

        // Tasks of before that are written over those of now fail for good; the service starts the
        // connector again, and nobody else does.
        Map<String, String> before = new HashMap<>(sink);
        before.put("tasks.max", "3");
        before.put("task.class", "com.voltageems.hissrv.influx.sink.InfluxSinkTask");
        writeTasks(kafka, before, 3);
        await().atMost(LIMIT).until(() -> status(worker).contains("TooManyTasksException"));
        await()
            .atMost(LIMIT)
            .until(() -> worker.isRunning(SINK, 1) && health(port).statusCode() == 200);
      } finally {
        service.close();
      }
    } finally {
      database.stop(0);
    }
  }

  private static String status(ConnectWorker worker) {
    return worker.status(SINK).toString();
  }

  /** As a worker does that took long over a change, into Connect's own topic. */
  private static void writeTasks(KafkaBroker kafka, Map<String, String> settings, int tasks)
      throws Exception {
    try (KafkaProducer<String, String> producer = producer(kafka)) {
      for (int task = 0; task < tasks; task++) {
        settings.put("hissrv.task.id", String.valueOf(task));
        producer
            .send(
                new ProducerRecord<>(
                    CONFIG_TOPIC,
                    "task-" + SINK + "-" + task,
                    new ObjectMapper().writeValueAsString(Map.of("properties", settings))))
            .get();
      }
      producer
          .send(new ProducerRecord<>(CONFIG_TOPIC, "commit-" + SINK, "{\"tasks\":" + tasks + "}"))
          .get();
    }
  }

  private static KafkaProducer<String, String> producer(KafkaBroker kafka) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", kafka.bootstrapServers()),
        new StringSerializer(),
        new StringSerializer());
  }

  /** Field case R1, seen from outside: a list whose Redis refuses writes. */
  @Test
  void sourceRefusedByRedis_isUnhealthyWithTheReason(@TempDir Path dir) throws Exception {
    HttpServer database =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    database.createContext("/", this::answer);
    database.start();
    String url = "http://127.0.0.1:" + database.getAddress().getPort();
    Installation installation = Installation.find();
    try (RedisServer server = RedisServer.start(dir.resolve("redis"));
        KafkaBroker kafka = KafkaBroker.start(dir.resolve("kafka"));
        ConnectWorker worker =
            ConnectWorker.start(
                dir.resolve("connect"),
                kafka.bootstrapServers(),
                List.of(installation.sourceArchive()),
                Map.of())) {
      worker.submit(SOURCE, Connectors.pending(installation, server));
      int port = Ports.free();
      Path config = config(dir, port, url, kafka, worker, SOURCE);
      ServerProcess service = QueryService.start(installation, config, port);
      try {
        await()
            .atMost(LIMIT)
            .untilAsserted(
                () -> {
                  assertThat(source(port).path("message").asText()).isEqualTo("all parts read");
                  assertThat(health(port).statusCode()).isEqualTo(200);
                });

        command(server, "REPLICAOF 127.0.0.1 1");
        await()
            .atMost(LIMIT)
            .untilAsserted(
                () -> {
                  assertThat(health(port).statusCode()).isEqualTo(503);
                  assertThat(source(port).path("state").asText()).isEqualTo("degraded");
                  assertThat(source(port).path("message").asText())
                      .matches(SOURCE + " task 0: pending is stuck for .*")
                      .containsIgnoringCase("replica");
                });
        assertThat(worker.isRunning(SOURCE, 1)).as("as Connect says").isTrue();

        command(server, "REPLICAOF NO ONE");
        await().atMost(LIMIT).until(() -> health(port).statusCode() == 200);
      } finally {
        service.close();
      }
    } finally {
      database.stop(0);
    }
  }

  /** One that is answered by OK. */
  private static void command(RedisServer server, String command) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(60_000);
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
      byte[] answer = socket.getInputStream().readNBytes(5);
      assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("+OK\r\n");
    }
  }

  private JsonNode source(int port) throws IOException, InterruptedException {
    return new ObjectMapper().readTree(health(port).body()).path("parts").path("source");
  }

  /**
   * @param connector source and sink alike, for one of them is not there
   */
  private static Path config(
      Path dir,
      int port,
      String database,
      KafkaBroker kafka,
      ConnectWorker worker,
      String connector)
      throws IOException {
    return Files.writeString(
        dir.resolve("query-service.yml"),
        """
        http.port: %d
        store.type: influxdb1
        store.influxdb1.url: %s
        kafka.bootstrap.servers: %s
        connect:
          url: %s
          source: %s
          sink: %s
          commit.interval: 1s
        stuck.after.ms: %d
        health.interval: 1s
        """
            .formatted(
                port,
                database,
                kafka.bootstrapServers(),
                worker.url(),
                connector,
                connector,
                STUCK.toMillis()));
  }

  private HttpResponse<String> health(int port) throws IOException, InterruptedException {
    return get(port, "/health");
  }

  private HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofMinutes(1))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private Instant since(int port) throws IOException, InterruptedException {
    JsonNode stuck =
        new ObjectMapper().readTree(get(port, "/status").body()).path("sink").path("stuck");
    assertThat(stuck).hasSize(1);
    assertThat(stuck.path(0).path("topic").asText()).isEqualTo("hissrv.a");
    assertThat(stuck.path(0).path("offset").asLong()).isEqualTo(5);
    return Instant.parse(stuck.path(0).path("since").asText());
  }

  /** All of one series, so of one partition. */
  private static void send(KafkaBroker kafka, int count) {
    try (KafkaProducer<String, String> producer = producer(kafka)) {
      for (int i = 0; i < count; i++) {
        var unused =
            producer.send(
                new ProducerRecord<>(
                    "hissrv.a",
                    "telemetry,channel=1",
                    "{\"measurement\":\"telemetry\",\"tags\":{\"channel\":\"1\"},"
                        + "\"fields\":{\"1\":1.5},\"timestamp\":"
                        + (1_764_109_000_000L + i)
                        + "}"));
      }
      producer.flush();
    }
  }
}
