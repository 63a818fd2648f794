package com.voltageems.hissrv.redis.source;

import static com.voltageems.hissrv.redis.source.TaskHarness.field;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;

/** What settings do: against a real Redis, driven without a worker. */
class ConfigIT extends RedisTaskFixture {
  private static final Map<String, String> HASH =
      Map.of("sources", "h", "sources.h.type", "hash", "sources.h.pattern", "modsrv:*");

  private static Map<String, String> hash(String... more) {
    return config(HASH, more);
  }

  private static void put(String field, String value) {
    client.hset("modsrv:pv:measurement", Map.of(field, value));
  }

  @Test
  // JSON has null, and Connect passes it on.
  @SuppressWarnings("NullAway")
  void settingThatIsNull_isAsIfItWereNotThere() {
    Map<String, String> config = hash();
    config.put("redis.password", null);
    config.put("redis.mode", null);
    config.put("sources.h.deadband", null);
    config.put("sources.h.key", null);
    config.put("redis.unknown", null);
    RedisSourceConnector connector = new RedisSourceConnector();
    assertThat(connector.validate(config).configValues())
        .flatExtracting(ConfigValue::errorMessages)
        .isEmpty();
    connector.start(config);
    Map<String, String> task = connector.taskConfigs(1).get(0);
    assertThat(task).doesNotContainValue(null).containsEntry("sources.h.type", "hash");
    put("p", "1");
    try (TaskHarness running = new TaskHarness(config, new HashMap<>())) {
      assertThat(running.pollFor(1)).hasSize(1);
    }
  }

  @Test
  void deadband_isMeasuredFromASnapshotToo() {
    put("p", "10");
    try (TaskHarness task =
        new TaskHarness(
            hash(
                "sources.h.deadband", "p:1",
                "snapshot.interval.ms", "3000",
                "poll.interval.ms", "10"),
            new HashMap<>())) {
      assertThat(task.pollFor(1)).hasSize(1);
      // The deadband holds this value back; the next snapshot delivers it.
      long nextSnapshot = System.nanoTime() + 3_000_000_000L; // at the earliest
      put("p", "10.9");
      assertThat(values(task.pollFor(1))).containsExactly(10.9);
      put("p", "11.8");
      // Nothing before the next snapshot: 11.8 is within 1 of 10.9.
      long quiet = System.nanoTime() + 1_000_000_000L;
      while (System.nanoTime() < quiet) {
        List<SourceRecord> some = task.poll();
        if (System.nanoTime() < nextSnapshot) {
          assertThat(some).isEmpty();
        }
      }
      put("p", "12");
      assertThat(values(task.pollFor(1))).containsExactly(12.0);
    }
  }

  private static List<Double> values(List<SourceRecord> records) {
    return records.stream().map(record -> field(record, "p")).toList();
  }

  @Test
  void timestampThatIsNoTime_isCountedOnceForEveryChange() {
    put("timestamp", "soon");
    put("p", "1");
    try (TaskHarness task = new TaskHarness(hash(), new HashMap<>())) {
      assertThat(task.pollFor(1)).hasSize(1);
      assertThat(task.pollTimes(5)).isEmpty();
      assertThat(TaskHarness.metric("h", "rejected-no-sample")).isEqualTo(1);
      put("timestamp", "1642592400");
      put("p", "2");
      assertThat(TaskHarness.time(task.pollFor(1).get(0))).isEqualTo(1642592400000L);
      assertThat(TaskHarness.metric("h", "rejected-no-sample")).isEqualTo(1);
    }
  }
}
