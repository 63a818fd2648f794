package com.voltageems.hissrv.redis.source;

import static com.voltageems.hissrv.redis.source.TaskHarness.config;
import static com.voltageems.hissrv.redis.source.TaskHarness.field;
import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.testkit.ProcessClock;
import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.RequiresServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.RedisClient;

/** Steps Redis's clock while a task runs, by more than any delay would explain. */
@RequiresServer(RequiresServer.Server.FAKETIME)
class ClockStepIT {
  private static final int A_STEP = 10;
  private static final long FIRST_WINDOW = 1_700_000_000L;
  private static final List<Duration> OFFSETS =
      List.of(Duration.ZERO, Duration.ofHours(-1), Duration.ofHours(2), Duration.ZERO);
  private static final Map<String, String> SOURCES =
      Map.ofEntries(
          Map.entry("sources", "list,archive,stream,hash"),
          Map.entry("sources.list.type", "list"),
          Map.entry("sources.list.key", "archive:pending"),
          Map.entry("sources.archive.type", "archive"),
          Map.entry("sources.archive.window", "1m"),
          Map.entry("sources.archive.scan", "false"),
          Map.entry("sources.stream.type", "stream"),
          Map.entry("sources.stream.key", "events"),
          Map.entry("sources.hash.type", "hash"),
          Map.entry("sources.hash.pattern", "comsrv:*"));

  @TempDir Path dir;
  private final Map<Map<String, ?>, Map<String, ?>> stored = new HashMap<>();
  private final List<SourceRecord> records = new ArrayList<>();

  @Test
  void clockStepped_nothingLostOrRepeated() {
    runSteps(false, OFFSETS);
  }

  @Test
  void clockSteppedAndTaskRestarted_nothingLostOrRepeated() {
    runSteps(true, OFFSETS);
  }

  /** A device without a battery starts in 1970, until it gets the time from elsewhere. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clockBeginsIn1970_nothingLostOrRepeated(boolean restart) {
    Duration to1970 = Duration.ofSeconds(20 - System.currentTimeMillis() / 1000);
    runSteps(restart, List.of(to1970, Duration.ZERO, to1970, Duration.ZERO));
  }

  private void runSteps(boolean restart, List<Duration> offsets) {
    ProcessClock clock = ProcessClock.create(dir.resolve("clock"));
    try (RedisServer redis = RedisServer.start(dir.resolve("redis"), clock.environment());
        RedisClient client = RedisClient.create("127.0.0.1", redis.port())) {
      TaskHarness task = new TaskHarness(config(redis.port(), SOURCES), stored);
      try {
        for (int step = 0; step < offsets.size(); step++) {
          clock.step(offsets.get(step));
          assertThat(clockOf(client) - System.currentTimeMillis() / 1000)
              .as("Redis's clock before the real one, in seconds")
              .isBetween(offsets.get(step).toSeconds() - 600, offsets.get(step).toSeconds() + 600);
          write(client, step);
          // These are stored, but the task learns it only after the next step, in the middle of a
          // claim.
          List<SourceRecord> under = task.poll();
          task.store(under);
          records.addAll(under);
          clock.step(offsets.get((step + 1) % offsets.size()));
          if (restart) {
            task.close();
            task = new TaskHarness(config(redis.port(), SOURCES), stored);
          } else {
            task.delivered(under);
          }
          pollUntilComplete(task, step);
        }
        records.addAll(task.pollTimes(20));
      } finally {
        task.close();
      }
    }
    List<Double> all =
        IntStream.range(0, offsets.size() * A_STEP).mapToObj(n -> (double) n).toList();
    assertThat(numbers("hissrv.list", "n")).isEqualTo(all);
    assertThat(numbers("hissrv.archive", "n_last")).isEqualTo(all);
    assertThat(numbers("hissrv.stream", "n")).isEqualTo(all);
  }

  private static long clockOf(RedisClient client) {
    return ((Number) client.eval("return tonumber(redis.call('TIME')[1])")).longValue();
  }

  private static void write(RedisClient client, int step) {
    for (int n = step * A_STEP; n < (step + 1) * A_STEP; n++) {
      String number = String.valueOf(n);
      client.lpush("archive:pending", "{\"measurement\":\"m\",\"fields\":{\"n\":" + n + "}}");
      String key = "archive:1m:" + (FIRST_WINDOW + 60L * n) + ":1";
      client.hset(key, "n_last", number);
      client.zadd("archive:index:1m", n + 1, key);
      client.eval("redis.call('XADD', 'events', '*', 'n', ARGV[1])", List.of(), List.of(number));
    }
    client.hset("comsrv:1", "v", String.valueOf(step));
  }

  /**
   * Polls until everything of this step has arrived, including the hash's new value, or for two
   * minutes.
   */
  private void pollUntilComplete(TaskHarness task, int step) {
    long deadline = System.nanoTime() + 120_000_000_000L;
    int count = (step + 1) * A_STEP;
    while (System.nanoTime() < deadline
        && !(numbers("hissrv.list", "n").size() >= count
            && numbers("hissrv.archive", "n_last").size() >= count
            && numbers("hissrv.stream", "n").size() >= count
            && numbers("hissrv.hash", "v").contains((double) step))) {
      records.addAll(task.pollFor(1));
    }
    assertThat(numbers("hissrv.hash", "v")).contains((double) step);
  }

  private List<Double> numbers(String topic, String field) {
    return records.stream()
        .filter(record -> record.topic().equals(topic))
        .map(record -> field(record, field))
        .toList();
  }
}
