package com.voltageems.hissrv.redis.source;

import static com.voltageems.hissrv.redis.source.TaskHarness.field;
import static com.voltageems.hissrv.redis.source.TaskHarness.metric;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.testkit.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.params.XAddParams;

/** Servers of another kind than the configuration says, other data, other connectors. */
class OtherServersIT extends RedisTaskFixture {
  private static final Map<String, String> LIST =
      Map.of("sources", "l", "sources.l.type", "list", "sources.l.key", "q");
  private static final Map<String, String> HASH =
      Map.of("sources", "h", "sources.h.type", "hash", "sources.h.pattern", "comsrv:*");
  private static final Map<String, String> EVENTS =
      Map.of("sources", "u", "sources.u.type", "pubsub");

  @AfterEach
  void asBefore() {
    admin("REPLICAOF", "NO", "ONE");
    admin("CONFIG", "SET", "notify-keyspace-events", "");
  }

  /** Returns the error messages by setting. */
  private static Map<String, String> errors(Map<String, String> config) {
    Map<String, String> whole = new HashMap<>(config);
    whole.put("connector.class", RedisSourceConnector.class.getName());
    return new RedisSourceConnector()
        .validate(whole).configValues().stream()
            .filter(value -> !value.errorMessages().isEmpty())
            .collect(
                Collectors.toMap(
                    ConfigValue::name, value -> String.join("; ", value.errorMessages())));
  }

  private static void push(int n) {
    client.lpush("q", "{\"measurement\":\"m\",\"fields\":{\"n\":" + n + "}}");
  }

  // Field case R3.
  @Test
  void nodeOfACluster_isRefusedAtSubmission_andFailsTheTask(@TempDir Path home) {
    try (RedisServer node = RedisServer.start(home, "--cluster-enabled", "yes")) {
      Map<String, String> config = TaskHarness.config(node.port(), HASH);
      assertThat(errors(config))
          .containsOnlyKeys("redis.mode")
          .allSatisfy((name, message) -> assertThat(message).contains("redis.mode=cluster"));
      try (TaskHarness task = new TaskHarness(config, new HashMap<>())) {
        assertThatThrownBy(task::poll)
            .isInstanceOf(ConnectException.class)
            .hasMessageContaining("a node of a cluster");
      }
    }
  }

  // Field case R3, the other way round.
  @Test
  void clusterThatIsNone_isRefused() {
    Map<String, String> config =
        config(HASH, "redis.mode", "cluster", "redis.nodes", "127.0.0.1:" + redis.port());
    config.remove("redis.uri");
    assertThat(errors(config))
        .containsOnlyKeys("redis.mode")
        .allSatisfy((name, message) -> assertThat(message).contains("redis.mode=standalone"));
  }

  // Field case R3.
  @Test
  void replica_isRefusedForWhatWrites_andTakenForWhatReads() {
    admin("REPLICAOF", "127.0.0.1", "1");
    assertThat(errors(config(LIST)))
        .containsOnlyKeys("redis.uri")
        .allSatisfy((name, message) -> assertThat(message).contains("is a replica"));
    assertThat(errors(config(HASH, "aggregation.enabled", "true")))
        .containsOnlyKeys("redis.uri")
        .allSatisfy((name, message) -> assertThat(message).contains("the aggregation writes"));
    assertThat(errors(config(HASH))).isEmpty();
  }

  // Field case R6.
  @Test
  void keyspaceEvents_thatDoNotCome_areRefusedAtSubmission() {
    Map<String, String> patterns = config(EVENTS, "sources.u.pattern", "__keyspace@0__:comsrv:*");
    assertThat(errors(patterns))
        .containsOnlyKeys("sources.u.pattern")
        .allSatisfy((name, message) -> assertThat(message).contains("notify-keyspace-events"));
    admin("CONFIG", "SET", "notify-keyspace-events", "Kx");
    assertThat(errors(patterns)).containsOnlyKeys("sources.u.pattern");
    admin("CONFIG", "SET", "notify-keyspace-events", "Kh");
    assertThat(errors(patterns)).isEmpty();
    admin("CONFIG", "SET", "notify-keyspace-events", "KA");
    assertThat(errors(patterns)).isEmpty();
    assertThat(errors(config(EVENTS, "sources.u.pattern", "__keyevent@0__:hset")))
        .containsOnlyKeys("sources.u.pattern");
    patterns.put("redis.uri", "redis://127.0.0.1:" + redis.port() + "/6");
    assertThat(errors(patterns))
        .containsOnlyKeys("sources.u.pattern")
        .allSatisfy((name, message) -> assertThat(message).contains("database 6"));
    patterns.put("sources.u.pattern", "__keyspace@*__:comsrv:*");
    assertThat(errors(patterns)).isEmpty();
  }

