package com.voltageems.hissrv.redis.source;

import static com.voltageems.hissrv.redis.source.TaskHarness.field;
import static com.voltageems.hissrv.redis.source.TaskHarness.metric;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.redis.source.config.RedisSourceConfig;
import com.voltageems.hissrv.redis.source.jedis.JedisLink;
import com.voltageems.hissrv.redis.source.link.RedisScript;
import com.voltageems.hissrv.redis.source.run.Backoff;
import com.voltageems.hissrv.redis.source.run.PartState;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.AbstractPipeline;

/** Sources that Redis refuses, next to others that it accepts; and how the task reports it. */
class RefusedSourcesIT extends RedisTaskFixture {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, String> LIST_AND_HASH =
      Map.of(
          "sources", "l,h",
          "sources.l.type", "list",
          "sources.l.key", "archive:pending",
          "sources.h.type", "hash",
          "sources.h.pattern", "comsrv:*");

  @AfterEach
  void takeWrites() {
    admin("CONFIG", "SET", "min-replicas-to-write", "0");
    admin("CONFIG", "SET", "maxmemory", "0");
    admin("REPLICAOF", "NO", "ONE");
  }

  private static void element(int n) {
    client.lpush("archive:pending", "{\"measurement\":\"m\",\"fields\":{\"n\":" + n + "}}");
  }

  /** Creates so many keys that a search takes many steps, at each of which the list is refused. */
  private static void manyOtherKeys() {
    try (AbstractPipeline pipeline = client.pipelined()) {
      for (int i = 0; i < 60_000; i++) {
        pipeline.set("other:" + i, "x");
      }
      pipeline.sync();
    }
  }

  /** Returns the statuses among the records. */
  private static List<JsonNode> statuses(List<SourceRecord> records) {
    List<JsonNode> found = new ArrayList<>();
    for (SourceRecord record : records) {
      if (record.topic().equals("hissrv-status")) {
        try {
          found.add(JSON.readTree((String) record.value()));
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
          throw new AssertionError(e);
        }
      }
    }
    return found;
  }

  private static JsonNode part(JsonNode status, String name) {
    for (JsonNode part : status.get("parts")) {
      if (part.get("name").asText().equals(name)) {
        return part;
      }
    }
    throw new AssertionError(status.toString());
  }

