package com.voltageems.hissrv.redis.source;

import static com.voltageems.hissrv.redis.source.TaskHarness.config;
import static com.voltageems.hissrv.redis.source.TaskHarness.field;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.jedis.JedisLink;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisUnavailableException;
import com.voltageems.hissrv.redis.source.link.SentinelLoginException;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.RequiresServer;
import com.voltageems.hissrv.testkit.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.JedisClusterCRC16;

/** Other servers get the data while a task runs, and no connection breaks. */
class TopologyChangesIT {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final int SLOTS = 16384;

  @TempDir Path dir;

  private static @Nullable Object call(int port, String command, String... args) {
    try (Connection connection = new Connection("127.0.0.1", port)) {
      connection.sendCommand(() -> Bytes.of(command), args);
      return connection.getOne();
    }
  }

  private static String text(int port, String command, String... args) {
    return Bytes.text((byte[]) Objects.requireNonNull(call(port, command, args)));
  }

  private RedisServer node(String name, String... options) throws IOException {
    List<String> all = new ArrayList<>(List.of("--cluster-enabled", "yes"));
    all.addAll(List.of(options));
    return RedisServer.start(Files.createDirectory(dir.resolve(name)), all.toArray(String[]::new));
  }

  private static void addSlots(RedisServer node, int from, int to) {
    String[] args = new String[to - from + 2];
    args[0] = "ADDSLOTS";
    for (int slot = from; slot <= to; slot++) {
      args[slot - from + 1] = String.valueOf(slot);
    }
    call(node.port(), "CLUSTER", args);
  }

  private static void meet(RedisServer one, RedisServer... others) {
    for (RedisServer other : others) {
      call(one.port(), "CLUSTER", "MEET", "127.0.0.1", String.valueOf(other.port()));
    }
    int known = others.length + 1;
    List<RedisServer> all = new ArrayList<>(List.of(others));
    all.add(one);
    for (RedisServer node : all) {
      await()
          .atMost(LIMIT)
          .until(
              () ->
                  text(node.port(), "CLUSTER", "INFO")
                      .matches("(?s).*cluster_state:ok.*cluster_known_nodes:" + known + "\\s.*"));
    }
  }

  private static String id(RedisServer node) {
    return text(node.port(), "CLUSTER", "MYID");
  }

  /** Gives a slot without keys to a node. */
  private static void give(int slot, RedisServer to, RedisServer... others) {
    call(to.port(), "CLUSTER", "SETSLOT", String.valueOf(slot), "NODE", id(to));
    for (RedisServer other : others) {
      call(other.port(), "CLUSTER", "SETSLOT", String.valueOf(slot), "NODE", id(to));
    }
  }

  private static Map<String, String> hashes(String... more) {
    Map<String, String> all =
        new HashMap<>(
            Map.of("sources", "h", "sources.h.type", "hash", "sources.h.pattern", "comsrv:*"));
    for (int i = 0; i < more.length; i += 2) {
      all.put(more[i], more[i + 1]);
    }
    return config(1, all);
  }

  private static List<Double> pollUntil(TaskHarness task, Predicate<List<Double>> end) {
    List<Double> all = new ArrayList<>();
    await()
        .atMost(LIMIT)
        .until(
            () -> {
              for (SourceRecord record : task.pollTimes(1)) {
                all.add(field(record, "n"));
              }
              return end.test(all);
            });
    return all;
  }

  /** Nothing that was read moves, so nothing redirects the reader to the new node. */
  @Test
  void cluster_nodeIsAdded_keysThatOnlyItHasAreRead() throws IOException {
    try (RedisServer one = node("c1");
        RedisServer two = node("c2");
        RedisServer three = node("c3")) {
      addSlots(one, 0, SLOTS / 2 - 1);
      addSlots(two, SLOTS / 2, SLOTS - 1);
      meet(one, two);
      call(one.port(), "HSET", keyOf(0, SLOTS / 2), "n", "1");
      try (TaskHarness task =
          new TaskHarness(
              hashes("redis.mode", "cluster", "redis.nodes", "127.0.0.1:" + one.port()),
              new HashMap<>())) {
        pollUntil(task, all -> all.contains(1.0));
        meet(one, two, three);
        String key = keyOf(SLOTS / 2, SLOTS);
        give(JedisClusterCRC16.getSlot(key), three, one, two);
        call(three.port(), "HSET", key, "n", "3");
        pollUntil(task, all -> all.contains(3.0));
      }
    }
  }

