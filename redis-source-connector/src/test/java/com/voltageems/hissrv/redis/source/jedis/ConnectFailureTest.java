package com.voltageems.hissrv.redis.source.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.redis.source.Readers;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisSettings;
import com.voltageems.hissrv.redis.source.link.RedisUnavailableException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
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

  /** The port of a web server; one that expects TLS answers with an alert, whose type is 21. */
  @Test
  void otherServer_isToldAsOne() throws Exception {
    assertThat(answered("HTTP/1.1 400 Bad Request\r\n\r\n"))
        .endsWith(
            "what answers there is not Redis, or expects TLS (its answer begins with \"H\"): check"
                + " the port");
    assertThat(answered("\u0015\u0003\u0003\u0000\u0002\u0002F"))
        .endsWith("what answers there is not Redis, or expects TLS: check the port");
  }

  /** Returns what is told of a server that gives this answer to anything. */
  private static String answered(String answer) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread thread =
          new Thread(
              () -> {
                try (Socket socket = server.accept()) {
                  boolean unused = socket.getInputStream().read() < 0;
                  socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                  socket.shutdownOutput();
                  socket.getInputStream().transferTo(OutputStream.nullOutputStream());
                } catch (IOException e) {
                  // The client has seen enough.
                }
              });
      thread.start();
      try (JedisLink link =
          new JedisLink(settings("redis://127.0.0.1:" + server.getLocalPort()), () -> {})) {
        return String.valueOf(
            assertThatThrownBy(() -> link.call(Command.of("PING")))
                .isInstanceOf(RedisUnavailableException.class)
                .actual()
                .getMessage());
      } finally {
        thread.join();
      }
    }
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
