package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.redis.source.config.RedisSourceConfig;
import com.voltageems.hissrv.redis.source.jedis.JedisLink;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.stream.StreamPosition;
import com.voltageems.hissrv.testkit.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.params.XAddParams;

/** Data that changes its size, its type or its role while it is read: against a real Redis. */
class ChangingSizesIT extends RedisTaskFixture {
  private static final Map<String, String> LIST =
      Map.of("sources", "p", "sources.p.type", "list", "sources.p.key", "q");
  private static final Map<String, String> STREAM =
      Map.of("sources", "p", "sources.p.type", "stream", "sources.p.key", "s");
  private static final String LARGE = "x".repeat(60_000);

  /** If the bytes of a page were not limited, this many entries would come at once: 36 MB. */
  private static final int ENTRIES = 600;

  private static final int MEGABYTES = 60;

  /** Returns a megabyte in fields, none of whose values is too long. */
  private static Map<String, String> megabyte() {
    Map<String, String> fields = new HashMap<>(Map.of("n", "1"));
    for (int i = 0; i < 16; i++) {
      fields.put("t" + i, LARGE);
    }
    return fields;
  }

  @Test
  void stream_entriesThatGrow_doNotMakeAPollLarge() {
    for (int i = 0; i < 4000; i++) {
      client.xadd("s", Map.of("n", "1"), XAddParams.xAddParams());
    }
    Map<String, String> megabyte = megabyte();
    for (int i = 0; i < MEGABYTES; i++) {
      client.xadd("s", megabyte, XAddParams.xAddParams());
    }
    long most = 0;
    int got = 0;
    try (TaskHarness task = task(STREAM)) {
      while (got < 4000 + MEGABYTES) {
        List<SourceRecord> some = task.poll();
        got += some.size();
        most =
            Math.max(
                most, some.stream().mapToLong(record -> record.value().toString().length()).sum());
      }
    }
    assertThat(most).isLessThan(10_000_000);
  }

  /** A claim must not read elements that it does not take. */
  @Test
  void list_elementsThatGrow_areNotReadInVain() {
    // On a busy machine, Redis may be delayed at any moment, but not in each round.
    List<String> told = new ArrayList<>();
    for (int round = 0; round < 10; round++) {
      long[] micros = longestOfAClaim_andOfReadingAll();
      told.add(micros[0] + " us of " + micros[1]);
      if (micros[0] < micros[1] / 3) {
        return;
      }
    }
    throw new AssertionError("a claim takes as long as to read all: " + told);
  }

  /**
   * Returns the microseconds of the longest command of a claim, and of a script that reads the
   * whole list.
   */
  private long[] longestOfAClaim_andOfReadingAll() {
    client.flushAll();
    for (int i = 0; i < 8; i++) {
      client.lpush("q", "{\"measurement\":\"m\",\"fields\":{\"n\":1}}");
    }
    String large = "{\"measurement\":\"m\",\"fields\":{\"n\":1,\"t\":\"" + LARGE + "\"}}";
    for (int i = 0; i < ENTRIES; i++) {
      client.lpush("q", large);
    }
    admin("CONFIG", "SET", "slowlog-log-slower-than", "0");
    admin("CONFIG", "SET", "slowlog-max-len", "10000");
    admin("SLOWLOG", "RESET");
    client.eval("return #redis.call('LRANGE', 'q', 0, -1)");
    long all = longest();
    admin("SLOWLOG", "RESET");
    try (TaskHarness task = task(LIST)) {
      task.pollFor(8);
    }
    return new long[] {longest(), all};
  }

  private static long longest() {
    return ((List<?>) admin("SLOWLOG", "GET", "-1"))
        .stream().mapToLong(entry -> (Long) ((List<?>) entry).get(2)).max().orElse(0);
  }

  @Test
  void stream_offsetBeyondRedisNumbers_isRefused() {
    Map<Map<String, ?>, Map<String, ?>> offsets = new HashMap<>();
    offsets.put(StreamPosition.partition("s"), Map.of("id", "99999999999999999999-0"));
    assertThatThrownBy(() -> new RedisSourceConnector().alterOffsets(config(STREAM), offsets))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("99999999999999999999-0");
  }

  @Test
  void stream_largestIds_areRead() {
    admin("XADD", "s", "9999999999999999999-1", "n", "1");
    admin("XADD", "s", "18446744073709551614-1", "n", "2");
    try (TaskHarness task = task(STREAM)) {
      List<SourceRecord> records = task.pollFor(2);
      assertThat(numbers(records)).containsExactly(1.0, 2.0);
      task.store(records);
    }
    admin("XADD", "s", "18446744073709551615-0", "n", "3");
    admin("XADD", "s", "18446744073709551615-18446744073709551615", "n", "4");
    try (TaskHarness task = task(STREAM)) {
      assertThat(numbers(task.pollFor(2))).containsExactly(3.0, 4.0);
      assertThat(task.pollTimes(3)).isEmpty();
      assertThat(TaskHarness.metric("p", "rejected-reply")).isZero();
    }
  }