  /** Returns a key of a hash in one of these slots. */
  private static String keyOf(int from, int to) {
    for (int n = 0; ; n++) {
      String key = "comsrv:" + n + ":m";
      int slot = JedisClusterCRC16.getSlot(key);
      if (slot >= from && slot < to) {
        return key;
      }
    }
  }

  /** Returns a key of slots 0 to 4999 whose companion is in slots 5000 to 9999. */
  private static String keyWithTimesElsewhere() {
    for (int n = 0; ; n++) {
      String key = "comsrv:" + n + ":T";
      int times = JedisClusterCRC16.getSlot(key + ":ts");
      if (JedisClusterCRC16.getSlot(key) < 5000 && times >= 5000 && times < 10000) {
        return key;
      }
    }
  }

  /** The first slot moves to a node that had none: it is not among the cluster's primaries yet. */
  @Test
  void cluster_slotThatIsMovingToANodeWithoutSlots_isReadThere() throws IOException {
    try (RedisServer one = node("c1");
        RedisServer two = node("c2");
        RedisLink link =
            new JedisLink(
                Readers.config(
                        hashes("redis.mode", "cluster", "redis.nodes", "127.0.0.1:" + one.port()))
                    .redis("test"),
                () -> {})) {
      addSlots(one, 0, SLOTS - 1);
      meet(one, two);
      String key = keyOf(0, SLOTS);
      Command read = Command.keyed("HGET", key, "n");
      call(one.port(), "HSET", key, "n", "1");
      assertThat(link.call(read)).isEqualTo(Bytes.of("1"));
      String slot = String.valueOf(JedisClusterCRC16.getSlot(key));
      call(two.port(), "CLUSTER", "SETSLOT", slot, "IMPORTING", id(one));
      call(one.port(), "CLUSTER", "SETSLOT", slot, "MIGRATING", id(two));
      call(one.port(), "MIGRATE", "127.0.0.1", String.valueOf(two.port()), key, "0", "5000");
      assertThat(link.call(read)).isEqualTo(Bytes.of("1"));
      assertThat(link.generation()).isEqualTo(1);
    }
  }

  /** Behind a NAT a cluster leaves out the host; nothing listens where an empty one would lead. */
  @Test
  @RequiresServer(RequiresServer.Server.REDIS)
  void cluster_thatDoesNotKnowItsAddresses_isFoundWhereTheClientHasFoundIt() throws IOException {
    assumeTrue(Ports.haveIpv6());
    String[] options = {
      "--bind", "::1", "127.0.0.1", "--cluster-preferred-endpoint-type", "unknown-endpoint"
    };
    try (RedisServer one = node("c1", options);
        RedisServer two = node("c2", options);
        RedisLink link =
            new JedisLink(
                Readers.config(
                        hashes("redis.mode", "cluster", "redis.nodes", "[::1]:" + one.port()))
                    .redis("test"),
                () -> {})) {
      addSlots(one, 0, SLOTS - 1);
      meet(one, two);
      String key = keyOf(0, SLOTS);
      Command read = Command.keyed("HGET", key, "n");
      call(one.port(), "HSET", key, "n", "1");
      assertThat(link.call(read)).isEqualTo(Bytes.of("1"));
      String slot = String.valueOf(JedisClusterCRC16.getSlot(key));
      call(two.port(), "CLUSTER", "SETSLOT", slot, "IMPORTING", id(one));
      call(one.port(), "CLUSTER", "SETSLOT", slot, "MIGRATING", id(two));
      call(one.port(), "MIGRATE", "127.0.0.1", String.valueOf(two.port()), key, "0", "5000");
      call(two.port(), "CONFIG", "SET", "bind", "::1");
      assertThat(link.call(read)).isEqualTo(Bytes.of("1"));
    }
  }

