package com.voltageems.hissrv.redis.source;

import static com.voltageems.hissrv.redis.source.TaskHarness.field;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.jedis.JedisLink;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisUnavailableException;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.RequiresServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Connection;

/** Certificates that are renewed, or have expired, while a task runs. */
class RenewedCertificatesIT {
  private static final Duration LIMIT = Duration.ofMinutes(1);

  @TempDir Path dir;

  private static void call(int port, String command, String... args) {
    try (Connection connection = new Connection("127.0.0.1", port)) {
      connection.sendCommand(() -> Bytes.of(command), args);
      connection.getOne();
    }
  }

  private Map<String, String> config(int tlsPort) {
    return TaskHarness.config(
        1,
        Map.of(
            "sources",
            "h",
            "sources.h.type",
            "hash",
            "sources.h.pattern",
            "comsrv:*",
            "redis.uri",
            "rediss://localhost:" + tlsPort,
            "redis.tls.truststore.path",
            file("trust.pem").toString(),
            "redis.tls.keystore.path",
            file("own.pem").toString()));
  }

  private RedisServer redis(int tlsPort) throws IOException {
    return RedisServer.start(
        Files.createDirectory(file("redis")),
        "--tls-port",
        String.valueOf(tlsPort),
        "--tls-cert-file",
        file("server.crt").toString(),
        "--tls-key-file",
        file("server.key").toString(),
        "--tls-ca-cert-file",
        file("client.crt").toString(),
        "--tls-auth-clients",
        "yes");
  }

  private static void pollUntil(TaskHarness task, double value) {
    await()
        .atMost(LIMIT)
        .until(() -> task.pollTimes(1).stream().anyMatch(record -> field(record, "n") == value));
  }

  @Test
  @RequiresServer(RequiresServer.Server.REDIS)
  void renewedFiles_areUsedWithoutARestart() throws Exception {
    int tlsPort = Ports.free();
    certificate("server", "-1d");
    certificate("client", "-1d");
    copy("server.crt", "trust.pem");
    copy("client.pem", "own.pem");
    try (RedisServer redis = redis(tlsPort)) {
      call(redis.port(), "HSET", "comsrv:1:m", "n", "1");
      try (TaskHarness task = new TaskHarness(config(tlsPort), new HashMap<>())) {
        pollUntil(task, 1);
        certificate("server2", "-1d");
        certificate("client2", "-1d");
        call(
            redis.port(),
            "CONFIG",
            "SET",
            "tls-cert-file",
            file("server2.crt").toString(),
            "tls-key-file",
            file("server2.key").toString(),
            "tls-ca-cert-file",
            file("client2.crt").toString());
        call(redis.port(), "HSET", "comsrv:1:m", "n", "2");
        call(redis.port(), "CLIENT", "KILL", "TYPE", "normal");
        await()
            .atMost(LIMIT)
            .until(
                () -> {
                  task.pollTimes(1);
                  return TaskHarness.metric("h", "stuck-since-ms") > 0;
                });
        // As it may look while somebody writes it.
        Files.writeString(file("trust.pem"), "-----BEGIN CERTIFICATE-----\n");
        task.pollTimes(2);
        copy("server2.crt", "trust.pem");
        copy("client2.pem", "own.pem");
        pollUntil(task, 2);
      }
    }
  }

  /** The server says nothing, or no more than that it does not want this client. */
  @Test
  @RequiresServer(RequiresServer.Server.REDIS)
  void expiredCertificateOfTheSource_isNamed() throws Exception {
    int tlsPort = Ports.free();
    certificate("server", "-1d");
    certificate("client", "-3d");
    copy("server.crt", "trust.pem");
    copy("client.pem", "own.pem");
    try (RedisServer redis = redis(tlsPort);
        RedisLink link = new JedisLink(Readers.config(config(tlsPort)).redis("test"), () -> {})) {
      assertThat(redis.port()).isPositive();
      assertThatThrownBy(() -> link.call(Command.of("PING")))
          .isInstanceOf(RedisUnavailableException.class)
          .hasMessageContaining(
              "redis.tls.keystore.path holds a client certificate that is valid from ");
    }
  }

  private Path file(String name) {
    return dir.resolve(name);
  }

  private void copy(String from, String to) throws IOException {
    Files.writeString(file(to), Files.readString(file(from)));
  }

  /** Creates a self-signed certificate that is valid for two days, as PEM. */
  private void certificate(String name, String from) throws Exception {
    Path store = file(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=dns:localhost",
                "-startdate",
                from,
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                "changeit")
            .redirectErrorStream(true)
            .redirectOutput(file("keytool.log").toFile())
            .start();
    assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(keytool.exitValue()).as(Files.readString(file("keytool.log"))).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, "changeit".toCharArray());
    }
    String certificate = pem("CERTIFICATE", keys.getCertificate(name).getEncoded());
    String key = pem("PRIVATE KEY", keys.getKey(name, "changeit".toCharArray()).getEncoded());
    Files.writeString(file(name + ".crt"), certificate);
    Files.writeString(file(name + ".key"), key);
    Files.writeString(file(name + ".pem"), certificate + key);
  }

  private static String pem(String kind, byte[] bytes) {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return "-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n";
  }
}
