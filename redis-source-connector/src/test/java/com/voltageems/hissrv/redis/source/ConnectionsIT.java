package com.voltageems.hissrv.redis.source;

import static com.voltageems.hissrv.redis.source.TaskHarness.config;
import static com.voltageems.hissrv.redis.source.TaskHarness.field;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sentinel, cluster, TLS and ACL against real servers. */
class ConnectionsIT {
  private static final Map<String, String> LIST =
      Map.of("sources", "p", "sources.p.type", "list", "sources.p.key", "archive:pending");

  @TempDir Path dir;

  private static @Nullable Object call(int port, String command, String... args) {
    return call(Map.of("redis.uri", "redis://127.0.0.1:" + port), command, args);
  }

  private static @Nullable Object call(
      Map<String, String> connection, String command, String... args) {
    Map<String, String> all = new HashMap<>(LIST);
    all.putAll(connection);
    try (RedisLink link =
        new JedisLink(new RedisSourceConfig(config(1, all)).redis("test"), () -> {})) {
      return link.call(Command.of(command, args));
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

  /**
   * The primary is killed in mid-claim; the replica that takes over has the claim, nothing is lost.
   */
  @Test
  @RequiresServer(RequiresServer.Server.REDIS)
  void sentinel_failOverInMidClaim() throws IOException {
    try (RedisServer primary = RedisServer.start(Files.createDirectory(dir.resolve("a")));
        RedisServer replica = RedisServer.start(Files.createDirectory(dir.resolve("b")))) {
      call(replica.port(), "REPLICAOF", "127.0.0.1", String.valueOf(primary.port()));
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () ->
                  Bytes.text(
                          (byte[])
                              Objects.requireNonNull(call(replica.port(), "INFO", "replication")))
                      .contains("master_link_status:up"));
      Path conf = dir.resolve("sentinel.conf");
      int sentinelPort = freePort();
      Files.writeString(
          conf,
          """
          port %d
          bind 127.0.0.1
          dir %s
          sentinel monitor site 127.0.0.1 %d 1
          sentinel down-after-milliseconds site 1000
          sentinel failover-timeout site 5000
          """
              .formatted(sentinelPort, dir, primary.port()));
      try (ServerProcess sentinel =
          ServerProcess.startNative(
              "sentinel",
              List.of(
                  RequiresServer.Server.REDIS.find().orElseThrow(), conf.toString(), "--sentinel"),
              Map.of(),
              dir.resolve("sentinel.log"))) {
        Map<Map<String, ?>, Map<String, ?>> stored = new HashMap<>();
        Map<String, String> config =
            with(
                LIST,
                "redis.mode",
                "sentinel",
                "redis.nodes",
                "127.0.0.1:1,127.0.0.1:" + sentinelPort,
                "redis.sentinel.master",
                "site",
                "batch.max.records",
                "3");
        for (int n = 0; n < 9; n++) {
          call(primary.port(), "LPUSH", "archive:pending", element(n));
        }
        call(primary.port(), "SET", "probe", "1");
        try (TaskHarness task = new TaskHarness(config(1, config), stored)) {
          List<SourceRecord> first = new ArrayList<>();
          await()
              .atMost(Duration.ofSeconds(20))
              .until(
                  () -> {
                    first.addAll(task.poll());
                    return first.size() == 3;
                  });
          // The claim is in flight, and the replica knows it.
          await()
              .until(
                  () ->
                      Long.valueOf(1)
                          .equals(call(replica.port(), "EXISTS", "archive:pending:claim")));
          primary.kill();
          task.store(first);
          task.delivered(first);
          List<SourceRecord> rest = new ArrayList<>();
          await()
              .atMost(Duration.ofSeconds(40))
              .until(
                  () -> {
                    rest.addAll(task.pollTimes(1));
                    return rest.size() >= 6;
                  });
          assertThat(rest)
              .extracting(record -> field(record, "n"))
              .containsExactly(3.0, 4.0, 5.0, 6.0, 7.0, 8.0);
        }
        assertThat(sentinel.isAlive()).isTrue();
      }
    }
  }

  @Test
  void cluster_keysOfAllNodesAndAListBeside() throws IOException {
    try (RedisServer one =
            RedisServer.start(
                Files.createDirectory(dir.resolve("c1")), "--cluster-enabled", "yes");
        RedisServer two =
            RedisServer.start(
                Files.createDirectory(dir.resolve("c2")), "--cluster-enabled", "yes")) {
      addSlots(one.port(), 0, 8191);
      addSlots(two.port(), 8192, 16383);
      call(one.port(), "CLUSTER", "MEET", "127.0.0.1", String.valueOf(two.port()));
      for (RedisServer node : List.of(one, two)) {
        await()
            .atMost(Duration.ofSeconds(30))
            .until(
                () ->
                    Bytes.text(
                            (byte[]) Objects.requireNonNull(call(node.port(), "CLUSTER", "INFO")))
                        .matches("(?s).*cluster_state:ok.*cluster_known_nodes:2.*"));
      }
      Map<String, String> cluster =
          Map.of("redis.mode", "cluster", "redis.nodes", "127.0.0.1:" + one.port());
      try (RedisLink link =
          new JedisLink(
              new RedisSourceConfig(config(1, with(LIST, cluster))).redis("test"), () -> {})) {
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
        // A slot's owner changes: the link finds the new one.
        call(one.port(), "CLUSTER", "FORGET", nodeId(two.port()));
        call(one.port(), "CLUSTER", "MEET", "127.0.0.1", String.valueOf(two.port()));
        assertThat(task.pollTimes(3)).isEmpty();
      }
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
    int tlsPort = freePort();
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
      assertThat(errors(with(config, "redis.tls.keystore.path", "")))
          .as("without the client's certificate")
          .containsOnlyKeys("redis.uri");
      assertThat(errors(with(config, "redis.uri", "rediss://127.0.0.2:" + tlsPort)))
          .as("a host that the certificate does not name")
          .containsOnlyKeys("redis.uri");
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

  /** A self-signed certificate, in a keystore that also serves as truststore. */
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
        "san=dns:localhost,ip:127.0.0.1",
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
    // The certificate alone, as what is trusted.
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

  private static int freePort() throws IOException {
    try (java.net.ServerSocket socket =
        new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
