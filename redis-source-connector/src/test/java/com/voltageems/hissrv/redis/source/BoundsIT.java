package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.list.ListReader;
import com.voltageems.hissrv.redis.source.sample.ElementFault;
import com.voltageems.hissrv.redis.source.sample.PendingElement;
import com.voltageems.hissrv.testkit.RequiresServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.StreamEntryID;

/**
 * Data that is larger than expected, and data that is reset while the connection stays: against a
 * real Redis, driven without a worker.
 */
class BoundsIT extends RedisTaskFixture {
  private static final Map<String, String> LIST =
      Map.of("sources", "p", "sources.p.type", "list", "sources.p.key", "q");
  private static final Map<String, String> ARCHIVE =
      Map.of("sources", "a", "sources.a.type", "archive", "sources.a.window", "1m");
  private static final Map<String, String> HASH =
      Map.of("sources", "h", "sources.h.type", "hash", "sources.h.pattern", "comsrv:*");
  private static final Map<String, String> STREAM =
      Map.of("sources", "s", "sources.s.type", "stream", "sources.s.key", "st");

  private static String element(int n) {
    return "{\"measurement\":\"m\",\"tags\":{\"odd\":" + n % 2 + "},\"fields\":{\"n\":" + n + "}}";
  }

  private static void push(int from, int to) {
    client.lpush("q", IntStream.range(from, to).mapToObj(BoundsIT::element).toArray(String[]::new));
  }

  private static Double[] range(int from, int to) {
    return IntStream.range(from, to).mapToObj(n -> (double) n).toArray(Double[]::new);
  }

  /** Polls until nothing comes any more; no poll may return more than {@code limit} records. */
  private static List<SourceRecord> drain(TaskHarness task, int limit) {
    List<SourceRecord> all = new ArrayList<>();
    for (int quiet = 0; quiet < 4; ) {
      List<SourceRecord> batch = task.poll();
      assertThat(batch).hasSizeLessThanOrEqualTo(limit);
      task.store(batch);
      task.delivered(batch);
      all.addAll(batch);
      quiet = batch.isEmpty() ? quiet + 1 : 0;
    }
    return all;
  }

  @Test
  void list_claimLargerThanAPoll_isReadInPages() {
    push(0, 401);
    client.lpush("q", "junk");
    push(401, 420);
    try (TaskHarness task = task(LIST)) {
      List<SourceRecord> claim = task.poll();
      assertThat(claim).hasSize(420);
      task.store(claim.subList(0, 230));
    }
    push(420, 440);
    try (TaskHarness task = task(LIST, "batch.max.records", "7")) {
      assertThat(numbers(drain(task, 7))).containsExactly(range(230, 440));
      assertThat(TaskHarness.metric("p", "claims")).isEqualTo(4);
    }
    assertThat(client.lrange("q:rejected", 0, -1)).hasSize(1);
    assertThat(client.exists("q", "q:inflight", "q:claim")).isZero();
  }

  @Test
  void list_inFlightWithoutAClaim_isTakenOver() {
    push(0, 30);
    client.rename("q", "q:foreign");
    // Oldest first, in the order in which claims are kept.
    for (String element = client.rpop("q:foreign");
        element != null;
        element = client.rpop("q:foreign")) {
      client.rpush("q:inflight", element);
    }
    push(30, 35);
    try (TaskHarness task = task(LIST, "batch.max.records", "8")) {
      assertThat(numbers(drain(task, 8))).containsExactly(range(0, 35));
    }
    assertThat(keys()).containsExactly("q:claimed");
  }

  @Test
  void list_inFlightWithAnEmptyClaim_isTakenOver() {
    push(0, 3);
    client.rename("q", "q:inflight");
    client.set("q:claim", "");
    try (TaskHarness task = task(LIST)) {
      assertThat(numbers(drain(task, 2000))).containsExactlyInAnyOrder(range(0, 3));
    }
    assertThat(keys()).containsExactly("q:claimed");
  }

