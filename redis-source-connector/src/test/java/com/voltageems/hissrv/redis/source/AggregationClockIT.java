package com.voltageems.hissrv.redis.source;

import static com.voltageems.hissrv.redis.source.TaskHarness.config;
import static com.voltageems.hissrv.redis.source.TaskHarness.field;
import static com.voltageems.hissrv.redis.source.TaskHarness.time;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.testkit.ProcessClock;
import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.RequiresServer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;

/**
 * Redis's clock is stepped while the connector makes windows: each is closed and delivered once,
 * with what was sampled in it, and with a time that Redis's clock showed.
 */
@RequiresServer(RequiresServer.Server.FAKETIME)
class AggregationClockIT {
  private static final Map<String, String> SOURCES =
      Map.ofEntries(
          Map.entry("sources", "two,ten"),
          Map.entry("sources.two.type", "archive"),
          Map.entry("sources.two.window", "2s"),
          Map.entry("sources.two.scan", "false"),
          Map.entry("sources.ten.type", "archive"),
          Map.entry("sources.ten.window", "10s"),
          Map.entry("sources.ten.scan", "false"),
          Map.entry("aggregation.enabled", "true"),
          Map.entry("aggregation.windows", "2s,10s"),
          Map.entry("status.topic", "told"),
          Map.entry("status.interval.ms", "500"));

  @TempDir Path dir;
  private final Map<Map<String, ?>, Map<String, ?>> stored = new HashMap<>();
  private final List<SourceRecord> records = new ArrayList<>();
  private final List<String> told = new ArrayList<>();
  private ProcessClock clock;
  private RedisServer redis;
  private RedisClient client;
  private TaskHarness task;
  private int written;

  @BeforeEach
  void start() {
    clock = ProcessClock.create(dir.resolve("clock"));
    redis = RedisServer.start(dir.resolve("redis"), clock.environment());
    client = RedisClient.create("127.0.0.1", redis.port());
    task = new TaskHarness(config(redis.port(), SOURCES), stored);
  }

  @AfterEach
  void stop() {
    task.close();
    client.close();
    redis.close();
  }

  @Test
  void clockStepped_windowsClosedOnce_withWhatWasSampledAtThatTime() {
    Duration to1970 = Duration.ofSeconds(20 - System.currentTimeMillis() / 1000);
    List<Duration> offsets =
        List.of(
            Duration.ZERO,
            Duration.ofDays(1),
            Duration.ZERO,
            Duration.ofHours(-1),
            to1970,
            Duration.ZERO,
            // Over the end of windows that are open, and back into the midst of closed ones.
            Duration.ofSeconds(3),
            Duration.ZERO,
            // What is open by now is closed.
            Duration.ofSeconds(30));
    List<LongRange> shown = new ArrayList<>();
    for (Duration offset : offsets) {
      clock.step(offset);
      long from = clockOf();
      run(Duration.ofSeconds(3));
      shown.add(new LongRange(from - 10, clockOf()));
    }

    assertThat(records.stream().map(record -> record.topic() + " " + time(record)))
        .doesNotHaveDuplicates();
    assertThat(records)
        .allSatisfy(
            record ->
                assertThat(shown)
                    .as("Redis's clock at some time: %s", Instant.ofEpochMilli(time(record)))
                    .anyMatch(range -> range.contains(time(record) / 1000)));
    // Between two ticks, when what was closed is read. A window that is closed just before the
    // clock
    // goes a day ahead may expire unread, which is counted.
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              run(Duration.ofMillis(100));
              assertThat(sum("hissrv.two") + open("2s"))
                  .as("samples in windows of two seconds")
                  .isBetween(stat("samples") - 2 * expired("two"), stat("samples"));
              assertThat(sum("hissrv.ten") + open("10s"))
                  .as("those in windows of ten, but for what came after they were closed")
                  .isBetween(
                      sum("hissrv.two") - 2 * stat("late") - 10 * expired("ten"),
                      sum("hissrv.two") + 2 * expired("two"));
            });
    double last = 0;
    for (SourceRecord window : bySample("hissrv.two")) {
      assertThat(field(window, "v_min")).isGreaterThan(last);
      last = field(window, "v_max");
      assertThat(last).isEqualTo(field(window, "v_last"));
    }
    assertThat(expired("two")).isLessThan(3);
    assertThat(TaskHarness.metric("two", "index-resets")).isZero();
  }

  @Test
  void clockSetBackIntoClosedWindows_isToldUntilItHasPassedThem() {
    run(Duration.ofSeconds(10));
    clock.step(Duration.ofSeconds(-7));
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              run(Duration.ofMillis(300));
              assertThat(told.get(told.size() - 1))
                  .contains("\"aggregation\",\"state\":\"stuck\"")
                  .contains("the clock of Redis was ahead and has been set back");
            });
    int before = records.size();
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              run(Duration.ofMillis(300));
              assertThat(told.get(told.size() - 1)).contains("\"aggregation\",\"state\":\"ok\"");
              assertThat(records).hasSizeGreaterThan(before);
            });
  }

  private long sum(String topic) {
    return records.stream()
        .filter(record -> record.topic().equals(topic))
        .mapToLong(record -> (long) field(record, "v_count"))
        .sum();
  }

  /** Samples that wait in windows of a time that has not come again. */
  private long open(String window) {
    long samples = 0;
    for (String start : client.zrange("hissrv:open:" + window, 0, -1)) {
      String key = "hissrv:acc:" + window + ":" + start;
      byte[] packed = client.hget(bytes(key), bytes("comsrv:1:m"));
      samples += packed == null ? 0 : ByteBuffer.wrap(packed).order(LITTLE_ENDIAN).getInt(4);
    }
    return samples;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static long expired(String source) {
    return TaskHarness.metric(source, "expired-before-read");
  }

  private long stat(String name) {
    return Long.parseLong(client.hgetAll("hissrv:stats").getOrDefault(name, "0"));
  }

  /** In the order in which they were sampled. */
  private List<SourceRecord> bySample(String topic) {
    return records.stream()
        .filter(record -> record.topic().equals(topic))
        .sorted(Comparator.comparingDouble(record -> field(record, "v_min")))
        .toList();
  }

  /** What a clock showed, epoch seconds; from some seconds before, since a window has its start. */
  private record LongRange(long from, long to) {
    boolean contains(long second) {
      return second >= from && second <= to;
    }
  }

  private void run(Duration length) {
    long deadline = System.nanoTime() + length.toNanos();
    while (System.nanoTime() < deadline) {
      client.hset("comsrv:1:m", "v", String.valueOf(++written));
      for (SourceRecord record : task.pollTimes(1)) {
        if (record.topic().equals("told")) {
          told.add((String) record.value());
        } else {
          records.add(record);
        }
      }
    }
  }

  private long clockOf() {
    return ((Number) client.eval("return tonumber(redis.call('TIME')[1])")).longValue();
  }
}
