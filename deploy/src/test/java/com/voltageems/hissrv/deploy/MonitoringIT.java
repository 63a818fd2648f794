package com.voltageems.hissrv.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.quickstart.Installation;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.Parts;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.QuestDb;
import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.RequiresServer;
import com.voltageems.hissrv.testkit.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;

/**
 * The dashboards and alert rules ask for what there is: the exporter runs with our rules in a real
 * worker with both plugins, submitted as Compose submits them, and a real Prometheus scrapes it and
 * the query service. A panel without an answer, or a rule on a metric or label that does not exist,
 * fails. Field case O6: our metrics join with Connect's own.
 */
@RequiresServer(RequiresServer.Server.PROMETHEUS)
@Timeout(900)
class MonitoringIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Installation INSTALLATION = Installation.find();
  private static final Path DEPLOY = INSTALLATION.root().resolve("deploy");
  private static final Path MONITORING = DEPLOY.resolve("monitoring");
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private static final Parts PARTS = new Parts();
  private static int prometheusPort;
  private static RedisServer redis;
  @TempDir static Path dir;

  @BeforeAll
  @Timeout(900)
  static void start() throws IOException {
    redis = PARTS.add(RedisServer.start(dir.resolve("redis")));
    QuestDb database = PARTS.add(QuestDb.prepare(dir.resolve("questdb")));
    KafkaBroker kafka = PARTS.add(KafkaBroker.start(dir.resolve("kafka")));
    int exporterPort = Ports.free();
    ConnectWorker worker =
        PARTS.add(
            ConnectWorker.start(
                dir.resolve("connect"),
                kafka.bootstrapServers(),
                List.of(INSTALLATION.sourceArchive(), INSTALLATION.sinkArchive()),
                Map.of(),
                ConnectWorker.Version.CURRENT,
                List.of(
                    "-javaagent:"
                        + DEPLOY.resolve("target/image/jmx_prometheus_javaagent.jar")
                        + "=127.0.0.1:"
                        + exporterPort
                        + ":"
                        + MONITORING.resolve("connect-jmx.yml"))));
    database.awaitReady();
    int servicePort = Ports.free();
    PARTS.add(startService(servicePort, database, kafka, worker));
    Map<String, String> sink = INSTALLATION.connectorConfig("influx-sink-questdb.json");
    sink.put("influxdb.url", database.url());
    worker.submit("hissrv-influx-sink", sink);
    Map<String, String> source = INSTALLATION.connectorConfig("redis-source.json");
    source.put("redis.uri", redis.uri());
    worker.submit("hissrv-redis-source", source);
    PARTS.add(startPrometheus(exporterPort, servicePort));
  }

  @AfterAll
  static void stop() {
    PARTS.close();
  }

  @Test
  void panels_haveAnAnswer() throws IOException {
    Map<String, List<String>> panels =
        Expressions.ofPanels(MONITORING.resolve("grafana/dashboards/hissrv.json"));
    assertThat(panels).hasSizeGreaterThan(20);

    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(2))
        .untilAsserted(
            () -> {
              writeSamples();
              List<String> silent = new ArrayList<>();
              panels.forEach(
                  (title, expressions) -> {
                    for (String expression : expressions) {
                      if (query(expression.replace("$__rate_interval", "30s")).isEmpty()) {
                        silent.add(title + ": " + expression);
                      }
                    }
                  });
              assertThat(silent).isEmpty();
            });
  }

  @Test
  void rules_askForMetricsAndLabelsThatExist() throws IOException {
    Map<String, String> rules = Expressions.ofRules(MONITORING.resolve("rules.yml"));
    assertThat(rules).hasSizeGreaterThan(10);

    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(2))
        .untilAsserted(
            () -> {
              writeSamples();
              List<String> wrong = new ArrayList<>();
              rules.forEach(
                  (alert, expression) ->
                      Expressions.metrics(expression)
                          .forEach(
                              (metric, labels) -> {
                                Set<String> missing = new TreeSet<>(labels);
                                missing.removeAll(labels(query(metric)));
                                if (!missing.isEmpty()) {
                                  wrong.add(alert + ": " + metric + " without " + missing);
                                }
                              }));
              assertThat(wrong).isEmpty();
            });
  }

  @Test
  void metricsOfBothPlugins_joinWithConnectsOwn() {
    String status = " * on (connector, task) group_left (status) kafka_connect_task_status";

    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(
            () -> {
              assertThat(labels(query("hissrv_sink_records" + status))).contains("status");
              assertThat(labels(query("hissrv_source_records" + status)))
                  .contains("status", "source");
            });
  }

  private static void writeSamples() {
    long now = System.currentTimeMillis();
    try (RedisClient jedis = RedisClient.create(redis.uri())) {
      jedis.hset("comsrv:1001:m", Map.of("1", "2" + now % 1000, "2", "5.5"));
      jedis.lpush(
          "archive:pending",
          "{\"measurement\":\"custom\",\"timestamp\":%d,\"tags\":{},\"fields\":{\"v\":1}}"
              .formatted(now / 1000));
    }
  }

  private static Set<String> labels(JsonNode result) {
    Set<String> labels = new TreeSet<>();
    result.forEach(series -> series.path("metric").fieldNames().forEachRemaining(labels::add));
    return labels;
  }

  /** The series of an instant query. */
  private static JsonNode query(String expression) {
    String answer =
        get(
            "http://127.0.0.1:"
                + prometheusPort
                + "/api/v1/query?query="
                + URLEncoder.encode(expression, StandardCharsets.UTF_8));
    try {
      JsonNode read = JSON.readTree(answer);
      assertThat(read.path("status").asText())
          .as("%s: %s", expression, answer)
          .isEqualTo("success");
      return read.at("/data/result");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String get(String url) {
    try {
      return HTTP.send(
              HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofMinutes(1)).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      throw new UncheckedIOException(url, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static ServerProcess startService(
      int port, QuestDb database, KafkaBroker kafka, ConnectWorker worker) throws IOException {
    // The site's own file, so that retention and downsampling have figures, too.
    Path config = dir.resolve("hissrv.yml");
    Files.writeString(
        config,
        """
        api: {port: %d}
        questdb: {url: "%s", jdbc_url: "%s"}
        kafka: {bootstrap_servers: "%s"}
        connect: {url: "%s"}
        health: {interval: 1s}
        retention:
          policies:
            - {name: samples, duration: 30d}
            - {name: hourly, duration: 365d}
        downsampling:
          tasks:
            - name: hourly_avg
              source: samples
              target: hourly
              interval: 1h
              aggregations: [{function: mean, alias: avg}]
        """
            .formatted(
                port, database.url(), database.jdbcUrl(), kafka.bootstrapServers(), worker.url()));
    ServerProcess service =
        ServerProcess.startJvm(
            "query-service",
            INSTALLATION.queryServiceJar().toString(),
            List.of("-Xmx256m", "-XX:+UseSerialGC"),
            Map.of(),
            "com.voltageems.hissrv.query.Main",
            List.of("--config", config.toString()),
            dir.resolve("query-service.log"));
    service.awaitReady(PATIENCE, () -> Ports.isOpen(port));
    // Its own requests have metrics once there was one.
    get("http://127.0.0.1:" + port + "/measurements");
    return service;
  }

  private static ServerProcess startPrometheus(int exporter, int service) throws IOException {
    prometheusPort = Ports.free();
    Path config = dir.resolve("prometheus.yml");
    Files.writeString(
        config,
        """
        global: {scrape_interval: 3s, scrape_timeout: 3s, evaluation_interval: 3s}
        rule_files: ["%s"]
        scrape_configs:
          - job_name: connect
            static_configs: [{targets: ["127.0.0.1:%d"]}]
          - job_name: query-service
            static_configs: [{targets: ["127.0.0.1:%d"]}]
        """
            .formatted(MONITORING.resolve("rules.yml"), exporter, service));
    ServerProcess prometheus =
        ServerProcess.startNative(
            "prometheus",
            List.of(
                RequiresServer.Server.PROMETHEUS.find().orElseThrow(),
                "--config.file=" + config,
                "--storage.tsdb.path=" + dir.resolve("prometheus"),
                "--web.listen-address=127.0.0.1:" + prometheusPort),
            Map.of(),
            dir.resolve("prometheus.log"));
    prometheus.awaitReady(PATIENCE, () -> Ports.isOpen(prometheusPort));
    return prometheus;
  }
}
