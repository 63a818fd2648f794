package com.voltageems.hissrv.query.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.RequiresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;

/** A real Redis that speaks TLS by a site's own authority, and asks for a client certificate. */
@RequiresServer(RequiresServer.Server.REDIS)
class ControlChannelIT {
  private static final HeldCertificate AUTHORITY =
      new HeldCertificate.Builder().certificateAuthority(0).build();

  @TempDir static Path dir;
  private static RedisServer redis;
  private static int port;

  @BeforeAll
  static void start() throws IOException {
    HeldCertificate server =
        new HeldCertificate.Builder()
            .signedBy(AUTHORITY)
            .addSubjectAlternativeName("localhost")
            .build();
    HeldCertificate client = new HeldCertificate.Builder().signedBy(AUTHORITY).build();
    Files.writeString(dir.resolve("ca.pem"), AUTHORITY.certificatePem());
    Files.writeString(dir.resolve("server.crt"), server.certificatePem());
    Files.writeString(dir.resolve("server.key"), server.privateKeyPkcs8Pem());
    Files.writeString(
        dir.resolve("client.pem"), client.certificatePem() + client.privateKeyPkcs8Pem());
    port = Ports.free();
    redis =
        RedisServer.start(
            Files.createDirectory(dir.resolve("redis")),
            "--tls-port",
            String.valueOf(port),
            "--tls-cert-file",
            file("server.crt"),
            "--tls-key-file",
            file("server.key"),
            "--tls-ca-cert-file",
            file("ca.pem"),
            "--tls-auth-clients",
            "yes");
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  private static String file(String name) {
    return dir.resolve(name).toString();
  }

  private static Map<String, String> tls() {
    Map<String, String> settings = new HashMap<>();
    settings.put("redis.tls.truststore.path", file("ca.pem"));
    settings.put("redis.tls.keystore.path", file("client.pem"));
    return settings;
  }

  private static ControlChannel channel(String host, Map<String, String> tls) {
    return new ControlChannel(
        new RedisTarget(
            RedisTarget.Mode.STANDALONE,
            List.of(host + ":" + port),
            Optional.of(tls),
            "",
            "",
            "",
            "",
            "",
            "hissrv:control"),
        Duration.ofSeconds(5));
  }

  @Test
  void publish_byAnAuthorityOfTheSite_withAClientCertificate() throws SyncException {
    channel("localhost", tls()).publish("sync 1");

    try (RedisClient plain = RedisClient.create(redis.uri())) {
      assertThat(plain.info("commandstats")).contains("cmdstat_publish:calls=1");
    }
  }

  @Test
  void whatIsMissing_isNamed() {
    refused("localhost", without("redis.tls.truststore.path"), "redis.tls.truststore.path");
    refused("localhost", without("redis.tls.keystore.path"), "redis.tls.keystore.path");
    refused("127.0.0.1", tls(), "redis.tls.verify.hostname");
    Map<String, String> absent = tls();
    absent.put("redis.tls.truststore.path", file("no.pem"));
    refused("localhost", absent, "redis.tls.truststore.path does not name a file");
  }

  @Test
  void hostIsNotChecked_whereTheFileSaysSo() throws SyncException {
    Map<String, String> tls = tls();
    tls.put("redis.tls.verify.hostname", "false");

    assertThat(channel("127.0.0.1", tls).publish("wake up")).isZero();
  }

  private static Map<String, String> without(String setting) {
    Map<String, String> settings = tls();
    settings.remove(setting);
    return settings;
  }

  private static void refused(String host, Map<String, String> tls, String words) {
    assertThatThrownBy(() -> channel(host, tls).publish("sync 1"))
        .isInstanceOf(SyncException.class)
        .hasMessageContaining(words);
  }
}
