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
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.RequiresServer;
import com.voltageems.hissrv.testkit.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Connection;
import redis.clients.jedis.util.JedisClusterCRC16;

/** Sentinel, cluster, TLS and ACL against real servers. */
class ConnectionsIT {
  private static final Map<String, String> LIST =
      Map.of("sources", "p", "sources.p.type", "list", "sources.p.key", "archive:pending");

  @TempDir Path dir;

  /** Does not use our own link, which refuses to take one node of a cluster for the whole. */
  private static @Nullable Object call(int port, String command, String... args) {
    try (Connection connection = new Connection("127.0.0.1", port)) {
      connection.sendCommand(() -> Bytes.of(command), args);
      return connection.getOne();
    }
  }

  private static Map<String, String> with(Map<String, String> base, String... more) {
    Map<String, String> all = new HashMap<>(base);
    for (int i = 0; i < more.length; i += 2) {
      all.put(more[i], more[i + 1]);
    }
    return all;
  }

  private static String element(int n) {
    return "{\"measurement\":\"m\",\"fields\":{\"n\":" + n + "}}";
  }

  /** A primary, a replica in step with it, and a sentinel that watches them. */
  private final class Watched implements AutoCloseable {
    final RedisServer primary = RedisServer.start(folder("a"));
    final RedisServer replica = RedisServer.start(folder("b"));
    private final ServerProcess sentinel;
    final Map<String, String> config;

    Watched() throws IOException {
      call(replica.port(), "REPLICAOF", "127.0.0.1", String.valueOf(primary.port()));
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> info(replica, "replication").contains("master_link_status:up"));
      Path conf = dir.resolve("sentinel.conf");
      int port = Ports.free();
      Files.writeString(
          conf,
          """
          port %d
          bind 127.0.0.1
          dir %s
          requirepass of-the-sentinel
          sentinel monitor site 127.0.0.1 %d 1
          sentinel down-after-milliseconds site 5000
          sentinel failover-timeout site 15000
          """
              .formatted(port, dir, primary.port()));
      sentinel =
          ServerProcess.startNative(
              "sentinel",
              List.of(
                  RequiresServer.Server.REDIS.find().orElseThrow(), conf.toString(), "--sentinel"),
              Map.of(),
              dir.resolve("sentinel.log"));
      config =
          with(
              LIST,
              "redis.mode",
              "sentinel",
              "redis.nodes",
              "127.0.0.1:1,127.0.0.1:" + port,
              "redis.sentinel.master",
              "site",
              "redis.sentinel.password",
              "of-the-sentinel",
              "batch.max.records",
              "3");
      for (int n = 0; n < 9; n++) {
        call(primary.port(), "LPUSH", "archive:pending", element(n));
      }
    }

