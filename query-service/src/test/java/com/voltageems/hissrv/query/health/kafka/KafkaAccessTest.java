package com.voltageems.hissrv.query.health.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.ProbeException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.junit.jupiter.api.Test;

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
}
