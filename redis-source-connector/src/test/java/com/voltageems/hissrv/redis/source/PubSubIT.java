package com.voltageems.hissrv.redis.source;

import static com.voltageems.hissrv.redis.source.TaskHarness.field;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Channels that are refused, and the consequences: against a real Redis, driven without a worker.
 */
class PubSubIT extends RedisTaskFixture {
  private static final Map<String, String> MODELS =
      Map.of("sources", "u", "sources.u.type", "pubsub", "sources.u.pattern", "modsrv:*:update");
  private static final Map<String, String> HASH =
      Map.of("sources", "h", "sources.h.type", "hash", "sources.h.pattern", "comsrv:*");

  @BeforeAll
  static void addUser() {
    // Redis 7 creates users in this way by default: without any channel.
    admin("ACL", "SETUSER", "deaf", "on", ">pw", "~*", "+@all", "resetchannels");
  }

  private static Map<String, String> asDeaf(Map<String, String> base) {
    Map<String, String> config = config(base);
    config.put("redis.username", "deaf");
    config.put("redis.password", "pw");
    return config;
  }

  private static void pollOn(TaskHarness task) {
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (System.nanoTime() < deadline) {
      task.poll();
    }
  }

  @Test
  void refusedChannels_failTheTask() {
    try (TaskHarness task = new TaskHarness(asDeaf(MODELS), new HashMap<>())) {
      assertThatThrownBy(() -> pollOn(task))
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("'modsrv:*:update'")
          .hasMessageContaining("redis.username")
          .hasMessageContaining("ACL")
          .hasMessageContaining("NOPERM");
    }
  }

  @Test
  void refusedControlChannel_thatWasAskedFor_failsTheTask() {
    Map<String, String> config = asDeaf(HASH);
    config.put("control.channel", "hissrv:control");
    try (TaskHarness task = new TaskHarness(config, new HashMap<>())) {
      assertThatThrownBy(() -> pollOn(task))
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("'hissrv:control'");
    }
  }

  @Test
  void refusedControlChannel_thatNobodyAskedFor_isDoneWithout() {
    Map<String, String> config = asDeaf(HASH);
    config.remove("control.channel");
    client.hset("comsrv:1:m", Map.of("1", "1"));
    try (TaskHarness task = new TaskHarness(config, new HashMap<>())) {
      assertThat(task.pollFor(1)).hasSize(1);
      // It is not tried again and again: its threads are gone.
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () ->
                  Thread.getAllStackTraces().keySet().stream()
                      .noneMatch(thread -> thread.getName().startsWith("hissrv-test-0-control")));
      client.hset("comsrv:1:m", Map.of("1", "2"));
      assertThat(task.pollFor(1)).hasSize(1);
    }
  }

  @Test
  void gap_ofAModelsChannel_isRepairedFromItsMeasurements() {
    client.hset("modsrv:pv:measurement", Map.of("total_power", "1200.5"));
    try (TaskHarness task = new TaskHarness(config(MODELS), new HashMap<>())) {
      SourceRecord record = task.pollFor(1).get(0);
      assertThat(record.key()).isEqualTo("model_data,model=pv");
      assertThat(field(record, "total_power")).isEqualTo(1200.5);
    }
  }
}
