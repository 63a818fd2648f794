package com.voltageems.hissrv.query.health.kafka;

import com.voltageems.hissrv.query.health.Redaction;
import com.voltageems.hissrv.query.tls.KafkaTls;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;

/** Why Kafka refuses a client, in words that name what to set or which right to give. */
public final class KafkaRefusal {
  private static final String SEE_SSL =
      "; see kafka.properties.ssl.truststore.* for the certificates to trust, and"
          + " kafka.properties.ssl.keystore.* for the client's own";

  private KafkaRefusal() {}

  /**
   * One line, whatever the failure is.
   *
   * @param client its settings
   * @param right what it needs on the topic, such as {@code Read}
   * @param timeout of the call
   */
  public static String words(
      Throwable failure, Map<String, ?> client, String right, Duration timeout) {
    if (failure instanceof SslAuthenticationException) {
      return "TLS fails: " + tls(failure, client);
    }
    if (failure instanceof AuthenticationException) {
      return "the login is refused: "
          + root(failure)
          + "; see kafka.properties.security.protocol and kafka.properties.sasl.*";
    }
    if (failure instanceof GroupAuthorizationException group && group.groupId() != null) {
      return "the right Read on the group " + group.groupId() + " is missing";
    }
    if (failure instanceof TopicAuthorizationException topics) {
      Set<String> names = topics.unauthorizedTopics();
      return names.isEmpty()
          ? root(failure)
          : "the right " + right + " on the topic " + String.join(", ", names) + " is missing";
    }
    return Redaction.failure(failure, timeout);
  }

  /**
   * Why TLS failed. Brokers seldom say that a client's certificate has run out: its file tells.
   *
   * @param client its settings
   */
  public static String tls(Throwable failure, Map<String, ?> client) {
    return KafkaTls.outdated(client, Instant.now()).orElseGet(() -> root(failure) + SEE_SSL);
  }

  private static String root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return Redaction.oneLine(String.valueOf(root.getMessage()));
  }
}