  @Test
  @RequiresServer(RequiresServer.Server.REDIS)
  void cluster_thatNamesNoHost_isTold() throws IOException {
    try (RedisServer one = node("c1", "--cluster-preferred-endpoint-type", "hostname")) {
      addSlots(one, 0, SLOTS - 1);
      assertThat(errors(hashes("redis.mode", "cluster", "redis.nodes", "127.0.0.1:" + one.port())))
          .containsOnlyKeys("redis.nodes")
          .allSatisfy((name, text) -> assertThat(text).contains("no cluster-announce-hostname"));
    }
  }

  /** As redis-cli --cluster del-node leaves it: the node runs on, alone. */
  @Test
  void cluster_subscribedNodeIsRemoved_messagesOfTheOthersArrive() throws IOException {
    try (RedisServer one = node("c1");
        RedisServer two = node("c2")) {
      addSlots(two, 0, 9);
      addSlots(one, 10, SLOTS - 1);
      meet(one, two);
      Map<String, String> config =
          hashes(
              "redis.mode",
              "cluster",
              "redis.nodes",
              "127.0.0.1:" + one.port() + ",127.0.0.1:" + two.port(),
              "sources.h.type",
              "pubsub",
              "sources.h.pattern",
              "point:update:*");
      try (TaskHarness task = new TaskHarness(config, new HashMap<>())) {
        pollUntil(
            task,
            all -> {
              call(one.port(), "PUBLISH", "point:update:9", "1");
              return TaskHarness.metric("h", "records") > 0;
            });
        for (int slot = 0; slot < 10; slot++) {
          give(slot, one, two);
        }
        call(one.port(), "CLUSTER", "FORGET", id(two));
        call(two.port(), "CLUSTER", "RESET", "HARD");
        long before = TaskHarness.metric("h", "records");
        pollUntil(
            task,
            all -> {
              call(one.port(), "PUBLISH", "point:update:9", "2");
              return TaskHarness.metric("h", "records") > before + 5;
            });
      }
    }
  }

  /** A cluster that goes on without some slots has keys that nobody reads: this is told. */
  @Test
  void cluster_slotsOfNoNode_areTold() throws IOException {
    try (RedisServer one = node("c1", "--cluster-require-full-coverage", "no");
        RedisServer two = node("c2", "--cluster-require-full-coverage", "no")) {
      addSlots(one, 0, SLOTS / 2 - 1);
      addSlots(two, SLOTS / 2, SLOTS - 1);
      meet(one, two);
      call(one.port(), "HSET", keyOf(0, SLOTS / 2), "n", "1");
      try (TaskHarness task =
          new TaskHarness(
              hashes("redis.mode", "cluster", "redis.nodes", "127.0.0.1:" + one.port()),
              new HashMap<>())) {
        pollUntil(task, all -> all.contains(1.0));
        assertThat(TaskHarness.metric("h", "stuck-since-ms")).isZero();
        String[] slots = new String[11];
        slots[0] = "DELSLOTS";
        for (int i = 1; i <= 10; i++) {
          slots[i] = String.valueOf(SLOTS - i);
        }
        call(one.port(), "CLUSTER", slots);
        call(two.port(), "CLUSTER", slots);
        pollUntil(task, all -> TaskHarness.metric("h", "stuck-since-ms") > 0);
        call(one.port(), "HSET", keyOf(0, SLOTS / 2), "n", "2");
        pollUntil(task, all -> all.contains(2.0));
        addSlots(two, SLOTS - 10, SLOTS - 1);
        pollUntil(task, all -> TaskHarness.metric("h", "stuck-since-ms") == 0);
      }
    }
  }

