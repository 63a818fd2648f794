package com.voltageems.hissrv.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.voltageems.hissrv.quickstart.site.Expect;
import com.voltageems.hissrv.quickstart.site.PendingElements;
import com.voltageems.hissrv.testkit.ConnectRest;
import com.voltageems.hissrv.testkit.Ports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.AbstractTransaction;
import redis.clients.jedis.RedisClient;

/**
 * Redis to HTTP through everything that is real: both archives in a worker that has nothing else,
 * submitted as {@code connect-configs/} has them. One system serves the tests, in order.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EndToEndIT {
  private static final Duration LIMIT = Duration.ofMinutes(4);

  @TempDir static Path dir;

  private static HistorySystem system;
  private static HistoryClient history;
  private static RedisClient redis;

  @BeforeAll
  static void start() {
    system = new HistorySystem(Installation.find(), dir, Ports.free(), true, line -> {});
    history = new HistoryClient(system.url());
    redis = RedisClient.create(system.redis().uri());
  }

  @AfterAll
  static void stop() {
    redis.close();
    system.close();
  }

  @Test
  @Order(1)
  void archives_loadInAWorkerThatHasNothingElse() {
    List<String> classes = new ArrayList<>();
    system
        .worker()
        .send("GET", "/connector-plugins", null)
        .body()
        .forEach(plugin -> classes.add(plugin.path("class").asText()));
    assertThat(classes)
        .contains(
            "com.voltageems.hissrv.redis.source.RedisSourceConnector",
            "com.voltageems.hissrv.influx.sink.InfluxSinkConnector");
  }

  @Test
  @Order(2)
  void mistake_isRefusedWithAMessageOnItsKey() {
    refused(source("poll.interval.ms", "soon"), "poll.interval.ms", "soon");
    refused(source("sources.live.type", "hashes"), "sources.live.type", "hashes");
    refused(source("redis.uri", "redis://127.0.0.1:1"), "redis.uri", "127.0.0.1:1");
    refused(source("aggregation.windows", "1m,90s"), "aggregation.windows", "90s");
    refused(source("redis.password", "${REDIS_PASSWORD}"), "redis.password", "env:");
    refused(sink("influxdb.version", "4"), "influxdb.version", "4");
    refused(sink("influxdb.url", "http://127.0.0.1:1"), "influxdb.url", "127.0.0.1:1");
    refused(sink("influxdb.token", "${INFLUXDB_TOKEN}"), "influxdb.token", "env:");
  }

  private static Map<String, String> source(String key, String value) {
    Map<String, String> config = system.sourceConfig(List.of("1m"));
    config.put(key, value);
    return config;
  }

  private static Map<String, String> sink(String key, String value) {
    Map<String, String> config = system.sinkConfig();
    config.put(key, value);
    return config;
  }

  /** By {@code PUT config} with a 400, and by {@code validate} on the very key. */
  private static void refused(Map<String, String> config, String key, String inMessage) {
    ConnectRest.Answer answer = system.worker().send("PUT", "/connectors/mistaken/config", config);
    assertThat(answer.status()).as("%s: %s", key, answer.body()).isEqualTo(400);
    assertThat(answer.body().path("message").asText()).contains(inMessage);

    String connector = config.getOrDefault("connector.class", "");
    Map<String, String> toValidate = new HashMap<>(config);
    toValidate.put("name", "mistaken");
    JsonNode validated = system.worker().validate(connector, toValidate);
    List<String> errors = new ArrayList<>();
    for (JsonNode entry : validated.path("configs")) {
      JsonNode value = entry.path("value");
      if (!value.path("errors").isEmpty()) {
        assertThat(value.path("name").asText()).isEqualTo(key);
        errors.add(value.path("errors").toString());
      }
    }
    assertThat(errors).as(key).hasSize(1);
    assertThat(errors.get(0)).contains(inMessage);
  }

  @Test
  @Order(3)
  void everythingWritten_isRead() throws Exception {
    system.submitConnectors(
        List.of("1m"), Map.of("aggregation.enabled", "false", "poll.interval.ms", "100"));
    awaitRunning();

    Map<Long, Double> pending = PendingElements.push(redis, "written", 2000, now() - 3600, 1);
    Map<Long, Double> windows = writeWindows(2001, 50);
    NavigableMap<Long, Double> live = new TreeMap<>();
    for (int i = 0; i < 10; i++) {
      long millis = System.currentTimeMillis();
      double value = 220 + i + 0.123456;
      try (AbstractTransaction transaction = redis.multi()) {
        transaction.hset("comsrv:3001:m", Map.of("1", String.format(Locale.ROOT, "%.6f", value)));
        transaction.hset("comsrv:3001:m:ts", Map.of("1", String.valueOf(millis)));
        transaction.exec();
      }
      live.put(millis, value);
      // A live value lasts until the next one: each is awaited before it is replaced.
      awaitPoints("telemetry", Map.of("channel", "3001", "type", "m"), "1", live);
    }
    awaitPoints("e2e", Map.of("run", "written"), "value", pending);
    awaitPoints("telemetry", Map.of("channel", "2001", "interval", "1m"), "1_avg", windows);
  }

  @Test
  @Order(4)
  void badInput_isCountedAndTheRestGoesOn() throws Exception {
    redis.lpush("comsrv:1001:C:TODO", "a list among the hashes");
    redis.lpush("archive:pending", "{\"measurement\":\"e2e\", no JSON");
    redis.lpush("archive:pending", "{\"fields\":{\"value\":1}}");
    redis.hset("comsrv:3002:m", Map.of("1", "NaN", "2", "inf", "3", "open", "4", "4.5"));

    Map<Long, Double> after = PendingElements.push(redis, "after", 1, now(), 1);

    awaitPoints("e2e", Map.of("run", "after"), "value", after);
    // With the end of their claim, which may come after the point is read.
    await().atMost(LIMIT).until(() -> redis.llen("archive:pending:rejected") == 2);
    assertThat(redis.lrange("archive:pending:rejected", 0, -1).toString()).contains("no JSON");
    await()
        .atMost(LIMIT)
        .until(
            () ->
                history
                    .points("telemetry", Map.of("channel", "3002", "type", "m"), "4")
                    .containsValue(4.5));
    assertThat(history.points("telemetry", Map.of("channel", "3002", "type", "m"), "1")).isEmpty();
    assertThat(system.fault()).isEmpty();
    assertThat(redis.llen("comsrv:1001:C:TODO")).isEqualTo(1);
  }

  @Test
  @Order(5)
  void workerKilledInMidStream_nothingLostNothingTwice() throws Exception {
    long base = now() - 7200;
    Map<Long, Double> pending = new TreeMap<>();
    for (int round = 0; round < 4; round++) {
      pending.putAll(PendingElements.push(redis, "killed", 500, base + round * 500L, 1 + round));
      writeWindows(2002 + round, 20);
      if (round == 1) {
        long before = sinkProgress();
        await().atMost(LIMIT).until(() -> sinkProgress() > before);
        system.worker().kill();
      }
    }
    system.worker().restart();

    awaitPoints("e2e", Map.of("run", "killed"), "value", pending);
    for (int round = 0; round < 4; round++) {
      int channel = 2002 + round;
      awaitPoints(
          "telemetry",
          Map.of("channel", String.valueOf(channel), "interval", "1m"),
          "1_avg",
          expectedWindows(channel, 20));
    }
    // Exactly once in the topic too: each element of the list is one committed record.
    assertThat(Topics.recordsByTime(system.kafka(), "hissrv.pending", "\"run\":\"killed\""))
        .hasSize(pending.size())
        .allSatisfy((time, count) -> assertThat(count).as("records at %s", time).isEqualTo(1));
    await().atMost(LIMIT).until(() -> redis.llen("archive:pending") == 0);
  }

  @Test
  @Order(6)
  void databaseAndRedisKilled_theRestCatchesUp() throws Exception {
    Map<Long, Double> pending = PendingElements.push(redis, "outage", 300, now() - 9000, 1);
    system.database().kill();
    pending.putAll(PendingElements.push(redis, "outage", 300, now() - 8000, 2));
    system.database().restart();
    awaitPoints("e2e", Map.of("run", "outage"), "value", pending);

    system.redis().kill();
    system.redis().restart();
    redis.close();
    redis = RedisClient.create(system.redis().uri());
    pending.putAll(PendingElements.push(redis, "outage", 300, now() - 7000, 3));
    awaitPoints("e2e", Map.of("run", "outage"), "value", pending);
    assertThat(system.fault()).isEmpty();
  }

  @Test
  @Order(7)
  void oldAndFutureSamples_areSafeFromTheBrokersRetention() throws Exception {
    long ago = now() - 400L * 86_400;
    long ahead = now() + 7200;
    Map<Long, Double> samples = PendingElements.push(redis, "far", 1, ago, 1);
    samples.putAll(PendingElements.push(redis, "far", 1, ahead, 2));

    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        Topics.recordsByTime(system.kafka(), "hissrv.pending", "\"run\":\"far\""))
                    .containsOnlyKeys(samples.keySet()));
    assertThat(Topics.config(system, "hissrv.pending", "message.timestamp.type"))
        .isEqualTo("LogAppendTime");
    assertThat(system.fault()).isEmpty();
  }

  @Test
  @Order(8)
  void schemas_mayBeSwitchedOn() throws Exception {
    Map<String, String> sink = system.sinkConfig();
    sink.put("value.converter.schemas.enable", "true");
    sink.put("topics.regex", "typed\\..*");
    system.worker().submit("typed-sink", sink);
    Map<String, String> source = source("value.converter.schemas.enable", "true");
    source.put("topic.prefix", "typed.");
    source.put("sources", "pending");
    source.put("sources.pending.key", "typed:pending");
    source.put("aggregation.enabled", "false");
    source.keySet().removeIf(key -> key.startsWith("sources.") && !key.contains(".pending."));
    system.worker().submit("typed-source", source);

    long second = now();
    redis.lpush(
        "typed:pending",
        "{\"measurement\":\"typed\",\"timestamp\":%d,\"tags\":{\"n\":7},\"fields\":{\"x\":1.5,\"on\":true,\"state\":\"ok\"}}"
            .formatted(second));

    awaitPoints("typed", Map.of("n", "7"), "x", Map.of(second * 1000, 1.5));
    assertThat(history.get("/query?measurement=typed&range=1h").toString()).contains("ok");
  }

  private static void awaitRunning() {
    await()
        .atMost(LIMIT)
        .until(
            () ->
                system.worker().isRunning(HistorySystem.SOURCE, 1)
                    && system.worker().isRunning(HistorySystem.SINK, 1));
  }

  private static long now() {
    return System.currentTimeMillis() / 1000;
  }

  private static long sinkProgress() throws InterruptedException {
    return history.get("/status").path("processed").asLong();
  }

  /** Closed windows as the script leaves them: hash, then index with a growing sequence. */
  private static Map<Long, Double> writeWindows(int channel, int count) {
    Map<Long, Double> expected = expectedWindows(channel, count);
    try (AbstractTransaction transaction = redis.multi()) {
      expected.forEach(
          (millis, value) -> {
            String key = "archive:1m:" + millis / 1000 + ":" + channel;
            transaction.hset(
                key,
                Map.of("1_avg", String.valueOf(value), "timestamp", String.valueOf(millis / 1000)));
            transaction.zadd("archive:index:1m", (double) ++sequence, key);
          });
      transaction.exec();
    }
    return expected;
  }

  private static long sequence;

  private static Map<Long, Double> expectedWindows(int channel, int count) {
    long start = now() / 86_400 * 86_400 - 86_400;
    Map<Long, Double> expected = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      expected.put((start + 60L * i) * 1000, channel + i / 3.0);
    }
    return expected;
  }

  private static void awaitPoints(
      String measurement, Map<String, String> tags, String field, Map<Long, Double> expected) {
    Expect.points(history, measurement, tags, field, expected);
  }
}
