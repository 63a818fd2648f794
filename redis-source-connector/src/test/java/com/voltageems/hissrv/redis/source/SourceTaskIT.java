package com.voltageems.hissrv.redis.source;

import static com.voltageems.hissrv.redis.source.TaskHarness.field;
import static com.voltageems.hissrv.redis.source.TaskHarness.metric;
import static com.voltageems.hissrv.redis.source.TaskHarness.time;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.config.RedisSourceConfig;
import com.voltageems.hissrv.testkit.RequiresServer;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.AbstractTransaction;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.params.XAddParams;

/** The task against a real Redis, driven without a worker. */
class SourceTaskIT extends RedisTaskFixture {
  private static final Map<String, String> LIST =
      Map.of(
          "sources", "p",
          "sources.p.type", "list",
          "sources.p.key", "archive:pending",
          "batch.max.records", "10");
  private static final Map<String, String> ARCHIVE =
      Map.of("sources", "a", "sources.a.type", "archive", "sources.a.window", "1m");
  private static final Map<String, String> HASH =
      Map.of("sources", "h", "sources.h.type", "hash", "sources.h.pattern", "comsrv:*,bin*");

  private static void push(int from, int to) {
    IntStream.range(from, to)
        .forEach(
            n ->
                client.lpush(
                    "archive:pending", "{\"measurement\":\"m\",\"fields\":{\"n\":" + n + "}}"));
  }

  @Test
  void list_oldestFirstAClaimAtATime() {
    push(0, 25);
    try (TaskHarness task = task(LIST)) {
      List<SourceRecord> first = task.poll();
      assertThat(numbers(first))
          .isEqualTo(IntStream.range(0, 10).mapToObj(n -> (double) n).toList());
      assertThat(task.pollTimes(3)).as("nothing more while the claim is under way").isEmpty();
      task.store(first);
      task.delivered(first);
      assertThat(task.pollFor(15)).hasSize(15);
      task.pollTimes(2);
      assertThat(keys())
          .containsExactlyInAnyOrder("archive:pending:owner", "archive:pending:claimed");
      assertThat(metric("p", "records")).isEqualTo(25);
    }
  }

  @Test
  void list_crashBeforeStoring_sentAgain() {
    push(0, 5);
    try (TaskHarness task = task(LIST)) {
      assertThat(task.poll()).hasSize(5);
    }
    try (TaskHarness task = task(LIST)) {
      assertThat(numbers(task.pollFor(5))).containsExactly(0.0, 1.0, 2.0, 3.0, 4.0);
    }
  }

  @Test
  void list_crashAfterStoring_notSentAgain() {
    push(0, 5);
    client.lpush("archive:pending", "junk");
    try (TaskHarness task = task(LIST)) {
      task.store(task.poll());
    }
    push(5, 7);
    try (TaskHarness task = task(LIST)) {
      assertThat(numbers(task.pollFor(2))).containsExactly(5.0, 6.0);
      task.pollTimes(2);
    }
    assertThat(client.lrange("archive:pending:rejected", 0, -1)).hasSize(1);
    assertThat(client.exists("archive:pending:inflight", "archive:pending:claim")).isZero();
  }

  @Test
  void list_crashWithAPartStored_theRestIsSent() {
    push(0, 5);
    try (TaskHarness task = task(LIST)) {
      task.store(task.poll().subList(0, 2));
    }
    try (TaskHarness task = task(LIST)) {
      assertThat(numbers(task.pollFor(3))).containsExactly(2.0, 3.0, 4.0);
    }
  }

  /**
   * Without exactly-once support, a worker that stops a task while the broker is away commits once
   * more on the task's own thread, even if records are not acknowledged. Before, the task took
   * these records for delivered and lost them.
   */
  @Test
  void list_lastCommitWithoutAcknowledgement_isNoDelivery() {
    push(0, 3);
    try (TaskHarness task = task(LIST)) {
      assertThat(task.poll()).hasSize(3);
      assertThat(task.poll()).as("nothing while the claim is under way").isEmpty();
      task.commit();
    }
    try (TaskHarness task = task(LIST)) {
      assertThat(task.pollFor(3))
          .extracting(record -> field(record, "n"))
          .containsExactly(0d, 1d, 2d);
    }
  }

