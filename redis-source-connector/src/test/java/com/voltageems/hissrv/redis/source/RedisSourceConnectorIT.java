package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.voltageems.hissrv.testkit.ConnectRest;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.RedisClient;

/** The installed archive in a real distributed worker with exactly-once support. */
class RedisSourceConnectorIT {
  private static final String CLASS = "com.voltageems.hissrv.redis.source.RedisSourceConnector";
  @TempDir static Path dir;
  private static RedisServer redis;
  private static KafkaBroker broker;
  private static ConnectWorker worker;
  private static RedisClient client;

  @BeforeAll
  static void startServers() {
    redis = RedisServer.start(dir.resolve("redis"));
    client = RedisClient.create("127.0.0.1", redis.port());
    broker = KafkaBroker.start(dir.resolve("kafka"));
    worker =
        ConnectWorker.start(
            dir.resolve("connect"), broker.bootstrapServers(), Plugin.archive(), Map.of());
  }

  @AfterAll
  static void stopServers() {
    worker.close();
    broker.close();
    client.close();
    redis.close();
  }

  @BeforeEach
  void emptyRedis() {
    client.flushAll();
  }

  private Map<String, String> config(String prefix, Map<String, String> more) {
    Map<String, String> config = new HashMap<>();
    config.put("connector.class", CLASS);
    config.put("tasks.max", "1");
    config.put("redis.uri", "redis://127.0.0.1:" + redis.port());
    config.put("topic.prefix", prefix);
    config.put("poll.interval.ms", "100");
    config.put("discovery.interval.ms", "200");
    // Retention depends on the records' own times, and those here are years old.
    config.put("topic.creation.default.replication.factor", "1");
    config.put("topic.creation.default.partitions", "1");
    config.put("topic.creation.default.retention.ms", "-1");
    config.putAll(more);
    return config;
  }