  /** A cluster that goes on without a primary, and so does what its other primaries have. */
  @Test
  void cluster_primaryIsKilled_theOthersAreRead_andItIsTold() throws IOException {
    try (RedisServer one = node("c1", "--cluster-require-full-coverage", "no");
        RedisServer two = node("c2", "--cluster-require-full-coverage", "no");
        RedisServer three = node("c3", "--cluster-require-full-coverage", "no")) {
      addSlots(one, 0, 4999);
      addSlots(two, 5000, 9999);
      addSlots(three, 10000, SLOTS - 1);
      meet(one, two, three);
      String here = keyOf(0, 5000);
      String there = keyOf(5000, 10000);
      call(one.port(), "HSET", here, "n", "1");
      call(two.port(), "HSET", there, "n", "2");
      String timed = keyWithTimesElsewhere();
      call(one.port(), "HSET", timed, "n", "7");
      call(two.port(), "HSET", timed + ":ts", "n", "1642592400000");
      try (TaskHarness task =
          new TaskHarness(
              hashes(
                  "redis.mode",
                  "cluster",
                  "redis.nodes",
                  "127.0.0.1:" + one.port(),
                  "sources",
                  "h,a",
                  "sources.a.type",
                  "archive",
                  "sources.a.window",
                  "1m"),
              new HashMap<>())) {
        pollUntil(task, all -> all.containsAll(List.of(1.0, 2.0, 7.0)));
        two.kill();
        // Its value must not come with another time while its times cannot be read.
        call(one.port(), "HSET", timed, "n", "8");
        call(one.port(), "HSET", here, "n", "3");
        assertThat(pollUntil(task, all -> all.contains(3.0))).doesNotContain(8.0);
        assertThat(
                pollUntil(
                    task,
                    all ->
                        TaskHarness.metric("h", "stuck-since-ms") > 0
                            && TaskHarness.metric("a", "stuck-since-ms") > 0))
            .doesNotContain(8.0);
        call(one.port(), "HSET", here, "n", "4");
        assertThat(pollUntil(task, all -> all.contains(4.0))).doesNotContain(8.0);
        assertThat(task.pollTimes(10)).isEmpty();
        two.restart();
        pollUntil(
            task,
            all -> {
              try {
                call(two.port(), "HSET", there, "n", "5");
              } catch (JedisDataException e) {
                return false; // it loads, or has not found the others yet
              }
              return all.containsAll(List.of(5.0, 8.0))
                  && TaskHarness.metric("h", "stuck-since-ms") == 0
                  && TaskHarness.metric("a", "stuck-since-ms") == 0;
            });
      }
    }
  }

  /** A node that is back but not ready stops no more than one that is away. */
  @Test
  @RequiresServer(RequiresServer.Server.REDIS)
  void cluster_primaryLoadsItsData_theOthersAreRead() throws Exception {
    String[] slow = {
      "--cluster-require-full-coverage",
      "no",
      "--key-load-delay",
      "20000",
      "--loading-process-events-interval-bytes",
      "1024"
    };
    try (RedisServer one = node("c1", "--cluster-require-full-coverage", "no");
        RedisServer two = node("c2", slow)) {
      addSlots(one, 0, SLOTS / 2 - 1);
      addSlots(two, SLOTS / 2, SLOTS - 1);
      meet(one, two);
      String here = keyOf(0, SLOTS / 2);
      String there = keyOf(SLOTS / 2, SLOTS);
      call(one.port(), "HSET", here, "n", "1");
      call(two.port(), "HSET", there, "n", "2");
      String[] others = new String[1600];
      for (int i = 0; i < others.length; i += 2) {
        others[i] = "{" + there + "}" + i;
        others[i + 1] = "x".repeat(1000);
      }
      call(two.port(), "MSET", others);
      try (TaskHarness task =
          new TaskHarness(
              hashes("redis.mode", "cluster", "redis.nodes", "127.0.0.1:" + one.port()),
              new HashMap<>())) {
        pollUntil(task, all -> all.containsAll(List.of(1.0, 2.0)));
        call(two.port(), "SAVE");
        two.kill();
        CompletableFuture<Void> loaded = CompletableFuture.runAsync(two::restart);
        await().atMost(LIMIT).until(() -> isLoading(two));
        call(one.port(), "HSET", here, "n", "3");
        pollUntil(task, all -> all.contains(3.0));
        assertThat(isLoading(two)).isTrue();
        loaded.get();
        await()
            .atMost(LIMIT)
            .ignoreExceptions()
            .until(() -> call(two.port(), "HSET", there, "n", "5") != null);
        pollUntil(task, all -> all.contains(5.0));
      }
    }
  }