  /** By index, and by SCAN: the windows are 100 times as large as earlier ones. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void archive_windowsThatGrow_doNotMakeAPollLarge(boolean indexed) {
    Map<String, String> large = new HashMap<>();
    for (int i = 0; i < 5000; i++) {
      large.put("p" + i, "1");
    }
    for (int n = 0; n < 600; n++) {
      String key = "archive:1m:" + (1_704_067_200L + 60L * n) + ":1001";
      client.hset(key, n < 500 ? Map.of("p", "1") : large);
      if (indexed) {
        client.zadd("archive:index:1m", n + 1, key);
      }
    }
    Map<String, String> archive =
        Map.of("sources", "p", "sources.p.type", "archive", "sources.p.window", "1m");
    int windows = 0;
    int most = 0;
    try (TaskHarness task = task(archive)) {
      while (windows < 600) {
        List<SourceRecord> some = task.poll();
        windows += some.size();
        most =
            Math.max(
                most,
                some.stream()
                    .mapToInt(record -> ((Struct) record.value()).getMap("fields").size())
                    .sum());
      }
    }
    assertThat(windows).isEqualTo(600);
    assertThat(most).isLessThan(60_000);
  }

  @Test
  void archive_largeWindow_comesInPollsOfTheirLimit() {
    Map<String, String> fields = new HashMap<>();
    for (int i = 0; i < 30_000; i++) {
      fields.put("point" + i + "_avg", "1.5");
    }
    client.hset("archive:1m:1704067200:1001", fields);
    client.zadd("archive:index:1m", 1, "archive:1m:1704067200:1001");
    Map<String, String> archive =
        Map.of("sources", "p", "sources.p.type", "archive", "sources.p.window", "1m");
    int polls = 0;
    try (TaskHarness task = task(archive, "batch.max.records", "1")) {
      for (List<SourceRecord> some = task.pollFor(1); !some.isEmpty(); some = task.poll()) {
        assertThat(some).hasSize(1);
        polls++;
      }
    }
    assertThat(polls).isGreaterThan(2);
  }

  @Test
  void list_oldRedisBecomesAReplica_isAFailureOfRedis() throws IOException {
    try (RedisServer old = RedisServer.startEmbedded(Files.createDirectory(dir.resolve("old")));
        RedisClient there = RedisClient.create("127.0.0.1", old.port());
        TaskHarness task = new TaskHarness(TaskHarness.config(old.port(), LIST), stored)) {
      task.pollTimes(3);
      there.lpush("q", "{\"measurement\":\"m\",\"fields\":{\"n\":1}}");
      task.pollFor(1);
      RedisSourceConfig config = Readers.config(TaskHarness.config(old.port(), LIST));
      try (RedisLink link = new JedisLink(config.redis("admin"), () -> {})) {
        link.call(Command.of("REPLICAOF", "127.0.0.1", String.valueOf(redis.port())));
      }
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                client.lpush("q", "{\"measurement\":\"m\",\"fields\":{\"n\":1}}");
                task.pollTimes(1);
                return TaskHarness.metric("", "redis-failures") > 0;
              });
      assertThat(TaskHarness.metric("p", "rejected-reply")).isZero();
    }
  }

  @Test
  void hash_keyThatWasOfAnotherType_isReadWithoutSnapshotsToo() {
    client.lpush("comsrv:1:m", "x");
    Map<String, String> hash =
        Map.of("sources", "p", "sources.p.type", "hash", "sources.p.pattern", "comsrv:*");
    try (TaskHarness task =
        task(hash, "snapshot.interval.ms", "0", "discovery.interval.ms", "500")) {
      task.pollTimes(5);
      client.del("comsrv:1:m");
      client.hset("comsrv:1:m", "n", "1");
      assertThat(task.pollFor(1)).hasSize(1);
    }
  }

  @Test
  void keyspaceEventsInACluster_areRefused() {
    Map<String, String> config =
        new HashMap<>(
            Map.of(
                "redis.mode",
                "cluster",
                "redis.nodes",
                "127.0.0.1:" + redis.port(),
                "sources",
                "k",
                "sources.k.type",
                "pubsub",
                "sources.k.pattern",
                "__keyspace@0__:comsrv:*"));
    assertThat(Readers.config(config).crossErrors(Instant.now()))
        .containsOnlyKeys("sources.k.pattern");
  }
}
