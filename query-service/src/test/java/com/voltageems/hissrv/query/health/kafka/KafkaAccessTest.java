package com.voltageems.hissrv.query.health.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.ProbeException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLHandshakeException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Kafka refuses, as its client says it. */
class KafkaAccessTest {
  private interface Ask {
    String of(KafkaAccess kafka, KafkaFuture<String> answer)
        throws ExecutionException, InterruptedException, TimeoutException;
  }

  private static void assertTold(Exception failure, String words) {
    assertTold(KafkaAccess::get, failure, "does not allow it: " + words);
  }

  private static void assertTold(Ask ask, Exception failure, String words) {
    QueryConfig.Kafka settings = new QueryConfig.Kafka("127.0.0.1:1", "dead", "status", Map.of());
    KafkaFutureImpl<String> answer = new KafkaFutureImpl<>();
    answer.completeExceptionally(failure);
    try (KafkaAccess kafka = new KafkaAccess(settings, Duration.ofSeconds(1))) {
      assertThatThrownBy(() -> kafka.call(client -> ask.of(kafka, answer)))
          .isInstanceOf(ProbeException.class)
          .hasMessage("Kafka at 127.0.0.1:1 (kafka.bootstrap.servers) " + words);
    }
  }

  @Test
  void missingRight_isNamed() {
    assertTold(
        new GroupAuthorizationException(
            "FindCoordinator request for groupId `CoordinatorKey(idValue='connect-sink',"
                + " type=GROUP)` failed due to authorization failure"),
        "the right Describe on the group connect-sink is missing");
    assertTold(
        new GroupAuthorizationException("other words"),
        "the right Describe on the group of the sink is missing");
    assertTold(
        new TopicAuthorizationException("Not authorized to access topics: [a]"),
        "Not authorized to access topics: [a]");
  }

  @Test
  void missingRightOnATopic_isNamedWithIt() {
    assertTold(
        (kafka, answer) -> kafka.get("hissrv-status", answer),
        new TopicAuthorizationException("Topic authorization failed."),
        "does not allow it: the right Describe on the topic hissrv-status is missing");
  }

  /** It was told as a refused login: the broker's certificate is what this side refuses. */
  @Test
  void tlsThatFails_isToldAsSuch() {
    assertTold(
        KafkaAccess::get,
        new SslAuthenticationException(
            "SSL handshake failed",
            new SSLHandshakeException("PKIX path building failed: unable to find valid path")),
        "cannot be reached by TLS: PKIX path building failed: unable to find valid path; see"
            + " kafka.properties.ssl.truststore.* for the certificates to trust, and"
            + " kafka.properties.ssl.keystore.* for the client's own");
  }

  @Test
  void refusedLogin_isToldWhileTheClientPausesBeforeTheNext() throws Exception {
    QueryConfig.Kafka settings = new QueryConfig.Kafka("127.0.0.1:1", "dead", "status", Map.of());
    KafkaFutureImpl<String> refused = new KafkaFutureImpl<>();
    refused.completeExceptionally(new SaslAuthenticationException("Invalid username or password"));
    KafkaFutureImpl<String> late = new KafkaFutureImpl<>();
    late.completeExceptionally(new TimeoutException("timed out"));
    String login =
        "Kafka at 127.0.0.1:1 (kafka.bootstrap.servers) refused the login: Invalid username or"
            + " password; see ";
    try (KafkaAccess kafka = new KafkaAccess(settings, Duration.ofSeconds(1))) {
      assertThatThrownBy(() -> kafka.call(client -> kafka.get(late)))
          .hasMessageContaining("did not answer within 1000 ms");
      assertThatThrownBy(() -> kafka.call(client -> kafka.get(refused)))
          .hasMessageStartingWith(login);
      assertThatThrownBy(() -> kafka.call(client -> kafka.get(late))).hasMessageStartingWith(login);

      String in = kafka.call(client -> kafka.get(KafkaFuture.completedFuture("in")));
      assertThat(in).isEqualTo("in");
      assertThatThrownBy(() -> kafka.call(client -> kafka.get(late)))
          .hasMessageContaining("did not answer within 1000 ms");
    }
  }

  /**
   * A wrong port: the client took the first bytes of the answer for its length, and the service
   * ended with an OutOfMemoryError.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "\u0015\u0003\u0003\u0000\u0002\u0002P.",
        "-ERR unknown command\r\n",
        "\u0000\u0000\u0000\u0001xxxx"
      })
  void answerOfSomethingElse_isToldBeforeAClientTakesItForKafkas(String answer) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + server.getLocalPort();
      AtomicInteger connections = new AtomicInteger();
      // It ends with its server.
      new Thread(() -> answer(server, answer, connections)).start();
      QueryConfig.Kafka settings = new QueryConfig.Kafka(address, "dead", "status", Map.of());
      try (KafkaAccess kafka = new KafkaAccess(settings, Duration.ofSeconds(10))) {
        for (int i = 1; i <= 2; i++) {
          assertThatThrownBy(kafka::topics)
              .isInstanceOf(ProbeException.class)
              .hasMessage(
                  "Kafka at %1$s (kafka.bootstrap.servers) cannot be asked: what answers at %1$s is"
                      + " not Kafka, or expects TLS (kafka.properties.security.protocol)",
                  address);
          assertThat(connections).hasValue(i);
        }
      }
    }
  }

  /** It waited for as long as the greeting, and a client made after it stayed for ever. */
  @Test
  void closing_doesNotWaitForAServerThatIsSilent() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      QueryConfig.Kafka settings =
          new QueryConfig.Kafka("127.0.0.1:" + server.getLocalPort(), "dead", "status", Map.of());
      KafkaAccess kafka = new KafkaAccess(settings, Duration.ofSeconds(10));
      CompletableFuture<Set<String>> topics = new CompletableFuture<>();
      Thread asks =
          new Thread(
              () -> {
                try {
                  topics.complete(kafka.topics());
                } catch (ProbeException | InterruptedException e) {
                  topics.completeExceptionally(e);
                }
              });
      asks.start();
      try (Socket greeted = server.accept()) {
        greeted.getInputStream().readNBytes(14);

        kafka.close();

        assertThat(topics).isNotDone();
        assertThat(greeted.getInputStream().available()).isZero();
        assertThatThrownBy(topics::get)
            .hasMessageContaining("cannot be asked: its client is closed");
      }
    }
  }

  /** A second for each of many servers would be more than the check's own time. */
  @Test
  void greeting_takesNoLongerThanTheCheck() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + silent.getLocalPort();
      Map<String, Object> client =
          Map.of("bootstrap.servers", String.join(",", Collections.nCopies(60, address)));

      assertThatCode(() -> KafkaGreeting.require(client, Duration.ofMillis(200)))
          .doesNotThrowAnyException();

      silent.setSoTimeout(1);
      int connections = 0;
      try {
        while (true) {
          silent.accept().close();
          connections++;
        }
      } catch (SocketTimeoutException e) {
        assertThat(connections).isLessThan(3);
      }
    }
  }

  private static void answer(ServerSocket server, String answer, AtomicInteger connections) {
    while (!server.isClosed()) {
      try (Socket client = server.accept()) {
        connections.incrementAndGet();
        client.getInputStream().readNBytes(14);
        client.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
      } catch (IOException e) {
        // The server was closed, or the client has gone.
      }
    }
  }
}
