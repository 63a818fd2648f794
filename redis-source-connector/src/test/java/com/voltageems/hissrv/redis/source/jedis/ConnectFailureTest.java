package com.voltageems.hissrv.redis.source.jedis;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.redis.source.Readers;
import com.voltageems.hissrv.redis.source.link.RedisSettings;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Map;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.exceptions.JedisConnectionException;

class ConnectFailureTest {
  private static String describe(String uri, Exception cause) {
    return ConnectFailure.describe(
        new JedisConnectionException("Failed to create socket.", cause), settings(uri));
  }

  private static RedisSettings settings(String uri) {
    return Readers.config(
            Map.of(
                "redis.uri", uri,
                "sources", "l",
                "sources.l.type", "list",
                "sources.l.key", "l"))
        .redis("");
  }

  // field case R10
  @Test
  void unknownHost() {
    assertThat(describe("redis://nowhere", new UnknownHostException("nowhere")))
        .isEqualTo("unknown host nowhere");
  }

  // field case O8
  @Test
  void missingClientCertificate_isNamed() {
    String advice =
        "; if the server asks for a client's certificate (tls-auth-clients), set"
            + " redis.tls.keystore.path";
    assertThat(describe("rediss://h", new SocketException("Broken pipe")))
        .isEqualTo("Failed to create socket. Broken pipe" + advice);
    assertThat(describe("rediss://h", new SSLHandshakeException("certificate_required")))
        .isEqualTo("Failed to create socket. certificate_required" + advice);
  }

  /** This happens if Redis is sleeping or paused (CLIENT PAUSE), or its machine swaps. */
  @Test
  void silence_isToldWithItsSetting() {
    String words = "no answer within 5000 ms (redis.timeout.ms): it is slow, paused, or hangs";
    assertThat(describe("redis://h", new SocketTimeoutException("Read timed out")))
        .isEqualTo(words);
    assertThat(describe("rediss://h", new SocketTimeoutException("Read timed out")))
        .isEqualTo(words);
    assertThat(describe("redis://h", new SocketTimeoutException("Connect timed out")))
        .isEqualTo("Failed to create socket. Connect timed out");
  }

  @Test
  void otherFailures_areNotBlamedOnACertificate() {
    assertThat(describe("rediss://h", new ConnectException("Connection refused")))
        .isEqualTo("Failed to create socket. Connection refused");
    assertThat(describe("redis://h", new SocketException("Broken pipe")))
        .isEqualTo("Failed to create socket. Broken pipe");
  }

  @Test
  void connectionClosedByTheServer_isToldInPlainWords() {
    assertThat(
            ConnectFailure.ofExchange(
                new JedisConnectionException("Unexpected end of stream."), settings("redis://h")))
        .startsWith("it closed the connection;")
        .contains("client-output-buffer-limit normal", "maxmemory-clients");
  }
}