    /** From now on, the replica gets no more writes. */
    void cutReplication() {
      call(primary.port(), "ACL", "SETUSER", "default", "-psync");
      call(primary.port(), "CLIENT", "KILL", "TYPE", "replica");
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> info(replica, "replication").contains("master_link_status:down"));
    }

    private Path folder(String name) {
      try {
        return Files.createDirectory(dir.resolve(name));
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      sentinel.close();
      replica.close();
      primary.close();
    }
  }

  private static String info(RedisServer server, String section) {
    return Bytes.text((byte[]) Objects.requireNonNull(call(server.port(), "INFO", section)));
  }

  private static List<SourceRecord> pollUntil(TaskHarness task, int count) {
    List<SourceRecord> records = new ArrayList<>();
    await()
        .atMost(Duration.ofMinutes(3))
        .until(
            () -> {
              records.addAll(task.pollTimes(1));
              return records.size() >= count;
            });
    return records;
  }

  /**
   * The primary is killed in the middle of a claim. The replica that takes over has the claim, so
   * nothing is lost.
   */
  @Test
  @RequiresServer(RequiresServer.Server.REDIS)
  void sentinel_failOverInMidClaim() throws IOException {
    try (Watched site = new Watched();
        TaskHarness task = new TaskHarness(config(1, site.config), new HashMap<>())) {
      List<SourceRecord> first = new ArrayList<>();
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                first.addAll(task.poll());
                return first.size() == 3;
              });
      // The claim is in flight, and the replica has it.
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () ->
                  Long.valueOf(1)
                      .equals(call(site.replica.port(), "EXISTS", "archive:pending:claim")));
      site.primary.kill();
      task.store(first);
      task.delivered(first);
      assertThat(pollUntil(task, 6))
          .extracting(record -> field(record, "n"))
          .containsExactly(3.0, 4.0, 5.0, 6.0, 7.0, 8.0);
    }
  }

  /**
   * The replica that takes over has neither the latest claims nor the latest windows: whatever it
   * has is delivered again, nothing is lost, and the task notices that the index went back.
   */
  @Test
  @RequiresServer(RequiresServer.Server.REDIS)
  void sentinel_failOverToAReplicaThatLagged() throws IOException {
    try (Watched site = new Watched()) {
      int port = site.primary.port();
      window(port, 1, 60);
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> Long.valueOf(1).equals(call(site.replica.port(), "ZCARD", "archive:index:1m")));
      site.cutReplication();
      window(port, 2, 120);
      Map<String, String> config =
          with(
              site.config,
              "sources",
              "p,a",
              "sources.a.type",
              "archive",
              "sources.a.window",
              "1m",
              "sources.a.scan",
              "false");
      try (TaskHarness task = new TaskHarness(config(1, config), new HashMap<>())) {
        assertThat(pollUntil(task, 11)).hasSize(11);
        site.primary.kill();
        List<SourceRecord> again = pollUntil(task, 10);
        assertThat(again.stream().filter(record -> record.topic().equals("hissrv.p")))
            .extracting(record -> field(record, "n"))
            .containsExactly(0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0);
        assertThat(TaskHarness.metric("a", "index-resets")).isEqualTo(1);
        window(site.replica.port(), 2, 180);
        assertThat(pollUntil(task, 1)).extracting(TaskHarness::time).containsExactly(180_000L);
      }
    }
  }

  /** The replica that takes over lacks the latest claims: it is told how many elements repeat. */
  @Test
  @RequiresServer(RequiresServer.Server.REDIS)
  void sentinel_failOverToAReplicaThatLagged_tellsHowManyElementsOfAListRepeat()
      throws IOException {
    try (Watched site = new Watched();
        TaskHarness task = new TaskHarness(config(1, site.config), new HashMap<>())) {
      assertThat(pollUntil(task, 3)).hasSize(3);
      Object counted = call(site.primary.port(), "GET", "archive:pending:claimed");
      assertThat(counted).isNotNull();
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> call(site.replica.port(), "GET", "archive:pending:claimed") != null);
      site.cutReplication();
      assertThat(pollUntil(task, 6)).hasSize(6);
      assertThat(TaskHarness.metric("p", "elements-repeated")).isZero();
      site.primary.kill();
      assertThat(pollUntil(task, 9)).hasSize(9);
      assertThat(TaskHarness.metric("p", "elements-repeated")).isEqualTo(9);
      call(site.replica.port(), "LPUSH", "archive:pending", element(9));
      assertThat(pollUntil(task, 1)).hasSize(1);
      assertThat(TaskHarness.metric("p", "elements-repeated")).isEqualTo(9);
    }
  }

  private static void window(int port, int score, int start) {
    String key = "archive:1m:" + start + ":1";
    call(port, "HSET", key, "n", String.valueOf(start));
    call(port, "ZADD", "archive:index:1m", String.valueOf(score), key);
  }

  @Test
  void cluster_keysOfAllNodesAndAListBeside() throws IOException {
    try (RedisServer one =
            RedisServer.start(
                Files.createDirectory(dir.resolve("c1")), "--cluster-enabled", "yes");
        RedisServer two =
            RedisServer.start(
                Files.createDirectory(dir.resolve("c2")), "--cluster-enabled", "yes")) {
      joinCluster(one, two);
      Map<String, String> cluster =
          Map.of("redis.mode", "cluster", "redis.nodes", "127.0.0.1:" + one.port());
      try (RedisLink link =
          new JedisLink(Readers.config(config(1, with(LIST, cluster))).redis("test"), () -> {})) {
        for (int n = 0; n < 40; n++) {
          link.call(Command.keyed("HSET", "comsrv:" + n + ":m", "n", String.valueOf(n)));
        }
        link.call(Command.keyed("LPUSH", "archive:pending", element(100), element(101)));
      }
      Map<String, String> config =
          with(
              with(LIST, cluster),
              "sources",
              "p,h",
              "sources.h.type",
              "hash",
              "sources.h.pattern",
              "comsrv:*");
      try (TaskHarness task = new TaskHarness(config(1, config), new HashMap<>())) {
        assertThat(task.pollFor(42)).hasSize(42);
        task.pollTimes(3);
        // A slot gets another owner: the link finds it.
        call(one.port(), "CLUSTER", "FORGET", nodeId(two.port()));
        call(one.port(), "CLUSTER", "MEET", "127.0.0.1", String.valueOf(two.port()));
        assertThat(task.pollTimes(3)).isEmpty();
      }
    }
  }

  @Test
  void cluster_byAddressesOfIpv6() throws IOException {
    assumeTrue(Ports.haveIpv6());
    String[] options = {"--bind", "::1", "127.0.0.1", "--cluster-enabled", "yes"};
    try (RedisServer one = RedisServer.start(Files.createDirectory(dir.resolve("c1")), options);
        RedisServer two = RedisServer.start(Files.createDirectory(dir.resolve("c2")), options)) {
      joinCluster(one, two, "::1");
      Map<String, String> cluster =
          Map.of("redis.mode", "cluster", "redis.nodes", "[::1]:1,[::1]:" + one.port());
      try (RedisLink link =
          new JedisLink(Readers.config(config(1, with(LIST, cluster))).redis("test"), () -> {})) {
        for (int n = 0; n < 40; n++) {
          link.call(Command.keyed("HSET", "comsrv:" + n + ":m", "n", String.valueOf(n)));
        }
        assertThat(link.primaries()).isEqualTo(2);
      }
    }
  }

  /**
   * Sentinels report the address without brackets; in a message, its port must still be
   * recognizable.
   */
  @Test
  @RequiresServer(RequiresServer.Server.REDIS)
  void sentinel_byAddressesOfIpv6() throws IOException {
    assumeTrue(Ports.haveIpv6());
    int port = Ports.free();
    Path conf = dir.resolve("sentinel.conf");
    try (RedisServer redis =
        RedisServer.start(
            Files.createDirectory(dir.resolve("a")),
            "--bind",
            "::1",
            "127.0.0.1",
            "--replicaof",
            "127.0.0.1",
            "1")) {
      Files.writeString(
          conf,
          """
          port %d
          bind ::1
          dir %s
          sentinel monitor site ::1 %d 1
          """
              .formatted(port, dir, redis.port()));
      Map<String, String> sentinels =
          Map.of(
              "redis.mode",
              "sentinel",
              "redis.nodes",
              "[::1]:1,[::1]:" + port,
              "redis.sentinel.master",
              "site");
      try (ServerProcess sentinel =
              ServerProcess.startNative(
                  "sentinel",
                  List.of(
                      RequiresServer.Server.REDIS.find().orElseThrow(),
                      conf.toString(),
                      "--sentinel"),
                  Map.of(),
                  dir.resolve("sentinel.log"));
          RedisLink link =
              new JedisLink(
                  Readers.config(config(1, with(LIST, sentinels))).redis("test"), () -> {})) {
        assertThat(sentinel.isAlive()).isTrue();
        Command read = Command.keyed("HGETALL", "comsrv:1:m");
        await()
            .atMost(Duration.ofMinutes(2))
            .untilAsserted(
                () ->
                    assertThatThrownBy(() -> link.call(read))
                        .isInstanceOf(RedisUnavailableException.class)
                        .hasMessageContaining(
                            "[::1]:" + redis.port() + " is not a primary (any more)"));
        call(redis.port(), "REPLICAOF", "NO", "ONE");
        assertThat(link.call(read)).isEqualTo(List.of());
      }
    }
  }

  /** Redis closes what was idle for its {@code timeout}; this is no outage. */
  @Test
  void idleConnectionThatRedisHasClosed_isMadeAgain_withoutFailure() throws IOException {
    try (RedisServer redis =
            RedisServer.start(Files.createDirectory(dir.resolve("idle")), "--timeout", "1");
        RedisLink link =
            new JedisLink(
                Readers.config(config(1, with(LIST, Map.of("redis.uri", redis.uri()))))
                    .redis("idle"),
                () -> {})) {
      Command write = Command.keyed("LPUSH", "archive:pending", element(1));
      assertThat(link.call(write)).isEqualTo(1L);
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () ->
                  !Bytes.text((byte[]) Objects.requireNonNull(call(redis.port(), "CLIENT", "LIST")))
                      .contains("name=idle"));
      assertThat(link.call(write)).isEqualTo(2L);
      assertThat(link.generation()).isEqualTo(2);
    }
  }

  /** A slot moves to another node key by key while its list is drained and its hash is read. */
  @Test
  void cluster_slotsMoveWhileTheyAreRead() throws IOException {
    try (RedisServer one =
            RedisServer.start(
                Files.createDirectory(dir.resolve("m1")), "--cluster-enabled", "yes");
        RedisServer two =
            RedisServer.start(
                Files.createDirectory(dir.resolve("m2")), "--cluster-enabled", "yes")) {
      joinCluster(one, two);
      Map<String, String> config =
          with(
              with(LIST, Map.of("redis.mode", "cluster", "redis.nodes", "127.0.0.1:" + one.port())),
              "batch.max.records",
              "4",
              "sources",
              "p,h",
              "sources.h.type",
              "hash",
              "sources.h.pattern",
              "comsrv:*");
      try (RedisLink link =
          new JedisLink(Readers.config(config(1, config)).redis("test"), () -> {})) {
        link.call(Command.keyed("HSET", "comsrv:1:m", "n", "500"));
        link.call(Command.keyed("HSET", "comsrv:1:m:ts", "n", "1642592400000"));
        for (int n = 0; n < 30; n++) {
          link.call(Command.keyed("LPUSH", "archive:pending", element(n)));
        }
      }
      List<Double> all = new ArrayList<>();
      try (TaskHarness task = new TaskHarness(config(1, config), new HashMap<>())) {
        all.addAll(numbers(pollUntil(task, 9)));
        for (String key : List.of("archive:pending", "comsrv:1:m")) {
          int slot = JedisClusterCRC16.getSlot(key);
          RedisServer from = slot <= 8191 ? one : two;
          RedisServer to = from == one ? two : one;
          setSlot(to, slot, "IMPORTING", nodeId(from.port()));
          setSlot(from, slot, "MIGRATING", nodeId(to.port()));
          boolean first = true;
          for (Object moved : keysIn(from, slot)) {
            move(from, to, Bytes.text((byte[]) moved));
            if (first) {
              // Some of the list's keys are on each node, so the list has to wait.
              all.addAll(numbers(task.pollTimes(3)));
              first = false;
            }
          }
          all.addAll(numbers(task.pollTimes(3)));
          // Moves the keys that were created meanwhile.
          for (Object moved : keysIn(from, slot)) {
            move(from, to, Bytes.text((byte[]) moved));
          }
          setSlot(to, slot, "NODE", nodeId(to.port()));
          setSlot(from, slot, "NODE", nodeId(to.port()));
        }
        await()
            .atMost(Duration.ofMinutes(1))
            .until(
                () -> {
                  all.addAll(numbers(task.pollTimes(1)));
                  return all.size() >= 31;
                });
        int slot = JedisClusterCRC16.getSlot("comsrv:1:m");
        call(slot <= 8191 ? two.port() : one.port(), "HSET", "comsrv:1:m", "n", "501");
        await()
            .atMost(Duration.ofMinutes(1))
            .until(
                () -> {
                  all.addAll(numbers(task.pollTimes(1)));
                  return all.contains(501.0);
                });
        all.addAll(numbers(task.pollTimes(5)));
      }
      List<Double> expected = new ArrayList<>(List.of(500.0, 501.0));
      for (int n = 0; n < 30; n++) {
        expected.add((double) n);
      }
      assertThat(all).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  private static List<Double> numbers(List<SourceRecord> records) {
    return records.stream().map(record -> field(record, "n")).toList();
  }

  private static void setSlot(RedisServer node, int slot, String how, String id) {
    call(node.port(), "CLUSTER", "SETSLOT", String.valueOf(slot), how, id);
  }

  private static List<?> keysIn(RedisServer node, int slot) {
    return (List<?>)
        Objects.requireNonNull(
            call(node.port(), "CLUSTER", "GETKEYSINSLOT", String.valueOf(slot), "100"));
  }

  private static void move(RedisServer from, RedisServer to, String key) {
    call(from.port(), "MIGRATE", "127.0.0.1", String.valueOf(to.port()), key, "0", "5000");
  }

  private static void joinCluster(RedisServer one, RedisServer two) {
    joinCluster(one, two, "127.0.0.1");
  }

  private static void joinCluster(RedisServer one, RedisServer two, String host) {
    addSlots(one.port(), 0, 8191);
    addSlots(two.port(), 8192, 16383);
    call(one.port(), "CLUSTER", "MEET", host, String.valueOf(two.port()));
    for (RedisServer node : List.of(one, two)) {
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () ->
                  Bytes.text((byte[]) Objects.requireNonNull(call(node.port(), "CLUSTER", "INFO")))
                      .matches("(?s).*cluster_state:ok.*cluster_known_nodes:2.*"));
    }
  }

  private static Map<String, String> with(Map<String, String> base, Map<String, String> more) {
    Map<String, String> all = new HashMap<>(base);
    all.putAll(more);
    return all;
  }

  private static String nodeId(int port) {
    return Bytes.text((byte[]) Objects.requireNonNull(call(port, "CLUSTER", "MYID")));
  }

  private static void addSlots(int port, int from, int to) {
    String[] args = new String[to - from + 2];
    args[0] = "ADDSLOTS";
    for (int slot = from; slot <= to; slot++) {
      args[slot - from + 1] = String.valueOf(slot);
    }
    call(port, "CLUSTER", args);
  }

  @Test
  @RequiresServer(RequiresServer.Server.REDIS)
  void tls_withClientCertificateAndUser() throws Exception {
    Path server = keys("server");
    Path client = keys("client");
    pem(server, "server");
    pem(client, "client");
    Path trusted = dir.resolve("trusted.pem");
    Files.writeString(trusted, Files.readString(dir.resolve("client.crt")));
    int tlsPort = Ports.free();
    try (RedisServer redis =
        RedisServer.start(
            Files.createDirectory(dir.resolve("tls")),
            "--tls-port",
            String.valueOf(tlsPort),
            "--tls-cert-file",
            dir.resolve("server.crt").toString(),
            "--tls-key-file",
            dir.resolve("server.key").toString(),
            "--tls-ca-cert-file",
            trusted.toString(),
            "--tls-auth-clients",
            "yes")) {
      call(redis.port(), "ACL", "SETUSER", "hissrv", "on", ">geheim", "~*", "&*", "+@all");
      Map<String, String> config =
          with(
              LIST,
              "redis.uri",
              "rediss://localhost:" + tlsPort,
              "redis.username",
              "hissrv",
              "redis.password",
              "geheim",
              "redis.tls.truststore.path",
              dir.resolve("server.p12").toString(),
              "redis.tls.truststore.password",
              "changeit",
              "redis.tls.keystore.path",
              dir.resolve("client.p12").toString(),
              "redis.tls.keystore.password",
              "changeit");
      call(redis.port(), "LPUSH", "archive:pending", element(1));
      try (TaskHarness task = new TaskHarness(config(1, config), new HashMap<>())) {
        assertThat(task.pollFor(1)).hasSize(1);
      }
      assertThat(errors(config)).isEmpty();
      assertThat(errors(with(config, "redis.password", "falsch")))
          .containsOnlyKeys("redis.password")
          .allSatisfy((name, text) -> assertThat(text).doesNotContain("falsch"));
      assertThat(
              errors(
                  with(config, "redis.tls.keystore.path", "", "redis.tls.keystore.password", "")))
          .as("without the client's certificate") // field case O8
          .containsOnlyKeys("redis.uri")
          .allSatisfy((name, text) -> assertThat(text).contains("set redis.tls.keystore.path"));
      assertByPem(config, redis);
      if (Ports.haveIpv6()) {
        call(redis.port(), "CONFIG", "SET", "bind", "127.0.0.1 ::1");
        assertThat(errors(with(config, "redis.uri", "rediss://[::1]:" + tlsPort))).isEmpty();
      }
      assertThat(errors(with(config, "redis.tls.truststore.path", client.toString())))
          .as("another certificate is trusted")
          .containsOnlyKeys("redis.uri")
          .allSatisfy((name, text) -> assertThat(text).contains("redis.tls.truststore.path"));
      assertThat(errors(with(config, "redis.uri", "rediss://0.0.0.0:" + tlsPort)))
          .as("a host that the certificate does not name")
          .containsOnlyKeys("redis.uri")
          .allSatisfy((name, text) -> assertThat(text).contains("redis.tls.verify.hostname"));
      assertThat(
              errors(
                  with(
                      config,
                      "redis.uri",
                      "rediss://0.0.0.0:" + tlsPort,
                      "redis.tls.verify.hostname",
                      "false")))
          .isEmpty();
    }
  }

  /** Connects with the same certificates as PEM: as files, and as texts. */
  private void assertByPem(Map<String, String> config, RedisServer redis) throws Exception {
    String certificate = Files.readString(dir.resolve("client.crt"));
    String key = Files.readString(dir.resolve("client.key"));
    Map<String, String> bare = new HashMap<>(config);
    bare.keySet().removeIf(name -> name.startsWith("redis.tls."));
    Path both = Files.writeString(dir.resolve("client.pem"), certificate + key);
    Map<String, String> files =
        with(
            bare,
            "redis.tls.truststore.path",
            dir.resolve("server.crt").toString(),
            "redis.tls.keystore.path",
            both.toString());
    Map<String, String> texts =
        with(
            bare,
            "redis.tls.truststore.certificates",
            Files.readString(dir.resolve("server.crt")),
            "redis.tls.keystore.certificate.chain",
            certificate,
            "redis.tls.keystore.key",
            key);
    for (Map<String, String> pem : List.of(files, texts)) {
      assertThat(errors(pem)).isEmpty();
      call(redis.port(), "LPUSH", "archive:pending", element(2));
      try (TaskHarness task = new TaskHarness(config(1, pem), new HashMap<>())) {
        assertThat(task.pollFor(1)).hasSize(1);
      }
    }
  }

  private static Map<String, String> errors(Map<String, String> config) {
    Map<String, String> errors = new HashMap<>();
    for (ConfigValue value :
        new RedisSourceConnector().validate(config(1, config)).configValues()) {
      if (!value.errorMessages().isEmpty()) {
        errors.put(value.name(), String.valueOf(value.errorMessages()));
      }
    }
    return errors;
  }

  /** Creates a self-signed certificate, in a keystore that also serves as truststore. */
  private Path keys(String name) throws Exception {
    Path store = dir.resolve(name + ".p12");
    run(
        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
        "-genkeypair",
        "-alias",
        name,
        "-keyalg",
        "EC",
        "-dname",
        "CN=localhost",
        "-ext",
        "san=dns:localhost,ip:127.0.0.1,ip:::1",
        "-validity",
        "2",
        "-storetype",
        "PKCS12",
        "-keystore",
        store.toString(),
        "-storepass",
        "changeit");
    return store;
  }

  private void pem(Path store, String name) throws Exception {
    java.security.KeyStore keys = java.security.KeyStore.getInstance("PKCS12");
    try (java.io.InputStream in = Files.newInputStream(store)) {
      keys.load(in, "changeit".toCharArray());
    }
    write(name + ".crt", "CERTIFICATE", keys.getCertificate(name).getEncoded());
    write(name + ".key", "PRIVATE KEY", keys.getKey(name, "changeit".toCharArray()).getEncoded());
    // Adds the certificate alone, as a trusted one.
    keys.setCertificateEntry("trusted-" + name, keys.getCertificate(name));
    try (java.io.OutputStream out = Files.newOutputStream(store)) {
      keys.store(out, "changeit".toCharArray());
    }
  }

  private void write(String file, String kind, byte[] bytes) throws IOException {
    String base64 = java.util.Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    Files.writeString(
        dir.resolve(file),
        "-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n");
  }

  private void run(String... command) throws Exception {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("run.log").toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(dir.resolve("run.log"))).isZero();
  }

  @Test
  void repliesThatAreAskedForLater_areNotTakenForOthers_norWaitedForWhenLost() {
    try (RedisServer redis = RedisServer.start(dir.resolve("later"));
        RedisLink link =
            new JedisLink(
                Readers.config(config(1, with(LIST, "redis.uri", redis.uri()))).redis("test"),
                () -> {})) {
      RedisLink.Replies early = link.send(echoes("1", "2"));
      RedisLink.Replies late = link.send(echoes("3"));
      assertThat(link.call(Command.of("ECHO", "4"))).isEqualTo(Bytes.of("4"));
      assertThat(late.get()).containsExactly(Bytes.of("3"));
      assertThat(early.get()).containsExactly(Bytes.of("1"), Bytes.of("2"));

      RedisLink.Replies closed = link.send(echoes("5"));
      assertThat(closed.isLost()).isFalse();
      link.reset();
      assertThat(closed.isLost()).isTrue();
      assertThatThrownBy(closed::get).isInstanceOf(RedisUnavailableException.class);
      assertThat(link.call(Command.of("ECHO", "6"))).isEqualTo(Bytes.of("6"));

      // Redis goes away while replies are outstanding: later callers get an error, and so do the
      // callers of these commands.
      RedisLink.Replies lost = link.send(List.of(Command.of("BLPOP", "nothing", "0")));
      redis.kill();
      assertThatThrownBy(() -> link.call(Command.of("ECHO", "7")))
          .isInstanceOf(RedisUnavailableException.class);
      assertThatThrownBy(lost::get)
          .isInstanceOf(RedisUnavailableException.class)
          .hasMessageContaining("lost");
      redis.restart();
      assertThat(link.call(Command.of("ECHO", "8"))).isEqualTo(Bytes.of("8"));
    }
  }

  private static List<Command> echoes(String... texts) {
    return Arrays.stream(texts).map(text -> Command.of("ECHO", text)).toList();
  }
}