  /**
   * Megabytes of elements that are no samples are not kept until all of a foreign claim is read.
   */
  @Test
  void list_muchToRejectInFlight_isHandedOverBeforeTheRelease() {
    String garbage = "x".repeat(200_000);
    for (int i = 0; i < 40; i++) {
      client.rpush("q:inflight", garbage);
    }
    try (TaskHarness task = task(LIST)) {
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                task.pollTimes(1);
                return client.llen("q:rejected") > 0;
              });
      assertThat(client.exists("q:claim")).isTrue();
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> task.pollTimes(1).isEmpty() && !client.exists("q:claim"));
    }
    assertThat(client.llen("q:rejected")).isEqualTo(40);
  }

  @Test
  void list_claimTakenFromUnderIt_goesOnWithTheOther() {
    push(0, 20);
    try (TaskHarness one = task(LIST, "batch.max.records", "5")) {
      List<SourceRecord> first = one.poll();
      try (TaskHarness other = task(LIST, "batch.max.records", "5")) {
        assertThat(numbers(drain(other, 5))).containsExactly(range(0, 20));
      }
      push(20, 25);
      one.delivered(first);
      assertThat(numbers(drain(one, 5))).containsExactly(range(20, 25));
    }
  }

  @Test
  void list_filter_dropsAndCounts() {
    push(0, 10);
    try (TaskHarness task = task(LIST, "sources.p.filter", "odd eq 1")) {
      assertThat(numbers(drain(task, 2000))).containsExactly(1.0, 3.0, 5.0, 7.0, 9.0);
      assertThat(TaskHarness.metric("p", "filtered")).isEqualTo(5);
    }
    assertThat(keys()).containsExactly("q:claimed");
  }

  @Test
  void list_claim_isBoundedWhateverTheSettings() {
    push(0, 5000);
    try (TaskHarness task = task(LIST, "batch.max.records", "10000")) {
      assertThat(task.poll()).hasSize(ListReader.MAX_ELEMENTS);
    }
  }

  /** A script would copy the element into Lua and out again, and block Redis meanwhile. */
  @Test
  void list_largeRejected_isReleasedWithoutAScript() {
    String large = "{\"no\nsample\": \"" + "x".repeat(1 << 20) + "\"";
    push(0, 5);
    client.lpush("q", large);
    byte[] binary = new byte[100_000];
    Arrays.fill(binary, (byte) 0xff);
    client.lpush(Bytes.of("q"), binary);
    push(5, 10);
    admin("CONFIG", "RESETSTAT");
    try (TaskHarness task = task(LIST)) {
      assertThat(numbers(drain(task, 2000))).containsExactly(range(0, 10));
      assertThat(TaskHarness.metric("p", "rejected-element")).isEqualTo(2);
    }
    String commands = info("commandstats");
    assertThat(commands).contains("cmdstat_exec:");
    List<String> rejected = client.lrange("q:rejected", 0, -1);
    assertThat(rejected).hasSize(2);
    assertThat(rejected.get(0)).contains("\"element_base64\":\"////");
    assertThat(rejected.get(1))
        .isEqualTo(
            Bytes.text(PendingElement.rejectedEntry(Bytes.of(large), ElementFault.TOO_LONG)));
    assertThat(client.exists("q", "q:inflight", "q:claim")).isZero();
  }

  private static void pushLarge(int from, int to) {
    for (int n = from; n < to; n++) {
      client.lpush("q", element(n).replace("\"n\"", "\"t\":\"" + "x".repeat(300_000) + "\",\"n\""));
    }
  }

  /** As {@link #list_largeRejected_isReleasedWithoutAScript}. */
  @Test
  void list_largeElements_areClaimedWithoutAScript() {
    push(0, 3);
    pushLarge(3, 13);
    push(13, 20);
    admin("CONFIG", "RESETSTAT");
    try (TaskHarness task = task(LIST, "value.max.bytes", "1000000")) {
      assertThat(numbers(drain(task, 2000))).containsExactly(range(0, 20));
      assertThat(TaskHarness.metric("p", "claims")).isEqualTo(12);
      assertThat(TaskHarness.metric("p", "claims-found-in-flight")).isZero();
    }
    // One large element ends the script's first claim; nine more and the first small one are
    // claimed one by one.
    assertThat(info("commandstats")).contains("cmdstat_exec:calls=10,");
    assertThat(keys()).containsExactly("q:claimed");
  }

  @Test
  void list_largeElement_killedWithIt_isNeitherLostNorRepeated() {
    pushLarge(0, 4);
    try (TaskHarness task = task(LIST, "value.max.bytes", "1000000")) {
      List<SourceRecord> first = task.poll();
      task.store(first);
      task.delivered(first);
      List<SourceRecord> second = task.poll();
      assertThat(numbers(first)).containsExactly(0.0);
      assertThat(numbers(second)).containsExactly(1.0);
      task.store(second);
    }
    try (TaskHarness task = task(LIST, "value.max.bytes", "1000000")) {
      assertThat(numbers(task.pollFor(1))).as("the second was stored").containsExactly(2.0);
      assertThat(numbers(task.poll())).containsExactly(3.0);
    }
    try (TaskHarness task = task(LIST, "value.max.bytes", "1000000")) {
      assertThat(numbers(drain(task, 2000))).as("not stored").containsExactly(3.0);
    }
    assertThat(keys()).containsExactly("q:claimed");
  }

  private static String info(String section) {
    return Bytes.text((byte[]) admin("INFO", section));
  }

  /** If a list has filled Redis, rejected elements must not prevent its draining. */
  @ParameterizedTest
  @ValueSource(ints = {4, 100_000})
  void list_redisIsFull_aClaimWithRejectedElementsIsReleased(int size) {
    push(0, 5);
    client.lpush("q", "x".repeat(size));
    push(5, 10);
    admin("CONFIG", "SET", "maxmemory", "1");
    try (TaskHarness task = task(LIST, "batch.max.records", "3")) {
      assertThat(numbers(task.pollFor(10))).containsExactly(range(0, 10));
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> task.pollTimes(1).isEmpty() && !client.exists("q:claim"));
    } finally {
      admin("CONFIG", "SET", "maxmemory", "0");
    }
    assertThat(client.llen("q:rejected")).isEqualTo(1);
    assertThat(client.exists("q", "q:inflight", "q:claim")).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 100_000})
  void list_releaseRefused_waitsAndIsCounted(int size) {
    push(0, 3);
    client.lpush("q", "x".repeat(size));
    client.set("q:rejected", "of another type");
    try (TaskHarness task = task(LIST)) {
      task.pollFor(3);
      long before = TaskHarness.metric("", "redis-round-trips");
      task.pollTimes(10);
      assertThat(TaskHarness.metric("", "redis-round-trips") - before).isLessThan(50);
      assertThat(TaskHarness.metric("p", "rejected-wrong-type")).isPositive();
      assertThat(client.exists("q:inflight", "q:claim")).as("nothing is lost").isEqualTo(2);
      client.del("q:rejected");
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> task.pollTimes(1).isEmpty() && !client.exists("q:claim"));
    }
    assertThat(client.llen("q:rejected")).isEqualTo(1);
  }

  /** Connect stops a task only between two polls. */
  @Test
  void poll_doesNotWaitForALongInterval() {
    try (TaskHarness task = task(LIST, "poll.interval.ms", "3600000")) {
      long begun = System.nanoTime();
      assertThat(task.pollTimes(2)).isEmpty();
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMinutes(30));
    }
  }

  private static void window(long score, long start, String channel, long value) {
    String key = "archive:1m:" + start + ":" + channel;
    client.hset(key, Map.of("n", String.valueOf(value)));
    client.zadd("archive:index:1m", (double) score, key);
  }

  @Test
  void archive_indexWentBackWhileConnected_isReadFromItsBeginning() {
    window(100, 60, "1", 1);
    try (TaskHarness task = task(ARCHIVE, "sources.a.scan", "false")) {
      assertThat(numbers(drain(task, 2000))).containsExactly(1.0);
      client.flushAll();
      window(7, 120, "1", 2);
      assertThat(numbers(drain(task, 2000))).containsExactly(2.0);
      assertThat(TaskHarness.metric("a", "index-resets")).isEqualTo(1);
    }
  }

  /** An index that lost its newest windows by hand or by eviction has not been reset. */
  @Test
  void archive_newestWindowIsGone_nothingIsRepeated() {
    window(1, 60, "1", 1);
    window(2, 120, "1", 2);
    window(3, 180, "1", 3);
    client.del("archive:1m:180:1");
    try (TaskHarness task = task(ARCHIVE, "sources.a.scan", "false")) {
      assertThat(numbers(drain(task, 2000))).containsExactly(1.0, 2.0);
      assertThat(TaskHarness.metric("a", "expired-before-read")).isEqualTo(1);
      window(4, 240, "1", 4);
      assertThat(numbers(drain(task, 2000))).containsExactly(4.0);
      assertThat(TaskHarness.metric("a", "index-resets")).isZero();
    }
  }

  @Test
  void archive_largeWindow_isReadInStepsPartedAndDeliveredWithItsLastRecord() {
    Map<String, String> fields = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      fields.put("a-rather-long-name-" + i, String.valueOf(i));
    }
    window(1, 60, "1", 1);
    client.hset("archive:1m:120:1", fields);
    client.zadd("archive:index:1m", 2, "archive:1m:120:1");
    admin("CONFIG", "RESETSTAT");
    int parts;
    try (TaskHarness task = task(ARCHIVE)) {
      List<SourceRecord> records = task.poll();
      assertThat(client.info("commandstats"))
          .contains("cmdstat_hscan")
          .containsPattern("cmdstat_hgetall:calls=1,");
      assertThat(
              records.stream()
                  .flatMap(record -> ((Struct) record.value()).getMap("fields").keySet().stream())
                  .distinct())
          .hasSize(20_001);
      parts = records.size() - 1;
      assertThat(parts).isGreaterThan(1);
      // All records except the last one are stored when the task ends.
      task.store(records.subList(0, parts));
    }
    try (TaskHarness task = task(ARCHIVE)) {
      assertThat(drain(task, 2000)).hasSize(parts);
    }
    try (TaskHarness task = task(ARCHIVE)) {
      assertThat(drain(task, 2000)).isEmpty();
    }
  }

  @Test
  void archive_byScan_doesNotReadEverythingAgainAndAgain() {
    for (int i = 0; i < 60; i++) {
      client.hset("archive:1m:" + 60 * i + ":1001", Map.of("n", String.valueOf(i)));
    }
    try (TaskHarness task = task(ARCHIVE)) {
      assertThat(numbers(drain(task, 2000))).containsExactly(range(0, 60));
      long before = TaskHarness.metric("a", "unchanged-skipped");
      long trips = TaskHarness.metric("", "polls");
      task.pollTimes(10);
      long scans = TaskHarness.metric("", "polls") - trips;
      assertThat(TaskHarness.metric("a", "unchanged-skipped") - before)
          .isBetween(3L, 3 * (scans + 2));
      // A channel that was away closes windows that are older than those of other channels.
      client.hset("archive:1m:120:1002", Map.of("n", "1000"));
      assertThat(numbers(drain(task, 2000))).containsExactly(1000.0);
    }
  }

  @Test
  void stream_madeAnewWhileConnected_isReadFromItsBeginning() {
    client.xadd("st", new StreamEntryID(9, 1), Map.of("n", "1"));
    try (TaskHarness task = task(STREAM)) {
      assertThat(numbers(drain(task, 2000))).containsExactly(1.0);
      client.del("st");
      client.xadd("st", new StreamEntryID(3, 1), Map.of("n", "2"));
      assertThat(numbers(drain(task, 2000))).containsExactly(2.0);
    }
  }

  /**
   * A consumer of the site deletes the entries it has processed: that does not make it another
   * stream.
   */
  @Test
  @RequiresServer(RequiresServer.Server.REDIS)
  void stream_entriesDeleted_nothingIsRepeatedAfterAReconnect() {
    for (int n = 1; n <= 3; n++) {
      client.xadd("st", new StreamEntryID(n, 1), Map.of("n", String.valueOf(n)));
    }
    try (TaskHarness task = task(STREAM)) {
      assertThat(drain(task, 2000)).hasSize(3);
      client.xdel("st", new StreamEntryID(3, 1));
      killConnectionOf("hissrv-test-0");
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> task.pollTimes(1) != null && TaskHarness.metric("", "redis-failures") > 0);
      assertThat(drain(task, 2000)).isEmpty();
      assertThat(TaskHarness.metric("s", "index-resets")).isZero();
    }
  }

  @Test
  void stream_textsTooLargeForOneRecord_areParted() {
    Map<String, String> fields = new HashMap<>();
    for (int i = 0; i < 20; i++) {
      fields.put("t" + i, "x".repeat(60_000));
    }
    client.xadd("st", new StreamEntryID(5, 1), fields);
    try (TaskHarness task = task(STREAM)) {
      List<SourceRecord> records = task.poll();
      assertThat(records).hasSizeGreaterThan(2);
      task.store(records.subList(0, 1));
    }
    try (TaskHarness task = task(STREAM)) {
      assertThat(drain(task, 2000)).hasSizeGreaterThan(2);
    }
  }

  @Test
  void stream_largeEntries_comeInSmallPages() {
    for (int entry = 0; entry < 60; entry++) {
      Map<String, String> fields = new HashMap<>();
      for (int i = 0; i < 400; i++) {
        fields.put("f" + i, String.valueOf(i));
      }
      client.xadd("st", StreamEntryID.NEW_ENTRY, fields);
    }
    admin("CONFIG", "RESETSTAT");
    try (TaskHarness task = task(STREAM)) {
      assertThat(task.poll()).hasSize(60);
    }
    // 20 calls with 3 entries each, which fill 1,000 fields, and one call that finds nothing more.
    assertThat(client.info("commandstats"))
        .contains("cmdstat_evalsha:calls=21,")
        .contains("cmdstat_xrange:calls=61,");
  }

  /** Lua would hash and copy every byte of it. */
  @Test
  void stream_oneEntryLargerThanAPage_isReadWithoutAScript() {
    String text = "x".repeat(300_000);
    client.xadd("st", new StreamEntryID(1, 1), Map.of("n", "1"));
    for (int n = 2; n <= 4; n++) {
      client.xadd("st", new StreamEntryID(n, 1), Map.of("n", String.valueOf(n), "t", text));
    }
    client.xadd("st", new StreamEntryID(5, 1), Map.of("n", "5"));
    admin("CONFIG", "RESETSTAT");
    try (TaskHarness task = task(STREAM, "value.max.bytes", "1000000")) {
      assertThat(numbers(task.poll())).containsExactly(range(1, 6));
      // The script met the first entry, and ended when it found nothing more.
      assertThat(client.info("commandstats"))
          .contains("cmdstat_evalsha:calls=2,")
          .contains("cmdstat_xrange:calls=7,");
      String largest = "18446744073709551615-18446744073709551615";
      admin("XADD", "st", largest, "n", "6", "t", text);
      assertThat(numbers(drain(task, 2000))).containsExactly(6.0);
      assertThat(TaskHarness.metric("s", "rejected")).isZero();
    }
  }

  private static void killConnectionOf(String name) {
    Matcher id =
        Pattern.compile("id=([0-9]+) .*name=" + name + " ")
            .matcher(Bytes.text((byte[]) admin("CLIENT", "LIST")));
    assertThat(id.find()).isTrue();
    admin("CLIENT", "KILL", "ID", id.group(1));
  }

  @Test
  void hash_large_isReadInStepsAndGivenInParts() {
    Map<String, String> large = new HashMap<>();
    for (int i = 0; i < 25_000; i++) {
      large.put("point" + i, i + ".5");
    }
    client.hset("comsrv:1:m", large);
    client.hset("comsrv:1:m:ts", Map.of("point7", "1642592400000"));
    admin("CONFIG", "RESETSTAT");
    try (TaskHarness task = task(HASH)) {
      Set<String> points = new HashSet<>();
      for (SourceRecord record : drain(task, 2000)) {
        Map<String, Double> fields = ((Struct) record.value()).getMap("fields");
        fields.forEach(
            (name, value) -> {
              assertThat(points.add(name)).isTrue();
              assertThat(value).isEqualTo(Integer.parseInt(name.substring(5)) + 0.5);
            });
        assertThat(TaskHarness.time(record) == 1642592400000L).isEqualTo(fields.size() == 1);
      }
      assertThat(points).hasSize(25_000);
      // The first task of a connector reads hissrv:lists and hissrv:readers, once in ten seconds.
      assertThat(client.info("commandstats"))
          .contains("hscan")
          .doesNotContainPattern("hgetall:calls=([3-9]|\\d\\d)");
      client.hset("comsrv:1:m", Map.of("point9", "1"));
      assertThat(drain(task, 2000)).hasSize(1);
    }
  }

  @Test
  void hash_keysTooLong_areCountedAndTheRestIsRead() {
    client.hset("comsrv:" + "x".repeat(5000), Map.of("1", "1"));
    client.hset("comsrv:1:m", Map.of("1", "1", "y".repeat(5000), "2"));
    try (TaskHarness task = task(HASH)) {
      assertThat(drain(task, 2000)).hasSize(1);
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> TaskHarness.metric("h", "rejected-key") > 0);
      assertThat(TaskHarness.metric("h", "rejected-too-long")).isEqualTo(1);
    }
  }
}