  /** Redis closes the connection to a client for which more waits than it allows. */
  @Test
  void repliesBeyondALimitOfRedis_areToldWithIt() {
    for (int i = 0; i < 50; i++) {
      client.hset("comsrv:" + i + ":m", Map.of("1", "x".repeat(100_000)));
    }
    admin("CONFIG", "SET", "client-output-buffer-limit", "normal 65536 0 0");
    try (TaskHarness task = task(LIST_AND_HASH, "status.topic", "hissrv-status")) {
      List<JsonNode> told = new ArrayList<>();
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> {
                told.addAll(statuses(task.pollTimes(1)));
                assertThat(told).isNotEmpty();
                JsonNode part = part(told.get(told.size() - 1), "h");
                assertThat(part.path("state").asText()).isEqualTo("stuck");
                assertThat(part.path("reason").asText()).contains("client-output-buffer-limit");
              });
    } finally {
      admin("CONFIG", "SET", "client-output-buffer-limit", "normal 0 0 0");
    }
  }

  // Field case R1.
  @Test
  void listRefusedByAReplica_theHashesGoOn() {
    manyOtherKeys();
    for (int i = 0; i < 50; i++) {
      client.hset("comsrv:" + i + ":m", Map.of("1", "1"));
    }
    element(1);
    admin("REPLICAOF", "127.0.0.1", "1");
    admin("CONFIG", "SET", "replica-serve-stale-data", "yes");
    try (TaskHarness task = task(LIST_AND_HASH, "status.topic", "hissrv-status")) {
      Set<Object> keys = new HashSet<>();
      List<SourceRecord> all = new ArrayList<>();
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                all.addAll(task.pollTimes(1));
                all.stream()
                    .filter(r -> r.topic().equals("hissrv.h"))
                    .forEach(r -> keys.add(r.key()));
                return keys.size() == 50;
              });
      assertThat(metric("l", "stuck-since-ms")).isPositive();
      assertThat(metric("l", "failures")).isPositive();
      List<JsonNode> told = new ArrayList<>(statuses(all));
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> {
                told.addAll(statuses(task.pollTimes(1)));
                JsonNode last = told.get(told.size() - 1);
                assertThat(part(last, "l").path("state").asText()).isEqualTo("stuck");
                assertThat(part(last, "l").path("reason").asText()).contains("READONLY");
                assertThat(part(last, "l").path("waiting").asLong()).isEqualTo(1);
                assertThat(part(last, "l").path("since").asLong()).isPositive();
                // The hashes are read and reported as outdated: this replica has no primary.
                assertThat(part(last, "h").path("reason").asText())
                    .contains("its link to the primary 127.0.0.1:1 is down");
                assertThat(metric("h", "failures")).isZero();
                assertThat(part(last, "h").path("newest").asLong()).isPositive();
              });
      admin("REPLICAOF", "NO", "ONE");
      List<SourceRecord> later = new ArrayList<>();
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                later.addAll(task.pollTimes(1));
                return later.stream().anyMatch(record -> record.topic().equals("hissrv.l"));
              });
      told.clear();
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> {
                told.addAll(statuses(task.pollTimes(1)));
                assertThat(told).isNotEmpty();
                JsonNode part = part(told.get(told.size() - 1), "l");
                assertThat(part.get("state").asText()).isEqualTo("ok");
                assertThat(part.has("since")).isFalse();
                assertThat(metric("l", "stuck-since-ms")).isZero();
                assertThat(metric("h", "stuck-since-ms")).isZero();
              });
    }
  }

  // Field case R1: Redis refuses writes because it has too few replicas, as it does with MISCONF
  // and OOM.
  @Test
  void listRefusedForWantOfReplicas_theHashesAreReadOncePerChange() {
    client.hset("comsrv:1:m", Map.of("1", "1"));
    element(1);
    admin("CONFIG", "SET", "min-replicas-to-write", "1");
    try (TaskHarness task = task(LIST_AND_HASH)) {
      assertThat(task.pollFor(1)).hasSize(1);
      assertThat(task.pollTimes(20))
          .as("no connection is made anew, nothing comes twice")
          .isEmpty();
      assertThat(metric("l", "failures")).isPositive();
      admin("CONFIG", "SET", "min-replicas-to-write", "0");
      assertThat(field(task.pollFor(1).get(0), "n")).isEqualTo(1);
    }
  }

  // Field case R1, the same kind: a key of another type is reported as any refusal is.
  @Test
  void listThatIsNone_isStuckAndSaysWhy() {
    client.set("archive:pending", "text");
    try (TaskHarness task =
        task(LIST_AND_HASH, "status.topic", "hissrv-status", "status.interval.ms", "100")) {
      List<JsonNode> told = new ArrayList<>();
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> {
                told.addAll(statuses(task.pollTimes(1)));
                assertThat(part(told.get(told.size() - 1), "l").path("reason").asText())
                    .contains("WRONGTYPE");
              });
      client.del("archive:pending");
      element(1);
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () ->
                  assertThat(task.pollTimes(1)).anyMatch(each -> each.topic().equals("hissrv.l")));
    }
  }

  @Test
  void status_comesAtTheStartAndAtEveryInterval_aloneOrWithOthers() {
    try (TaskHarness task =
        task(LIST_AND_HASH, "status.topic", "hissrv-status", "status.interval.ms", "300")) {
      List<SourceRecord> first = task.poll();
      assertThat(first).hasSize(1);
      assertThat(first.get(0).key()).isEqualTo("test/0");
      assertThat(first.get(0).sourcePartition()).isNull();
      assertThat(first.get(0).timestamp()).isPositive();
      JsonNode status = statuses(first).get(0);
      assertThat(status.get("version").asInt()).isEqualTo(1);
      assertThat(status.get("connector").asText()).isEqualTo("test");
      assertThat(status.get("task").asInt()).isZero();
      assertThat(status.get("interval_ms").asInt()).isEqualTo(300);
      assertThat(part(status, "l").get("type").asText()).isEqualTo("list");
      task.delivered(first);
      element(1);
      List<SourceRecord> more = new ArrayList<>();
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                List<SourceRecord> some = task.poll();
                task.delivered(some);
                more.addAll(some);
                return statuses(more).size() >= 3;
              });
      assertThat(more).filteredOn(each -> each.topic().equals("hissrv.l")).hasSize(1);
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                task.delivered(task.poll());
                return !client.exists("archive:pending:claim");
              });
    }
  }

  @Test
  void redisAway_everyPartIsStuck() {
    try (TaskHarness task =
        new TaskHarness(
            TaskHarness.config(
                1,
                Map.of(
                    "sources", "l",
                    "sources.l.type", "list",
                    "sources.l.key", "q",
                    "status.topic", "hissrv-status")),
            new HashMap<>())) {
      JsonNode part = part(statuses(task.poll()).get(0), "l");
      assertThat(part.get("state").asText()).isEqualTo("stuck");
      assertThat(part.get("reason").asText()).contains("127.0.0.1:1");
      assertThat(part.has("waiting")).isFalse();
    }
  }

  // Field case R2.
  @Test
  void pubsubWhilePingIsAnsweredByAnError_losesNothing() {
    admin("ACL", "SETUSER", "mute", "reset", "on", ">pw", "~*", "&*", "+@all", "-ping");
    client.hset("comsrv:1:m", Map.of("1", "1"));
    try (TaskHarness task =
        task(
            Map.of("sources", "u", "sources.u.type", "pubsub", "sources.u.pattern", "comsrv:*"),
            "redis.username",
            "mute",
            "redis.password",
            "pw",
            "redis.timeout.ms",
            "6000")) {
      assertThat(task.pollFor(1)).hasSize(1);
      // A machine that is stalled for longer than the timeout breaks any subscription. Two PINGs
      // refused without a break between them show that refusals do not.
      AtomicInteger next = new AtomicInteger();
      await()
          .atMost(Duration.ofMinutes(2))
          .until(
              () ->
                  allArriveWhilePingsAreRefused(task, next) && metric("u", "stuck-since-ms") == 0);
    }
  }

  /**
   * Returns false if the subscription was renewed meanwhile.
   *
   * @param next the next number to publish: what an attempt before has left arrives in this one
   */
  private static boolean allArriveWhilePingsAreRefused(TaskHarness task, AtomicInteger next) {
    double first = next.get();
    long gaps = metric("u", "gaps");
    admin("CONFIG", "RESETSTAT");
    List<Double> arrived = new ArrayList<>();
    List<Double> published = new ArrayList<>();
    while (refusedPings() < 2 || arrived.size() < published.size()) {
      if (refusedPings() < 2) {
        double number = next.getAndIncrement();
        published.add(number);
        client.publish("comsrv:1:m", "n:" + number);
      }
      numbers(task.pollTimes(1)).stream().filter(number -> number >= first).forEach(arrived::add);
      if (metric("u", "gaps") != gaps) {
        return false;
      }
    }
    assertThat(arrived).isEqualTo(published);
    return true;
  }

  /** Returns how many PINGs Redis has answered with an error since its statistics were reset. */
  private static long refusedPings() {
    Matcher refused =
        Pattern.compile("cmdstat_ping:.*rejected_calls=(\\d+)")
            .matcher(client.info("commandstats"));
    return refused.find() ? Long.parseLong(refused.group(1)) : 0;
  }

  // Field case R10: the start of a subscription.
  @Test
  void pubsubStart_givesEachHashOnce() {
    for (int i = 0; i < 30; i++) {
      client.hset("comsrv:" + i + ":m", Map.of("1", "1"));
    }
    try (TaskHarness task =
        task(Map.of("sources", "u", "sources.u.type", "pubsub", "sources.u.pattern", "comsrv:*"))) {
      List<SourceRecord> all = task.pollFor(30);
      all.addAll(task.pollTimes(10));
      assertThat(all).hasSize(30);
    }
  }

  private static final Map<String, String> AGGREGATION =
      Map.of(
          "sources", "a",
          "sources.a.type", "archive",
          "sources.a.window", "1s",
          "aggregation.enabled", "true",
          "aggregation.windows", "1s");

  // Field case R11.
  @Test
  void aggregationThatRefuses_isInMetricsAndStatus_andGoesOnWhenMended() {
    client.hset("hissrv:aggregation", "intervall", "1");
    client.hset("comsrv:1:m", Map.of("1", "1"));
    try (TaskHarness task = task(AGGREGATION, "status.topic", "hissrv-status")) {
      List<JsonNode> told = new ArrayList<>();
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> {
                told.addAll(statuses(task.pollTimes(1)));
                JsonNode part = part(told.get(told.size() - 1), "aggregation");
                assertThat(part.path("reason").asText()).contains("unknown setting `intervall`");
                assertThat(part.get("type").asText()).isEqualTo("aggregation");
                assertThat(part.has("window_ms")).isFalse();
                JsonNode windows = part(told.get(told.size() - 1), "a");
                assertThat(windows.get("window_ms").asLong()).isEqualTo(1000);
              });
      assertThat(metric("", "aggregation-stuck-since-ms")).isPositive();
      assertThat(metric("", "aggregation-failures")).isPositive();
      client.hdel("hissrv:aggregation", "intervall");
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> task.pollTimes(1).stream().anyMatch(r -> r.topic().equals("hissrv.a")));
      assertThat(metric("", "aggregation-stuck-since-ms")).isZero();
    }
  }

  // FLUSHALL or eviction: without its settings, the script would silently make windows of a minute.
  @Test
  void aggregationsSettingsVanish_areWrittenAgain() {
    client.hset("comsrv:1:m", Map.of("1", "1"));
    try (TaskHarness task = task(AGGREGATION)) {
      assertThat(task.pollFor(1)).isNotEmpty();
      client.flushAll();
      client.hset("comsrv:2:m", Map.of("1", "1"));
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () ->
                  task.pollTimes(1).stream()
                      .anyMatch(r -> String.valueOf(r.key()).contains("channel=2")));
      assertThat(client.hget("hissrv:aggregation", "windows")).isEqualTo("1s");
      client.hdel("hissrv:aggregation", "windows");
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> "1s".equals(client.hget("hissrv:aggregation", "windows")));
    }
  }

  @Test
  void whatTheScriptLeavesOut_isInMetrics() {
    Map<String, String> huge = new HashMap<>();
    for (int i = 0; i <= 10_000; i++) {
      huge.put(String.valueOf(i), "1");
    }
    client.hset("comsrv:9:m", huge);
    try (TaskHarness task = task(AGGREGATION)) {
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> {
                task.pollTimes(1);
                assertThat(metric("", "aggregation-too-large")).isPositive();
              });
      assertThat(metric("", "aggregation-lost")).isZero();
    }
  }

  /**
   * A clock that was ahead has closed windows that are yet to come, some of one length and later
   * ones of another: nothing enters them, and the script alone would not say so.
   */
  @ParameterizedTest
  @ValueSource(strings = {"1s", "30s"})
  void whatComesForClosedWindows_isInMetricsAndStatus_untilNothingIsClosedAhead(String window) {
    client.hset("comsrv:9:m", Map.of("1", "1"));
    client.zadd("hissrv:closed:" + window, 4e9, "0");
    try (TaskHarness task =
        task(AGGREGATION, "aggregation.windows", "1s,30s", "status.topic", "hissrv-status")) {
      awaitAggregation(task, "stuck");
      assertThat(metric("", "aggregation-late")).isPositive();
      assertThat(metric("", "aggregation-failures")).isZero();
      assertThat(metric("", "aggregation-stuck-since-ms")).isPositive();
      client.del("hissrv:closed:" + window);
      awaitAggregation(task, "ok");
    }
  }

  private static void awaitAggregation(TaskHarness task, String state) {
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(
            () -> {
              List<JsonNode> told = statuses(task.pollTimes(1));
              assertThat(told).isNotEmpty();
              JsonNode part = part(told.get(told.size() - 1), "aggregation");
              assertThat(part.path("state").asText()).isEqualTo(state);
              if (state.equals("stuck")) {
                assertThat(part.path("reason").asText())
                    .startsWith("the clock of Redis was ahead and has been set back: ")
                    .contains("s until 2096-10-02T07:06:40Z");
              }
            });
  }

  /**
   * Redis takes no writes for longer than a script may refuse: the aggregation waits, and the task
   * goes on with what only reads.
   */
  @ParameterizedTest
  @ValueSource(strings = {"min-replicas-to-write 1 NOREPLICAS", "maxmemory 1mb OOM"})
  void aggregationOnARedisThatTakesNoWrites_waitsAndGoesOn(String refusal) {
    String[] words = refusal.split(" ", -1);
    RedisSourceConfig config = Readers.config(config(AGGREGATION));
    AggregationScheduler scheduler =
        scheduler(new JedisLink(config.redis("test"), () -> {}), Duration.ofMillis(1500));
    try {
      client.hset("comsrv:1:m", "1", "0");
      scheduler.start();
      await().atMost(Duration.ofMinutes(1)).until(() -> client.exists("archive:index:1s"));
      AtomicInteger value = new AtomicInteger();
      // What changes is what the script writes first.
      Runnable change =
          () -> {
            admin("CONFIG", "SET", words[0], "0");
            client.hset("comsrv:1:m", "1", String.valueOf(value.incrementAndGet()));
            admin("CONFIG", "SET", words[0], words[1]);
          };
      await()
          .pollInterval(Duration.ofMillis(500))
          .during(Duration.ofSeconds(4))
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                change.run();
                assertThat(scheduler.failure()).isNull();
                PartState.Stuck stuck = scheduler.state().stuck();
                if (stuck != null && stuck.reason().contains(words[2])) {
                  // It would be another reason for each line of the script.
                  assertThat(stuck.reason()).doesNotContain("script");
                  return true;
                }
                return false;
              });
      admin("CONFIG", "SET", words[0], "0");
      await().atMost(Duration.ofMinutes(1)).until(() -> scheduler.state().stuck() == null);
    } finally {
      admin("CONFIG", "SET", words[0], "0");
      scheduler.close();
    }
  }

  private static AggregationScheduler scheduler(JedisLink link, Duration refusedAtMost) {
    return new AggregationScheduler(
        link,
        RedisScript.resource(RedisScript.class, "/hissrv.lua"),
        List.of("1s"),
        Map.of(),
        new Backoff(Duration.ofMillis(10), Duration.ofMillis(100), new Random(1)),
        refusedAtMost,
        WorkerClock.system(),
        "refusing");
  }

  /** As a list's key of another type: the other sources need not end for it. */
  @ParameterizedTest
  @ValueSource(strings = {"archive:index:1s", "hissrv:seq", "hissrv:extra"})
  void aggregationThatFindsAKeyOfAnotherType_waitsAndGoesOn(String key) {
    RedisSourceConfig config = Readers.config(config(AGGREGATION));
    AggregationScheduler scheduler =
        scheduler(new JedisLink(config.redis("test"), () -> {}), Duration.ofMillis(300));
    client.hset("comsrv:1:m", "1", "0");
    client.lpush(key, "x");
    try {
      scheduler.start();
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                PartState.Stuck stuck = scheduler.state().stuck();
                return stuck != null && stuck.reason().contains(key);
              });
      long failed = scheduler.state().failures();
      await().atMost(Duration.ofMinutes(1)).until(() -> scheduler.state().failures() > failed + 3);
      assertThat(scheduler.failure()).isNull();
      client.del(key);
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () ->
                  scheduler.state().stuck() == null
                      && client.type("archive:index:1s").equals("zset"));
    } finally {
      scheduler.close();
    }
  }

  // Field case R11, if the refusal lasts.
  @Test
  void aggregationThatRefusesForLong_endsWithTheReason() {
    client.hset("hissrv:aggregation", "intervall", "1");
    RedisSourceConfig config = Readers.config(config(AGGREGATION));
    AggregationScheduler scheduler =
        scheduler(new JedisLink(config.redis("test"), () -> {}), Duration.ofMillis(1500));
    try {
      scheduler.start();
      await().atMost(Duration.ofMinutes(1)).until(() -> scheduler.failure() != null);
      assertThatThrownBy(
              () -> {
                throw java.util.Objects.requireNonNull(scheduler.failure());
              })
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("unknown setting `intervall`");
    } finally {
      scheduler.close();
    }
  }
}