  /**
   * With exactly-once support, the worker goes on polling, and has not named the dropped records.
   */
  @Test
  void list_commitBetweenPolls_isDeliveryOfWhatWasDropped() {
    push(0, 3);
    try (TaskHarness task = task(LIST)) {
      assertThat(task.poll()).hasSize(3);
      assertThat(task.poll()).isEmpty();
      task.commit();
      push(3, 4);
      assertThat(task.pollFor(1)).extracting(record -> field(record, "n")).containsExactly(3d);
    }
  }

  @Test
  void list_equalElements_areAllDelivered() {
    String element = "{\"measurement\":\"m\",\"timestamp\":1,\"fields\":{\"n\":1}}";
    client.lpush("archive:pending", element, element, element);
    try (TaskHarness task = task(LIST)) {
      List<SourceRecord> records = task.pollFor(3);
      assertThat(records).hasSize(3).doesNotHaveDuplicates();
    }
  }

  @Test
  void list_badElements_rejectedWithReason() {
    client.lpush(
        "archive:pending", "no json", "{\"measurement\":\"m\",\"fields\":{\"n\":1}}", "[]");
    client.lpush("archive:pending", "x".repeat(1_000_000));
    try (TaskHarness task = task(LIST)) {
      assertThat(numbers(task.pollFor(1))).containsExactly(1.0);
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> task.pollTimes(1).isEmpty() && client.llen("archive:pending:rejected") == 3);
      assertThat(metric("p", "rejected-element")).isEqualTo(3);
    }
    assertThat(client.lrange("archive:pending:rejected", 1, 2))
        .containsExactly(
            "{\"reason\":\"not a JSON object\",\"element\":\"[]\"}",
            "{\"reason\":\"not JSON\",\"element\":\"no json\"}");
  }

  @Test
  void list_largeElements_comeInSmallClaims() {
    for (int n = 0; n < 8; n++) {
      client.lpush(
          "archive:pending",
          "{\"measurement\":\"m\",\"fields\":{\"n\":"
              + n
              + ",\"t\":\""
              + "x".repeat(1000)
              + "\"}}");
    }
    try (TaskHarness task = task(LIST, "batch.max.bytes", "3000")) {
      assertThat(task.poll()).hasSizeBetween(1, 3);
    }
    try (TaskHarness task = task(LIST, "batch.max.bytes", "3000")) {
      assertThat(numbers(task.pollFor(8))).containsExactly(0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0);
    }
  }

  @Test
  void list_keyOfAnotherType_isCountedAndWaitedFor() {
    client.set("archive:pending", "text");
    try (TaskHarness task = task(LIST)) {
      assertThat(task.pollTimes(3)).isEmpty();
      assertThat(metric("p", "rejected-wrong-type")).isPositive();
      client.del("archive:pending");
      push(0, 1);
      assertThat(task.pollFor(1)).hasSize(1);
    }
  }

  /** The list itself has filled Redis: only its consumer can make room. */
  @Test
  void list_redisIsFull_isDrainedAllTheSame() {
    push(0, 50);
    admin("CONFIG", "SET", "maxmemory", "1");
    try (TaskHarness task = task(LIST)) {
      assertThat(task.pollFor(50)).hasSize(50);
    } finally {
      admin("CONFIG", "SET", "maxmemory", "0");
    }
  }

  /** A full Redis refuses every command of a transaction, even those that only read. */
  @Test
  void hash_redisIsFull_isReadWithItsTimesAllTheSame() {
    client.hset("comsrv:1:m", Map.of("n", "1"));
    client.hset("comsrv:1:m:ts", Map.of("n", "1700000000000"));
    admin("CONFIG", "SET", "maxmemory", "1");
    try (TaskHarness task =
        task(
            Map.of("sources", "h", "sources.h.type", "hash", "sources.h.pattern", "comsrv:*"),
            "snapshot.interval.ms",
            "100")) {
      List<SourceRecord> records = task.pollFor(2);
      assertThat(records)
          .extracting(TaskHarness::time)
          .hasSizeGreaterThan(1)
          .containsOnly(1_700_000_000_000L);
      assertThat(metric("h", "failures")).isZero();
    } finally {
      admin("CONFIG", "SET", "maxmemory", "0");
    }
  }

  @Test
  void list_scriptsFlushed_goesOn() {
    try (TaskHarness task = task(LIST)) {
      push(0, 1);
      assertThat(task.pollFor(1)).hasSize(1);
      client.scriptFlush();
      push(1, 2);
      assertThat(task.pollFor(1)).hasSize(1);
    }
  }

  private static void window(long score, long start, String channel, String value) {
    String key = "archive:1m:" + start + ":" + channel;
    client.hset(key, Map.of("n", value, "timestamp", String.valueOf(start)));
    client.zadd("archive:index:1m", (double) score, key);
  }

  @Test
  void archive_readOnceResumedAndReadAgainWhenWrittenAgain() {
    window(1, 60, "1001", "1");
    window(2, 60, "1002", "2");
    try (TaskHarness task = task(ARCHIVE)) {
      List<SourceRecord> records = task.pollFor(2);
      assertThat(numbers(records)).containsExactly(1.0, 2.0);
      assertThat(time(records.get(0))).isEqualTo(60_000);
      assertThat(records.get(0).key()).isEqualTo("telemetry,channel=1001,interval=1m");
      assertThat(task.pollTimes(3)).isEmpty();
    }
    window(3, 120, "1001", "3");
    try (TaskHarness task = task(ARCHIVE)) {
      assertThat(numbers(task.pollFor(1))).containsExactly(3.0);
      window(4, 60, "1001", "4");
      assertThat(numbers(task.pollFor(1))).containsExactly(4.0);
      assertThat(task.pollTimes(3)).isEmpty();
    }
  }

  @Test
  void archive_expiredWindows_areTrimmed() {
    window(1, 60, "1", "1");
    window(2, 120, "1", "2");
    client.del("archive:1m:60:1");
    try (TaskHarness task = task(ARCHIVE)) {
      assertThat(numbers(task.pollFor(1))).containsExactly(2.0);
      assertThat(metric("a", "expired-before-read")).isEqualTo(1);
    }
    assertThat(client.zrange("archive:index:1m", 0, -1)).containsExactly("archive:1m:120:1");
  }

  @Test
  void archive_indexWentBack_isReadFromItsBeginning() {
    window(100, 60, "1", "1");
    window(101, 120, "1", "2");
    try (TaskHarness task = task(ARCHIVE)) {
      assertThat(task.pollFor(2)).hasSize(2);
    }
    client.flushAll();
    window(1, 180, "1", "3");
    try (TaskHarness task = task(ARCHIVE)) {
      assertThat(numbers(task.pollFor(1))).containsExactly(3.0);
      assertThat(metric("a", "index-resets")).isEqualTo(1);
    }
  }

  /**
   * Our Lua makes no equal scores; a site's own writer may. A page of the index ends among them.
   */
  @Test
  void archive_equalScores_areReadOnceEach() {
    for (int i = 0; i < 100; i++) {
      window(i < 70 ? 1 : 2, 60L * i, "c" + i % 7, String.valueOf(i));
    }
    List<Double> all = new ArrayList<>();
    try (TaskHarness task = task(ARCHIVE, "batch.max.records", "10")) {
      List<SourceRecord> some = task.pollFor(35);
      task.store(some);
      all.addAll(numbers(some));
    }
    try (TaskHarness task = task(ARCHIVE, "batch.max.records", "10")) {
      List<SourceRecord> some = task.poll();
      all.addAll(numbers(some));
      // Removes the window read last; its neighbours stay.
      for (SourceRecord record : some) {
        String key = String.valueOf(record.sourceOffset().get("key"));
        client.zrem("archive:index:1m", key);
        client.del(key);
      }
      all.addAll(numbers(task.pollFor(100 - all.size())));
      assertThat(task.pollTimes(3)).isEmpty();
    }
    assertThat(all)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, 100).mapToObj(n -> (double) n).toList());
  }

  @Test
  void archive_infiniteScores_areNoPlaceInTheOrder() {
    window(1, 60, "1", "1");
    window(2, 120, "1", "2");
    client.zadd("archive:index:1m", Double.POSITIVE_INFINITY, "archive:1m:180:1");
    client.zadd("archive:index:1m", Double.NEGATIVE_INFINITY, "archive:1m:0:1");
    try (TaskHarness task = task(ARCHIVE)) {
      assertThat(numbers(task.pollFor(2))).containsExactly(1.0, 2.0);
      window(3, 240, "1", "3");
      assertThat(numbers(task.pollFor(1))).containsExactly(3.0);
      assertThat(task.pollTimes(3)).isEmpty();
    }
  }

  @Test
  void archive_withoutIndex_isFoundByScan() {
    for (long start = 60; start <= 600; start += 60) {
      client.hset("archive:1m:" + start + ":1", Map.of("n", String.valueOf(start)));
      client.hset("archive:1m:" + start + ":inst:1:M", Map.of("n", String.valueOf(start)));
    }
    try (TaskHarness task = task(ARCHIVE)) {
      assertThat(task.pollFor(20)).hasSize(20);
      assertThat(task.pollTimes(3)).isEmpty();
      client.hset("archive:1m:600:1", Map.of("n", "7"));
      assertThat(numbers(task.pollFor(1))).containsExactly(7.0);
    }
    client.hset("archive:1m:660:1", Map.of("n", "660"));
    try (TaskHarness task = task(ARCHIVE)) {
      assertThat(numbers(task.pollFor(1))).isNotEmpty();
    }
  }

  /** Three tasks, then two, then four: every window is read once. */
  @Test
  void archive_tasksComeAndGo() {
    List<Double> all = new ArrayList<>();
    int score = 0;
    for (int tasks : List.of(3, 2, 4)) {
      for (int channel = 0; channel < 50; channel++) {
        score++;
        window(score, 60L * tasks, "c" + channel, String.valueOf(score));
      }
      for (int number = 0; number < tasks; number++) {
        try (TaskHarness task =
            task(
                ARCHIVE,
                RedisSourceConfig.TASK_CONFIG,
                String.valueOf(number),
                RedisSourceConfig.TASKS_CONFIG,
                String.valueOf(tasks))) {
          all.addAll(numbers(task.pollTimes(4)));
        }
      }
    }
    assertThat(all)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.rangeClosed(1, 150).mapToObj(n -> (double) n).toList());
  }

  @Test
  void hash_changesOnly_withTheirTimes() {
    client.hset("comsrv:1:m", Map.of("1", "10", "2", "20", "3", "NaN"));
    client.hset("comsrv:1:m:ts", Map.of("1", "1642592400000", "2", "1642592401000"));
    client.hset("comsrv:1:m:raw", Map.of("1", "9"));
    client.lpush("comsrv:1:C:TODO", "x");
    try (TaskHarness task = task(HASH)) {
      List<SourceRecord> records = task.pollFor(2);
      assertThat(records).extracting(TaskHarness::time).contains(1642592400000L, 1642592401000L);
      assertThat(task.pollTimes(4)).isEmpty();
      assertThat(metric("h", "rejected-wrong-type")).isEqualTo(1);
      assertThat(metric("h", "rejected-non-finite")).isEqualTo(1);
      client.hset("comsrv:1:m", Map.of("2", "21"));
      List<SourceRecord> changed = task.pollFor(1);
      assertThat(field(changed.get(0), "2")).isEqualTo(21);
      assertThat(field(changed.get(0), "1")).isNaN();
      client.del("comsrv:1:m");
      assertThat(task.pollTimes(3)).isEmpty();
      client.hset("comsrv:2:T", Map.of("1", "5:1642592400000"));
      assertThat(time(task.pollFor(1).get(0))).isEqualTo(1642592400000L);
    }
    assertThat(client.hgetAll("comsrv:1:m:raw")).hasSize(1);
    assertThat(client.llen("comsrv:1:C:TODO")).isEqualTo(1);
  }

  /**
   * A driver writes values and times in one transaction, as fast as it can. No value may ever come
   * with the time of another, or it would overwrite the point of that time. There are so many
   * channels that Redis takes a poll's commands in several pieces, with the driver's commands in
   * between.
   */
  @Test
  void hash_valueAndTime_areReadTogether() throws Exception {
    long base = 1642592400000L;
    int channels = 1500;
    AtomicBoolean stop = new AtomicBoolean();
    Runnable driver =
        () -> {
          try (RedisClient own = RedisClient.create("127.0.0.1", redis.port())) {
            for (long n = 1; !stop.get(); n++) {
              try (AbstractTransaction transaction = own.multi()) {
                for (int channel = 1; channel <= channels; channel++) {
                  String key = "comsrv:" + channel + ":m";
                  transaction.hset(key, "1", String.valueOf(n));
                  transaction.hset(key + ":ts", "1", String.valueOf(base + n));
                }
                transaction.exec();
              }
            }
          }
        };
    CompletableFuture<Void> driving = CompletableFuture.runAsync(driver);
    await().atMost(Duration.ofMinutes(1)).until(() -> client.exists("comsrv:1:m:ts"));
    try (TaskHarness task = task(HASH, "poll.interval.ms", "10")) {
      List<SourceRecord> records = task.pollFor(20 * channels);
      assertThat(records).hasSizeGreaterThanOrEqualTo(20 * channels);
      assertThat(records)
          .filteredOn(record -> time(record) - base != Math.round(field(record, "1")))
          .isEmpty();
    } finally {
      stop.set(true);
      driving.get(1, TimeUnit.MINUTES);
    }
  }

  @Test
  void hash_snapshot_givesEverythingAgain() {
    client.hset("comsrv:1:m", Map.of("1", "10"));
    try (TaskHarness task = task(HASH, "snapshot.interval.ms", "200")) {
      assertThat(task.pollFor(3)).hasSize(3);
    }
  }

  @Test
  void hash_strangeKeysAndValues() {
    byte[] binary = {'b', 'i', 'n', 0, (byte) 0xff, '\n'};
    client.hset(binary, Map.of(Bytes.of("1"), Bytes.of("1")));
    client.hset("comsrv:a b\"'\n:m", Map.of("1", "2"));
    client.hset("comsrv:1:m", Map.of("1", "x".repeat(1_000_000), "2", "3"));
    try (TaskHarness task = task(HASH)) {
      List<SourceRecord> records = task.pollFor(3);
      assertThat(records)
          .extracting(SourceRecord::key)
          .contains(
              "bin\\\\x00\\\\xff\\\\x0a,key=bin\\\\x00\\\\xff\\\\x0a",
              "telemetry,channel=a\\ b\"'\\n,type=m",
              "telemetry,channel=1,type=m");
      assertThat(metric("h", "rejected-too-long")).isEqualTo(1);
    }
  }

  @Test
  void hash_batchesAreBounded() {
    for (int i = 0; i < 60; i++) {
      client.hset("comsrv:" + i + ":m", Map.of("1", "1:1642592400000", "2", "2:1642592401000"));
    }
    try (TaskHarness task = task(HASH, "batch.max.records", "7")) {
      int total = 0;
      for (int i = 0; i < 100 && total < 120; i++) {
        List<SourceRecord> batch = task.poll();
        assertThat(batch).hasSizeLessThanOrEqualTo(7);
        total += batch.size();
      }
      assertThat(total).isEqualTo(120);
    }
  }

  @Test
  void hash_filterAndDeadband() {
    client.hset("comsrv:1:m", Map.of("1", "10", "2", "10"));
    client.hset("comsrv:2:m", Map.of("1", "10"));
    try (TaskHarness task =
        task(HASH, "sources.h.filter", "channel eq 1", "sources.h.deadband", "1:1")) {
      assertThat(task.pollFor(1)).hasSize(1);
      client.hset("comsrv:1:m", Map.of("1", "10.5", "2", "10.5"));
      SourceRecord changed = task.pollFor(1).get(0);
      assertThat(field(changed, "1")).isNaN();
      assertThat(field(changed, "2")).isEqualTo(10.5);
      assertThat(task.pollTimes(3)).isEmpty();
    }
  }

  @Test
  void hash_tasksShareTheKeys() {
    for (int i = 0; i < 40; i++) {
      client.hset("comsrv:" + i + ":m", Map.of("n", String.valueOf(i)));
    }
    List<Double> all = new ArrayList<>();
    for (int number = 0; number < 3; number++) {
      try (TaskHarness task =
          task(
              HASH,
              RedisSourceConfig.TASK_CONFIG,
              String.valueOf(number),
              RedisSourceConfig.TASKS_CONFIG,
              "3")) {
        List<SourceRecord> some = task.pollTimes(4);
        assertThat(some).isNotEmpty();
        all.addAll(numbers(some));
      }
    }
    assertThat(all).hasSize(40).doesNotHaveDuplicates();
  }

  @Test
  void stream_resumesAndNoticesAnotherStream() {
    Map<String, String> config =
        Map.of("sources", "s", "sources.s.type", "stream", "sources.s.key", "st");
    client.xadd("st", new redis.clients.jedis.StreamEntryID(5, 1), Map.of("n", "1"));
    client.xadd(
        "st",
        new redis.clients.jedis.StreamEntryID(6, 1),
        Map.of("json", "{\"measurement\":\"m\",\"fields\":{\"n\":2}}"));
    client.xadd("st", new redis.clients.jedis.StreamEntryID(7, 1), Map.of("json", "junk"));
    try (TaskHarness task = task(config)) {
      List<SourceRecord> records = task.pollFor(2);
      assertThat(numbers(records)).containsExactly(1.0, 2.0);
      assertThat(time(records.get(0))).isEqualTo(5);
      assertThat(task.pollTimes(2)).isEmpty();
    }
    client.xadd("st", new redis.clients.jedis.StreamEntryID(8, 1), Map.of("n", "3"));
    try (TaskHarness task = task(config)) {
      assertThat(numbers(task.pollFor(1))).containsExactly(3.0);
    }
    client.del("st");
    client.xadd("st", new redis.clients.jedis.StreamEntryID(2, 1), Map.of("n", "4"));
    try (TaskHarness task = task(config)) {
      assertThat(numbers(task.pollFor(1))).containsExactly(4.0);
    }
  }

  /** Within a millisecond, Redis counts further; a transaction takes less than one, or a few. */
  @Test
  void stream_entriesAddedAtOnce_haveTimesOfTheirOwn() {
    try (AbstractTransaction multi = client.multi()) {
      for (int i = 0; i < 200; i++) {
        multi.xadd("st", XAddParams.xAddParams(), Map.of("n", String.valueOf(i)));
      }
      multi.exec();
    }
    try (TaskHarness task =
        task(Map.of("sources", "s", "sources.s.type", "stream", "sources.s.key", "st"))) {
      List<Long> times = task.pollFor(200).stream().map(SourceTaskIT::nanos).toList();
      assertThat(times).hasSize(200).doesNotHaveDuplicates().isSorted();
    }
  }

  private static long nanos(SourceRecord record) {
    Struct value = (Struct) record.value();
    Long exact =
        value.schema().field("timestamp_ns") == null ? null : value.getInt64("timestamp_ns");
    return exact == null ? value.getInt64("timestamp") * 1_000_000 : exact;
  }

  /**
   * This happens if the worker was down for a night: the stream's producer trims, no matter who
   * reads.
   */
  @Test
  void stream_entriesTrimmedBeforeTheyWereRead_areCounted() throws Exception {
    Map<String, String> config =
        Map.of("sources", "s", "sources.s.type", "stream", "sources.s.key", "st");
    for (int n = 1; n <= 3; n++) {
      client.xadd("st", new redis.clients.jedis.StreamEntryID(n, 1), Map.of("n", "" + n));
    }
    client.xtrim("st", 2, false);
    try (TaskHarness task = task(config)) {
      assertThat(numbers(task.pollFor(2))).containsExactly(2.0, 3.0);
    }
    for (int n = 4; n <= 20; n++) {
      client.xadd("st", new redis.clients.jedis.StreamEntryID(n, 1), Map.of("n", "" + n));
    }
    client.xtrim("st", 5, false);
    try (TaskHarness task = task(config)) {
      assertThat(numbers(task.pollFor(5))).containsExactly(16.0, 17.0, 18.0, 19.0, 20.0);
      assertThat(metric("s", "trimmed-before-read")).isEqualTo(12);
    }
    try (TaskHarness task = task(config)) {
      assertThat(task.pollTimes(2)).isEmpty();
      assertThat(metric("s", "trimmed-before-read")).isZero();
    }
  }

  private static final Map<String, String> PUBSUB =
      Map.of("sources", "u", "sources.u.type", "pubsub", "sources.u.pattern", "comsrv:*,point:*");

  @Test
  void pubsub_valuesAnnouncementsAndOtherText() {
    try (TaskHarness task = task(PUBSUB)) {
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> task.pollTimes(1) != null && metric("u", "gaps") == 1);
      client.publish("comsrv:1:m", "1:25.5:1642592400000");
      client.publish("comsrv:1:m", "2:26.5:1642592400000");
      client.publish("comsrv:1:m", "high_temp:critical");
      List<SourceRecord> records = new ArrayList<>();
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> {
                records.addAll(task.pollTimes(1));
                assertThat(
                        records.stream()
                            .mapToDouble(r -> field(r, "2"))
                            .filter(v -> v == 26.5)
                            .count())
                    .isEqualTo(1);
              });
      assertThat(time(records.get(0))).isEqualTo(1642592400000L);
      client.hset("comsrv:7:m", Map.of("1", "3"));
      client.publish("comsrv:7:m", "updated:1");
      assertThat(field(task.pollFor(1).get(0), "1")).isEqualTo(3);
      assertThat(metric("u", "rejected-no-sample")).isEqualTo(1);
    }
  }

  @Test
  void pubsub_connectionLost_hashesAreReadAndMessagesComeAgain() {
    client.hset("comsrv:1:m", Map.of("1", "1"));
    try (TaskHarness task = task(PUBSUB)) {
      assertThat(task.pollFor(1)).as("what was there before the subscription").hasSize(1);
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> task.pollTimes(1) != null && metric("u", "gaps") == 1);
      task.pollTimes(3);
      client.hset("comsrv:1:m", Map.of("1", "2"));
      admin("CLIENT", "KILL", "TYPE", "pubsub");
      assertThat(field(task.pollFor(1).get(0), "1")).isEqualTo(2);
      assertThat(metric("u", "gaps")).isEqualTo(2);
      client.publish("comsrv:1:m", "1:9:1642592400000");
      assertThat(field(task.pollFor(1).get(0), "1")).isEqualTo(9);
      // The hash is as the last repair saw it, but the value delivered last is another one.
      admin("CLIENT", "KILL", "TYPE", "pubsub");
      assertThat(field(task.pollFor(1).get(0), "1")).isEqualTo(2);
    }
  }

  @Test
  void pubsub_quietConnection_staysUp() {
    try (TaskHarness task = task(PUBSUB, "redis.timeout.ms", "6000")) {
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> task.pollTimes(1) != null && metric("u", "gaps") == 1);
      // A stalled machine breaks any connection: try once more then.
      await().atMost(Duration.ofMinutes(2)).until(() -> staysUpForLongerThanItsTimeout(task));
    }
  }

  private static boolean staysUpForLongerThanItsTimeout(TaskHarness task) {
    long gaps = metric("u", "gaps");
    long until = System.nanoTime() + 7_000_000_000L;
    while (System.nanoTime() < until) {
      assertThat(task.pollTimes(1)).isEmpty();
    }
    return metric("u", "gaps") == gaps;
  }

  @Test
  void pubsub_burst_isDeliveredWhole() {
    try (TaskHarness task = task(PUBSUB)) {
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> task.pollTimes(1) != null && metric("u", "gaps") == 1);
      for (int i = 0; i < 5000; i++) {
        client.publish("comsrv:" + i % 10 + ":m", "n:" + i);
      }
      int points = 0;
      long deadline = System.nanoTime() + 120_000_000_000L;
      while (points < 5000 && System.nanoTime() < deadline) {
        for (SourceRecord record : task.poll()) {
          points += ((Struct) record.value()).getMap("fields").size();
        }
      }
      assertThat(points).isEqualTo(5000);
    }
  }

  @Test
  void control_aMessageMakesThePollHappenNow() {
    try (TaskHarness task =
        task(HASH, "poll.interval.ms", "3600000", "control.channel", "hissrv:control")) {
      Thread publisher =
          new Thread(
              () -> {
                await()
                    .atMost(Duration.ofMinutes(1))
                    .pollDelay(Duration.ofSeconds(1))
                    .until(() -> admin("PUBSUB", "NUMPAT").equals(1L));
                client.hset("comsrv:1:m", Map.of("1", "1"));
                client.publish("hissrv:control", "sync");
              });
      publisher.setDaemon(true);
      publisher.start();
      // Within minutes, and not only after an hour.
      assertThat(task.pollFor(1)).hasSize(1);
    }
  }

  @Test
  void redisAway_pollReturnsAndLaterGoesOn() {
    push(0, 3);
    try (TaskHarness task = task(LIST)) {
      assertThat(task.pollFor(3)).hasSize(3);
      redis.kill();
      long begun = System.nanoTime();
      assertThat(task.pollTimes(10)).isEmpty();
      assertThat(Duration.ofNanos(System.nanoTime() - begun))
          .isBetween(Duration.ofMillis(300), Duration.ofMinutes(2));
      assertThat(metric("", "redis-failures")).isBetween(1L, 20L);
      redis.restart();
      // The client still holds connections to the killed Redis.
      client.close();
      client = RedisClient.create("127.0.0.1", redis.port());
      push(3, 5);
      assertThat(task.pollFor(2)).hasSize(2);
    }
  }

  @Test
  void wrongPassword_failsWithTheSettingsName() {
    client.configSet("requirepass", "geheim");
    try (TaskHarness task = task(LIST, "redis.password", "falsch")) {
      assertThatThrownBy(() -> task.poll())
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("redis.password")
          .hasMessageNotContaining("falsch");
    } finally {
      try (redis.clients.jedis.Jedis admin =
          new redis.clients.jedis.Jedis("127.0.0.1", redis.port())) {
        admin.auth("geheim");
        admin.configSet("requirepass", "");
      }
    }
  }

  @Test
  void missingPermission_failsWithTheCommand() {
    admin("ACL", "SETUSER", "reader", "on", ">pw", "~comsrv:*", "+@all", "-hgetall");
    client.hset("comsrv:1:m", Map.of("1", "1"));
    try (TaskHarness task = task(HASH, "redis.username", "reader", "redis.password", "pw")) {
      assertThatThrownBy(() -> task.pollTimes(5))
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("refused HGETALL")
          .hasMessageContaining("ACL");
    }
  }

  @Test
  @RequiresServer(RequiresServer.Server.REDIS)
  void missingPermissionInAScript_failsToo() {
    admin("ACL", "SETUSER", "drainer", "on", ">pw", "~*", "&*", "+@all", "-lpush");
    client.lpush("archive:pending", "junk");
    try (TaskHarness task = task(LIST, "redis.username", "drainer", "redis.password", "pw")) {
      assertThatThrownBy(() -> task.pollTimes(5))
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("refused LPUSH in a script (EVALSHA)")
          .hasMessageContaining("ACL");
    }
    assertThat(client.lrange("archive:pending:inflight", 0, -1)).containsExactly("junk");
  }

  @Test
  void aHundredStartsAndStops_leaveNothing() {
    Map<String, String> config = new HashMap<>(PUBSUB);
    config.put("control.channel", "hissrv:control");
    config.put("aggregation.enabled", "true");
    for (int i = 0; i < 100; i++) {
      try (TaskHarness task = task(config)) {
        task.poll();
      }
    }
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .noneMatch(thread -> thread.getName().startsWith("hissrv-test")));
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () ->
                assertThat(client.info("clients").lines())
                    .anyMatch(line -> line.matches("connected_clients:[1-4]")));
    assertThat(
            ManagementFactory.getPlatformMBeanServer().queryNames(null, null).stream()
                .filter(name -> name.getDomain().equals("com.voltageems.hissrv")))
        .isEmpty();
  }

  @Test
  void aggregation_isTriggeredAndItsWindowsAreRead() {
    Map<String, String> config = new HashMap<>();
    config.put("sources", "a");
    config.put("sources.a.type", "archive");
    config.put("sources.a.window", "1s");
    config.put("aggregation.enabled", "true");
    config.put("aggregation.windows", "1s,5s");
    config.put("aggregation.patterns", "comsrv:*:m");
    config.put("aggregation.classes", "voltage:1-9,power:20");
    config.put("aggregation.ttl.seconds", "600");
    client.hset("hissrv:aggregation", "alive", "50");
    client.hset("comsrv:1001:m", Map.of("1", "220.5"));
    try (TaskHarness task = task(config)) {
      SourceRecord record = task.pollFor(1).get(0);
      assertThat(record.key()).isEqualTo("telemetry,channel=1001,interval=1s");
      assertThat(field(record, "1_avg")).isEqualTo(220.5);
      assertThat(field(record, "voltage_avg")).isEqualTo(220.5);
      assertThat(client.hgetAll("hissrv:aggregation"))
          .as("what is not given stays")
          .isEqualTo(
              Map.of(
                  "windows", "1s,5s",
                  "patterns", "comsrv:*:m",
                  "classes", "voltage:1-9,power:20",
                  "ttl", "600",
                  "alive", "50"));
      client.scriptFlush();
      assertThat(task.pollFor(3)).hasSizeGreaterThanOrEqualTo(3);
    }
  }
}