  private static boolean isLoading(RedisServer redis) {
    try {
      call(redis.port(), "PING");
      return false;
    } catch (JedisDataException e) {
      return String.valueOf(e.getMessage()).startsWith("LOADING");
    } catch (JedisException e) {
      return false;
    }
  }

  /** A node that the others have left behind still names a primary that is gone. */
  @Test
  void cluster_firstNodeKnowsAnOldLayout_theOthersAreAsked() throws IOException {
    try (RedisServer behind = node("c1", "--cluster-require-full-coverage", "no");
        RedisServer gone = node("c2");
        RedisServer other = node("c3")) {
      addSlots(behind, 0, SLOTS / 2 - 1);
      addSlots(gone, SLOTS / 2, SLOTS - 1);
      meet(behind, gone);
      gone.kill();
      addSlots(other, 0, SLOTS - 1);
      await()
          .atMost(LIMIT)
          .until(() -> text(other.port(), "CLUSTER", "INFO").contains("cluster_state:ok"));
      call(other.port(), "HSET", keyOf(SLOTS / 2, SLOTS), "n", "2");
      for (List<RedisServer> order : List.of(List.of(behind, other), List.of(other, behind))) {
        String nodes = "127.0.0.1:" + order.get(0).port() + ",127.0.0.1:" + order.get(1).port();
        try (TaskHarness task =
            new TaskHarness(
                hashes("redis.mode", "cluster", "redis.nodes", nodes), new HashMap<>())) {
          pollUntil(task, all -> all.contains(2.0));
        }
      }
      // The best answer is used if none leads to everything.
      call(other.port(), "CLUSTER", "DELSLOTS", "0");
      call(other.port(), "CONFIG", "SET", "cluster-require-full-coverage", "no");
      String nodes = "127.0.0.1:" + other.port() + ",127.0.0.1:" + behind.port();
      try (TaskHarness task =
          new TaskHarness(hashes("redis.mode", "cluster", "redis.nodes", nodes), new HashMap<>())) {
        pollUntil(task, all -> all.contains(2.0));
      }
    }
  }

  /** Whoever asks whether everything is read must not be told so while a part cannot be read. */
  @Test
  void cluster_primaryIsAway_syncRequestWaitsForIt() throws IOException {
    try (RedisServer one = node("c1", "--cluster-require-full-coverage", "no");
        RedisServer two = node("c2", "--cluster-require-full-coverage", "no")) {
      addSlots(one, 0, SLOTS / 2 - 1);
      addSlots(two, SLOTS / 2, SLOTS - 1);
      meet(one, two);
      Map<String, String> config =
          hashes(
              "redis.mode",
              "cluster",
              "redis.nodes",
              "127.0.0.1:" + one.port(),
              "control.channel",
              "look",
              "status.topic",
              "status",
              "status.interval.ms",
              "100");
      try (TaskHarness task = new TaskHarness(config, new HashMap<>())) {
        askUntil(task, one, "a", "\"sync\":{\"id\":\"a\",\"waiting\":[]}");
        two.kill();
        askUntil(task, one, "b", "\"sync\":{\"id\":\"b\",\"waiting\":[\"h\"]}");
        assertThat(task.pollTimes(30))
            .extracting(record -> String.valueOf(record.value()))
            .noneMatch(status -> status.contains("\"id\":\"b\",\"waiting\":[]"));
        // A request that comes now is heard at least.
        askUntil(task, one, "c", "\"sync\":{\"id\":\"c\",\"waiting\":[\"h\"]}");
        two.restart();
        askUntil(task, one, "c", "\"sync\":{\"id\":\"c\",\"waiting\":[]}");
      }
    }
  }