  // Field case R6: switched off later, as by a restart.
  @Test
  void keyspaceEvents_thatDoNotComeAnyMore_areSaid() {
    try (TaskHarness task = task(EVENTS, "sources.u.pattern", "__keyspace@0__:comsrv:*")) {
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> task.pollTimes(1) != null && metric("u", "stuck-since-ms") > 0);
      admin("CONFIG", "SET", "notify-keyspace-events", "Kh");
      admin("CLIENT", "KILL", "TYPE", "pubsub");
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> task.pollTimes(1) != null && metric("u", "stuck-since-ms") == 0);
      client.hset("comsrv:1:m", Map.of("1", "5"));
      assertThat(field(task.pollFor(1).get(0), "1")).isEqualTo(5);
    }
  }

  /** Disconnects only the task; the test's own connections stay. */
  private static void disconnect() {
    for (String line : Bytes.text((byte[]) admin("CLIENT", "LIST")).split("\n", -1)) {
      if (line.contains(" name=hissrv-test")) {
        admin("CLIENT", "KILL", "ID", line.substring("id=".length(), line.indexOf(' ')));
      }
    }
  }

  private static void windows(RedisClient where, int firstScore) {
    for (int i = 0; i < 10; i++) {
      String key = "archive:1m:" + 60 * (i + 1) + ":1";
      where.hset(key, Map.of("n", String.valueOf(firstScore + i)));
      where.zadd("archive:index:1m", firstScore + i, key);
      where.xadd("s", Map.of("n", "1"), XAddParams.xAddParams().id(firstScore + i + "-1"));
    }
  }

  // Field case R7.
  @Test
  void anotherServer_isNoticed_andReadFromItsBeginning(@TempDir Path home) {
    Map<String, String> sources =
        Map.of(
            "sources", "a,s",
            "sources.a.type", "archive",
            "sources.a.window", "1m",
            "sources.s.type", "stream",
            "sources.s.key", "s");
    windows(client, 100);
    try (TaskHarness task = task(sources)) {
      assertThat(task.pollFor(20)).hasSize(20);
    }
    try (TaskHarness task = task(sources)) {
      assertThat(task.pollTimes(4)).as("the same data").isEmpty();
    }
    try (RedisServer other = RedisServer.start(home);
        RedisClient own = RedisClient.create("127.0.0.1", other.port())) {
      // Seven of ten windows are behind the position, and the position's key exists with another
      // score.
      windows(own, 107 - 7 + 3);
      Map<String, String> moved = TaskHarness.config(other.port(), sources);
      try (TaskHarness task = new TaskHarness(moved, stored)) {
        List<SourceRecord> records = task.pollFor(20);
        assertThat(records).hasSize(20);
        assertThat(metric("a", "index-resets")).isEqualTo(1);
        assertThat(metric("s", "index-resets")).isEqualTo(1);
        assertThat(task.pollTimes(4)).isEmpty();
      }
      try (TaskHarness task = new TaskHarness(moved, stored)) {
        assertThat(task.pollTimes(4)).as("positions belong to that server now").isEmpty();
      }
    }
  }

  /** No connection breaks: SWAPDB puts other data under the one that there is. */
  @Test
  void otherDataUnderTheSameConnection_areNoticed_andReadFromTheirBeginning() {
    Map<String, String> sources =
        Map.of(
            "sources", "a,s",
            "sources.a.type", "archive",
            "sources.a.window", "1m",
            "sources.s.type", "stream",
            "sources.s.key", "s");
    windows(client, 100);
    try (TaskHarness task = task(sources);
        RedisClient next = RedisClient.create("redis://127.0.0.1:" + redis.port() + "/1")) {
      assertThat(task.pollFor(20)).hasSize(20);
      // Seven of ten windows and entries are behind the positions.
      windows(next, 103);
      admin("SWAPDB", "0", "1");
      List<SourceRecord> read = new ArrayList<>();
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                read.addAll(task.pollTimes(1));
                return metric("a", "index-resets") == 1
                    && metric("s", "index-resets") == 1
                    && read.size() >= 20;
              });
      assertThat(task.pollTimes(4)).isEmpty();
      assertThat(read.stream().map(record -> record.headers().lastWithName("hissrv.key").value()))
          .contains("archive:1m:60:1", "archive:1m:600:1");
    }
  }

  /** Redis came back with an older snapshot, and has closed a window since. */
  @Test
  void olderData_thatHasGoneOnMeanwhile_isNoticed() {
    Map<String, String> archive =
        Map.of("sources", "a", "sources.a.type", "archive", "sources.a.window", "1m");
    windows(client, 100);
    try (TaskHarness task = task(archive)) {
      assertThat(task.pollFor(10)).hasSize(10);
      // Removes what an older snapshot would not have, and adds what comes after it.
      for (int start : List.of(540, 600)) {
        client.unlink("archive:1m:" + start + ":1");
        client.zrem("archive:index:1m", "archive:1m:" + start + ":1");
      }
      client.hset("archive:1m:900:1", "n", "900");
      client.zadd("archive:index:1m", 200, "archive:1m:900:1");
      disconnect();
      assertThat(task.pollFor(9)).hasSize(9);
      assertThat(metric("a", "index-resets")).isEqualTo(1);
      assertThat(task.pollTimes(4)).isEmpty();
    }
  }

  /** Windows that have expired, and left the index at its old end, do not mean other data. */
  @Test
  void windowsThatHaveExpired_areNoReset() {
    Map<String, String> archive =
        Map.of("sources", "a", "sources.a.type", "archive", "sources.a.window", "1m");
    windows(client, 100);
    try (TaskHarness task = task(archive)) {
      assertThat(task.pollFor(10)).hasSize(10);
      client.zrange("archive:index:1m", 0, -1).forEach(client::unlink);
      client.zremrangeByRank("archive:index:1m", 0, -1);
      client.hset("archive:1m:900:1", "n", "900");
      client.zadd("archive:index:1m", 200, "archive:1m:900:1");
      disconnect();
      assertThat(task.pollFor(1)).hasSize(1);
      assertThat(metric("a", "index-resets")).isZero();
    }
  }

  // Field case R7: if the user may not store the id, the task goes on as before.
  @Test
  void idOfTheData_thatIsForbidden_isDoneWithout() {
    admin("ACL", "SETUSER", "u", "reset", "on", ">pw", "~archive:*", "&*", "+@all");
    windows(client, 1);
    try (TaskHarness task =
        task(
            Map.of("sources", "a", "sources.a.type", "archive", "sources.a.window", "1m"),
            "redis.username",
            "u",
            "redis.password",
            "pw")) {
      assertThat(task.pollFor(10)).hasSize(10);
    }
  }

  // Field case R8.
  @Test
  void cleanStop_leavesNothingInFlightThatWasDelivered() {
    for (int n = 0; n < 5; n++) {
      push(n);
    }
    client.lpush("q", "no sample");
    try (TaskHarness task = task(LIST)) {
      List<SourceRecord> some = task.poll();
      assertThat(some).hasSize(5);
      task.store(some);
      task.delivered(some);
    }
    assertThat(client.exists("q:inflight", "q:claim", "q:owner")).isZero();
    assertThat(client.llen("q:rejected")).isEqualTo(1);
    try (TaskHarness task = new TaskHarness(config(LIST, "name", "renamed"), new HashMap<>())) {
      assertThat(task.pollTimes(5)).isEmpty();
    }
  }

  // Field case R8: undelivered elements stay in flight, and the list is free at once.
  @Test
  void cleanStop_whileUndelivered_isSentByWhoeverComes() {
    push(1);
    try (TaskHarness task = task(LIST)) {
      assertThat(task.poll()).hasSize(1);
    }
    try (TaskHarness task = new TaskHarness(config(LIST, "name", "renamed"), new HashMap<>())) {
      assertThat(task.pollFor(1)).hasSize(1);
    }
  }

  // Field case O4.
  @Test
  void twoConnectorsOnOneList_theSecondIsRefused_andNothingIsRepeated() {
    for (int n = 0; n < 50; n++) {
      push(n);
    }
    try (TaskHarness first = task(LIST, "batch.max.records", "10")) {
      List<SourceRecord> claim = first.poll();
      Map<String, String> second = config(LIST, "name", "second");
      assertThat(errors(second))
          .containsOnlyKeys("sources.l.key")
          .allSatisfy((name, message) -> assertThat(message).contains("connector test"));
      assertThat(errors(config(LIST))).as("the same connector, edited").isEmpty();
      try (TaskHarness other = new TaskHarness(second, new HashMap<>())) {
        assertThat(other.pollTimes(5)).isEmpty();
        first.store(claim);
        first.delivered(claim);
        assertThat(first.pollFor(40)).hasSize(40);
        assertThat(other.pollTimes(3)).isEmpty();
      }
    }
    Map<String, String> second = config(LIST, "name", "second");
    push(99);
    try (TaskHarness other = new TaskHarness(second, new HashMap<>())) {
      assertThat(other.pollFor(1)).hasSize(1);
    }
  }

  // Field case O4: the owner was killed.
  @Test
  void listOfAConnectorThatIsGone_isTakenOverAfterAWhile() {
    push(1);
    client.set("q:owner", "killed");
    try (TaskHarness task = task(LIST)) {
      assertThat(task.pollTimes(3)).isEmpty();
      assertThat(metric("l", "stuck-since-ms")).isPositive();
      client.pexpire("q:owner", 1);
      List<SourceRecord> records = new ArrayList<>();
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                records.addAll(task.pollTimes(1));
                return records.size() == 1;
              });
      assertThat(metric("l", "stuck-since-ms")).isZero();
      assertThat(client.pttl("q:owner")).isBetween(1L, 30_000L);
    }
  }

  @Test
  void claimThatIsNone_failsAndSaysSo() {
    push(1);
    client.set("q:claim", "rubbish");
    client.lpush("q:inflight", "x");
    try (TaskHarness task = task(LIST)) {
      assertThatThrownBy(() -> task.pollTimes(3))
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("q:claim");
    }
  }
}