  @Test
  void hashListAndArchive_eachInItsTopic() {
    client.hset("comsrv:1001:m", Map.of("10001", "25.123456", "10002", "NaN"));
    client.hset("comsrv:1001:m:ts", Map.of("10001", "1642592400000"));
    client.lpush("comsrv:1001:C:TODO", "{}");
    client.lpush(
        "archive:pending",
        "{\"measurement\":\"custom_metrics\",\"timestamp\":1753790700,"
            + "\"tags\":{\"n\":7},\"fields\":{\"x\":1.5,\"on\":true,\"s\":\"text\"}}",
        "no json");
    client.hset("archive:1m:1704067200:1001", Map.of("1_avg", "220.5", "timestamp", "1704067200"));
    client.zadd("archive:index:1m", 1, "archive:1m:1704067200:1001");

    worker.submit(
        "all",
        config(
            "all.",
            Map.of(
                "sources", "live,pending,archive1m",
                "sources.live.type", "hash",
                "sources.live.pattern", "comsrv:*",
                "sources.pending.type", "list",
                "sources.pending.key", "archive:pending",
                "sources.archive1m.type", "archive",
                "sources.archive1m.window", "1m")));

    try (TopicReader topics = new TopicReader(broker.bootstrapServers(), "all\\..*")) {
      await()
          .atMost(Duration.ofMinutes(2))
          .untilAsserted(() -> assertThat(topics.received()).hasSize(3));
      TopicReader.Received live = one(topics.received(), "all.live");
      assertThat(live.key()).isEqualTo("telemetry,channel=1001,type=m");
      assertThat(live.field("10001")).isEqualTo(25.123456);
      assertThat(live.value().path("fields").has("10002")).isFalse();
      assertThat(live.value().path("timestamp").asLong()).isEqualTo(1642592400000L);
      assertThat(live.timestamp()).isEqualTo(1642592400000L);
      assertThat(live.headers())
          .containsEntry("hissrv.key", "comsrv:1001:m")
          .containsEntry("hissrv.source", "live");
      TopicReader.Received pending = one(topics.received(), "all.pending");
      assertThat(pending.key()).isEqualTo("custom_metrics,n=7");
      assertThat(pending.timestamp()).isEqualTo(1753790700000L);
      assertThat(pending.field("on")).isEqualTo(1);
      assertThat(pending.value().path("texts").path("s").asText()).isEqualTo("text");
      TopicReader.Received window = one(topics.received(), "all.archive1m");
      assertThat(window.key()).isEqualTo("telemetry,channel=1001,interval=1m");
      assertThat(window.timestamp()).isEqualTo(1704067200000L);
      assertThat(window.value().path("fields").size()).isEqualTo(1);

      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> {
                assertThat(client.exists("archive:pending:inflight")).isFalse();
                assertThat(client.lrange("archive:pending:rejected", 0, -1))
                    .containsExactly("{\"reason\":\"not JSON\",\"element\":\"no json\"}");
              });

      client.hset("comsrv:1001:m", Map.of("10003", "1"));
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(() -> assertThat(topics.received()).hasSize(4));
      assertThat(topics.received().get(3).value().path("fields").toString())
          .isEqualTo("{\"10003\":1.0}");
    }
    assertThat(client.hgetAll("comsrv:1001:m")).hasSize(3);
    assertThat(client.llen("comsrv:1001:C:TODO")).isEqualTo(1);
    worker.delete("all");
  }

  @Test
  void mistakes_areToldOnTheSettingAtFault() {
    JsonNode answer =
        worker.validate(
            CLASS,
            config(
                "x.",
                Map.of(
                    "name", "x",
                    "redis.uri", "redis://127.0.0.1:1",
                    "sources", "a",
                    "sources.a.type", "list",
                    "sources.a.key", "l")));
    assertThat(errors(answer)).containsOnlyKeys("redis.uri");
    assertThat(errors(answer).get("redis.uri")).contains("cannot connect to Redis at 127.0.0.1:1");

    answer =
        worker.validate(
            CLASS,
            config(
                "x.",
                Map.of(
                    "name", "x", "sources", "a", "sources.a.type", "list", "sources.a.kye", "l")));
    assertThat(errors(answer)).containsOnlyKeys("sources.a.key", "sources.a.kye");
  }

  /**
   * Every record of a claim is dropped: the worker then reports no record, and the list is drained
   * nevertheless.
   */
  @ParameterizedTest
  @ValueSource(strings = {"poll", "connector"})
  void recordsAllDroppedByATransformation_listIsDrained(String boundary) {
    for (int n = 0; n < 9; n++) {
      client.lpush("archive:pending", "{\"measurement\":\"m\",\"fields\":{\"n\":" + n + "}}");
    }
    worker.submit(
        "drop",
        config(
            "drop.",
            Map.of(
                "sources", "p",
                "sources.p.type", "list",
                "sources.p.key", "archive:pending",
                "batch.max.records", "2",
                "transaction.boundary", boundary,
                "transforms", "all",
                "transforms.all.type", "org.apache.kafka.connect.transforms.Filter")));
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> client.exists("archive:pending", "archive:pending:inflight") == 0);
    worker.delete("drop");
  }

  /** A broker refuses such a timestamp, so a device's wrong clock would end the task. */
  @Test
  void timesFarAhead_areDeliveredLikeOthers() {
    client.hset("comsrv:1:m", Map.of("a", "1:4294967295000"));
    client.lpush(
        "archive:pending", "{\"measurement\":\"m\",\"timestamp\":4294967295,\"fields\":{\"n\":1}}");
    worker.submit(
        "ahead",
        config(
            "ahead.",
            Map.of(
                "sources", "live,p",
                "sources.live.type", "hash",
                "sources.live.pattern", "comsrv:*",
                "sources.p.type", "list",
                "sources.p.key", "archive:pending")));
    try (TopicReader topics = new TopicReader(broker.bootstrapServers(), "ahead\\..*")) {
      awaitRecords(topics, 2);
      assertThat(topics.received())
          .allSatisfy(
              record ->
                  assertThat(record.value().path("timestamp").asLong()).isEqualTo(4294967295000L));
      assertThat(worker.isRunning("ahead", 1)).isTrue();
    }
    worker.delete("ahead");
  }

  @Test
  void offsets_refusedByNameAlteredAndReset() {
    client.hset("archive:1m:1704067200:1001", Map.of("1_avg", "220.5"));
    client.zadd("archive:index:1m", 5, "archive:1m:1704067200:1001");
    worker.submit(
        "off",
        config(
            "off.", Map.of("sources", "a", "sources.a.type", "archive", "sources.a.window", "1m")));
    try (TopicReader topics = new TopicReader(broker.bootstrapServers(), "off\\..*")) {
      awaitRecords(topics, 1);
      stop("off");
      JsonNode stored = worker.send("GET", "/connectors/off/offsets", null).body().path("offsets");
      assertThat(stored).hasSize(1);
      String slice = stored.get(0).path("partition").path("slice").asText();
      assertThat(stored.get(0).path("offset").path("score").asDouble()).isEqualTo(5);

      ConnectRest.Answer refused =
          patch(Map.of("type", "archive", "window", "9m", "slice", slice), 1);
      assertThat(refused.status()).isGreaterThanOrEqualTo(400);
      assertThat(refused.body().path("message").asText()).contains("window=9m");

      // The order of the fields does not matter: it is the same partition.
      Map<String, String> partition = new LinkedHashMap<>();
      for (String field : List.of("type", "window", "slice")) {
        partition.put(
            field, field.equals("type") ? "archive" : field.equals("window") ? "1m" : slice);
      }
      assertThat(patch(partition, 4).status()).isEqualTo(200);
      stored = worker.send("GET", "/connectors/off/offsets", null).body().path("offsets");
      assertThat(stored).hasSize(1);
      assertThat(stored.get(0).path("offset").path("score").asDouble()).isEqualTo(4);
      worker.send("PUT", "/connectors/off/resume", null);
      awaitRecords(topics, 2);

      stop("off");
      assertThat(worker.send("DELETE", "/connectors/off/offsets", null).status()).isEqualTo(200);
      worker.send("PUT", "/connectors/off/resume", null);
      awaitRecords(topics, 3);
    }
    worker.delete("off");
  }

  private static ConnectRest.Answer patch(Map<String, String> partition, int score) {
    return worker.send(
        "PATCH",
        "/connectors/off/offsets",
        Map.of(
            "offsets", List.of(Map.of("partition", partition, "offset", Map.of("score", score)))));
  }

  private static void stop(String connector) {
    worker.send("PUT", "/connectors/" + connector + "/stop", null);
    await()
        .atMost(Duration.ofMinutes(2))
        .until(
            () ->
                worker.status(connector).path("connector").path("state").asText().equals("STOPPED")
                    && worker.status(connector).path("tasks").isEmpty());
  }

  private static void awaitRecords(TopicReader topics, int count) {
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(() -> assertThat(topics.received()).hasSize(count));
  }

  private static Map<String, String> errors(JsonNode answer) {
    Map<String, String> errors = new HashMap<>();
    for (JsonNode config : answer.path("configs")) {
      for (JsonNode error : config.path("value").path("errors")) {
        errors.merge(config.path("value").path("name").asText(), error.asText(), String::concat);
      }
    }
    return errors;
  }

  private static TopicReader.Received one(List<TopicReader.Received> all, String topic) {
    return all.stream().filter(record -> record.topic().equals(topic)).findFirst().orElseThrow();
  }
}