  /** Asks for a look at everything until a status record contains the text. */
  private static void askUntil(TaskHarness task, RedisServer redis, String id, String text) {
    await()
        .atMost(LIMIT)
        .until(
            () -> {
              call(redis.port(), "PUBLISH", "look", "sync " + id);
              return task.pollTimes(3).stream()
                  .anyMatch(record -> String.valueOf(record.value()).contains(text));
            });
  }

  private ServerProcess sentinel(int port, int primary) throws IOException {
    Path conf = dir.resolve("sentinel-" + port + ".conf");
    Files.writeString(
        conf,
        """
        port %d
        bind 127.0.0.1
        dir %s
        sentinel monitor site 127.0.0.1 %d 3
        sentinel down-after-milliseconds site 60000
        """
            .formatted(port, dir, primary));
    ServerProcess sentinel =
        ServerProcess.startNative(
            "sentinel",
            List.of(
                RequiresServer.Server.REDIS.find().orElseThrow(), conf.toString(), "--sentinel"),
            Map.of(),
            dir.resolve("sentinel-" + port + ".log"));
    await().atMost(LIMIT).ignoreExceptions().until(() -> call(port, "PING") != null);
    return sentinel;
  }

  private static Map<String, String> watched(String... more) {
    Map<String, String> config = hashes("redis.mode", "sentinel", "redis.sentinel.master", "site");
    for (int i = 0; i < more.length; i += 2) {
      config.put(more[i], more[i + 1]);
    }
    return config;
  }

  /** The old server still answers, as after a partition, or when the name is given to another. */
  @Test
  @RequiresServer(RequiresServer.Server.REDIS)
  void sentinel_namesAnotherPrimary_whileTheOldOneAnswers() throws IOException {
    int port = Ports.free();
    try (RedisServer old = RedisServer.start(Files.createDirectory(dir.resolve("a")));
        RedisServer other = RedisServer.start(Files.createDirectory(dir.resolve("b")));
        ServerProcess sentinel = sentinel(port, old.port())) {
      assertThat(sentinel.isAlive()).isTrue();
      call(old.port(), "HSET", "comsrv:1:m", "n", "1");
      try (TaskHarness task =
          new TaskHarness(
              watched(
                  "redis.nodes",
                  "127.0.0.1:" + port,
                  "sources",
                  "h,c",
                  "sources.c.type",
                  "pubsub",
                  "sources.c.pattern",
                  "point:update:*"),
              new HashMap<>())) {
        pollUntil(task, all -> all.contains(1.0));
        call(port, "SENTINEL", "REMOVE", "site");
        call(port, "SENTINEL", "MONITOR", "site", "127.0.0.1", String.valueOf(other.port()), "1");
        call(other.port(), "HSET", "comsrv:1:m", "n", "2");
        pollUntil(task, all -> all.contains(2.0));
        pollUntil(
            task,
            all -> {
              call(other.port(), "PUBLISH", "point:update:9", "2");
              return TaskHarness.metric("c", "records") > 0;
            });
      }
    }
  }

  /** One sentinel was cut off from the others and does not know of the fail-over. */
  @Test
  @RequiresServer(RequiresServer.Server.REDIS)
  void sentinel_firstOneNamesAServerThatIsGone_theOthersAreAsked() throws IOException {
    int behind = Ports.free();
    int port = Ports.free();
    try (RedisServer redis = RedisServer.start(Files.createDirectory(dir.resolve("a")));
        ServerProcess first = sentinel(behind, 1);
        ServerProcess second = sentinel(port, redis.port())) {
      assertThat(first.isAlive() && second.isAlive()).isTrue();
      call(redis.port(), "HSET", "comsrv:1:m", "n", "1");
      try (TaskHarness task =
          new TaskHarness(
              watched("redis.nodes", "127.0.0.1:" + behind + ",127.0.0.1:" + port),
              new HashMap<>())) {
        pollUntil(task, all -> all.contains(1.0));
      }
    }
  }

