package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;

/**
 * {@code PUBLISH hissrv:control "sync <id>"}: the task reads everything at once, and its status
 * tells when everything that was there is in Kafka (docs/status.md).
 */
class SyncRequestIT extends RedisTaskFixture {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** One poll an hour: nothing comes in time without the request. */
  private static final Map<String, String> ALL =
      Map.of(
          "sources", "h,l,a",
          "sources.h.type", "hash",
          "sources.h.pattern", "comsrv:*",
          "sources.l.type", "list",
          "sources.l.key", "archive:pending",
          "sources.a.type", "archive",
          "sources.a.window", "1m",
          "batch.max.records", "10");

  private final List<SourceRecord> given = new ArrayList<>();
  private final List<JsonNode> told = new ArrayList<>();

  private TaskHarness slowTask() {
    return task(
        ALL,
        "control.channel",
        "c",
        "status.topic",
        "st",
        "status.interval.ms",
        "60000",
        "poll.interval.ms",
        "3600000",
        "discovery.interval.ms",
        "3600000");
  }

  private void take(TaskHarness task, boolean deliver) {
    for (SourceRecord record : task.poll()) {
      task.store(List.of(record));
      if (record.topic().equals("st")) {
        try {
          told.add(JSON.readTree((String) record.value()));
        } catch (java.io.IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
      } else {
        given.add(record);
      }
      if (deliver || record.topic().equals("st")) {
        task.delivered(List.of(record));
      }
    }
  }

  private static void listened() {
    await().atMost(Duration.ofMinutes(1)).until(() -> client.publish("c", "hello") == 1);
  }

  private static void write(int elements) {
    client.hset("comsrv:1001:m", "1", "5.5");
    for (int n = 0; n < elements; n++) {
      client.lpush("archive:pending", "{\"measurement\":\"m\",\"fields\":{\"n\":" + n + "}}");
    }
    client.hset("archive:1m:1704067200:1001", "1", "2.5");
    client.zadd("archive:index:1m", 1, "archive:1m:1704067200:1001");
  }

  private String told(String id) {
    return told.stream()
        .map(status -> status.path("sync"))
        .filter(sync -> sync.path("id").asText().equals(id))
        .map(sync -> sync.path("waiting").toString())
        .reduce("", (before, last) -> last);
  }

  @Test
  void request_isHeardAtOnce_andIsThroughWhenAllIsDelivered() {
    try (TaskHarness task = slowTask()) {
      take(task, true);
      listened();
      await().atMost(Duration.ofMinutes(1)).until(() -> drained(task));
      given.clear();
      write(25);

      assertThat(client.publish("c", "sync a-1")).isEqualTo(1);
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> {
                take(task, true);
                assertThat(told("a-1")).isEqualTo("[]");
              });

      assertThat(given).filteredOn(record -> record.topic().equals("hissrv.l")).hasSize(25);
      assertThat(given).filteredOn(record -> record.topic().equals("hissrv.h")).hasSize(1);
      assertThat(given).filteredOn(record -> record.topic().equals("hissrv.a")).hasSize(1);
      assertThat(told.stream().map(status -> status.path("sync").path("waiting").toString()))
          .as("that it was heard")
          .contains("[\"a\",\"h\",\"l\"]");
    }
  }

  private boolean drained(TaskHarness task) {
    int before = given.size();
    take(task, true);
    return given.size() == before;
  }

  @Test
  void request_whileRecordsAreNotStored_waitsForTheirSources() {
    try (TaskHarness task = slowTask()) {
      take(task, true);
      listened();
      await().atMost(Duration.ofMinutes(1)).until(() -> drained(task));
      given.clear();
      write(3);

      client.publish("c", "sync b");
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                take(task, false);
                return given.size() == 5;
              });
      for (int i = 0; i < 5; i++) {
        take(task, false);
      }
      assertThat(told("b")).isNotEqualTo("[]").contains("\"l\"", "\"h\"", "\"a\"");

      task.delivered(given);
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> {
                take(task, true);
                assertThat(told("b")).isEqualTo("[]");
              });
    }
  }

  @Test
  void refusedSource_isWaitedFor_andNamed() {
    client.set("archive:pending", "a text");
    try (TaskHarness task = slowTask()) {
      take(task, true);
      listened();
      await().atMost(Duration.ofMinutes(1)).until(() -> drained(task));
      client.publish("c", "sync c");
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                take(task, true);
                return !told("c").isEmpty();
              });
      for (int i = 0; i < 10; i++) {
        take(task, true);
      }
      assertThat(told("c")).contains("\"l\"");

      client.del("archive:pending");
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> {
                take(task, true);
                assertThat(told("c")).isEqualTo("[]");
              });
    }
  }

  @Test
  void otherMessages_askForNoAnswer() {
    try (TaskHarness task = slowTask()) {
      take(task, true);
      listened();
      client.publish("c", "sync " + "x".repeat(65));
      client.publish("c", "sync");
      client.publish("c", "sync a b");
      for (int i = 0; i < 5; i++) {
        take(task, true);
      }
      assertThat(told).isNotEmpty().noneMatch(status -> status.has("sync"));
    }
  }
}