  /** One sentinel names an old primary that still answers; the two others agree on the new one. */
  @Test
  @RequiresServer(RequiresServer.Server.REDIS)
  void sentinel_minorityNamesAnOldPrimary_theMajorityCounts() throws IOException {
    int behind = Ports.free();
    int port = Ports.free();
    int third = Ports.free();
    try (RedisServer old = RedisServer.start(Files.createDirectory(dir.resolve("a")));
        RedisServer redis = RedisServer.start(Files.createDirectory(dir.resolve("b")));
        ServerProcess one = sentinel(behind, old.port());
        ServerProcess two = sentinel(port, redis.port());
        ServerProcess three = sentinel(third, redis.port())) {
      assertThat(one.isAlive() && two.isAlive() && three.isAlive()).isTrue();
      call(old.port(), "HSET", "comsrv:1:m", "n", "1");
      call(redis.port(), "HSET", "comsrv:1:m", "n", "2");
      try (TaskHarness task =
          new TaskHarness(
              watched(
                  "redis.nodes",
                  "127.0.0.1:" + behind + ",127.0.0.1:" + port + ",127.0.0.1:" + third),
              new HashMap<>())) {
        assertThat(pollUntil(task, all -> !all.isEmpty())).containsExactly(2.0);
      }
    }
  }

  /** What a sentinel answers is told on its own settings, also if another one is away. */
  @Test
  @RequiresServer(RequiresServer.Server.REDIS)
  void sentinel_refusesTheLogin_orDoesNotKnowTheName() throws IOException {
    int port = Ports.free();
    try (RedisServer redis = RedisServer.start(Files.createDirectory(dir.resolve("a")));
        ServerProcess sentinel = sentinel(port, redis.port())) {
      assertThat(sentinel.isAlive()).isTrue();
      Map<String, String> config = watched("redis.nodes", "127.0.0.1:" + port + ",127.0.0.1:1");
      assertThat(errors(config)).isEmpty();
      config.put("redis.sentinel.master", "sight");
      assertThat(errors(config))
          .containsOnlyKeys("redis.sentinel.master")
          .allSatisfy((name, text) -> assertThat(text).contains("knows no primary named sight"));
      config.put("redis.sentinel.master", "site");
      call(port, "ACL", "SETUSER", "default", "resetpass", ">of-the-sentinel");
      for (String password : List.of("", "wrong")) {
        config.put("redis.sentinel.password", password);
        assertThat(errors(config))
            .containsOnlyKeys("redis.sentinel.password")
            .allSatisfy(
                (name, text) ->
                    assertThat(text)
                        .contains("the sentinel 127.0.0.1:" + port + " refused the login"));
        // The other one may accept it.
        assertThatThrownBy(() -> ping(config))
            .isInstanceOf(RedisUnavailableException.class)
            .hasMessageContaining("the sentinel 127.0.0.1:" + port + " refused the login");
      }
      config.put("redis.nodes", "127.0.0.1:" + port);
      assertThatThrownBy(() -> ping(config)).isInstanceOf(SentinelLoginException.class);
      assertThat(errors(config)).containsOnlyKeys("redis.sentinel.password");
      config.put("redis.sentinel.password", "of-the-sentinel");
      assertThat(errors(config)).isEmpty();
    }
  }

  private static @Nullable Object ping(Map<String, String> config) {
    try (RedisLink link = new JedisLink(Readers.config(config).redis("test"), () -> {})) {
      return link.call(Command.of("PING"));
    }
  }

  private static Map<String, String> errors(Map<String, String> config) {
    Map<String, String> errors = new HashMap<>();
    for (ConfigValue value : new RedisSourceConnector().validate(config).configValues()) {
      if (!value.errorMessages().isEmpty()) {
        errors.put(value.name(), String.valueOf(value.errorMessages()));
      }
    }
    return errors;
  }
}
