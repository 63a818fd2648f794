package com.voltageems.hissrv.query.health.kafka;

import com.voltageems.hissrv.plugin.tls.TlsException;
import com.voltageems.hissrv.query.health.ProbeException;
import com.voltageems.hissrv.query.health.Redaction;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.jspecify.annotations.Nullable;

/** Explains failures of a cluster's clients, in words that name the setting. Thread-safe. */
final class KafkaFailures {
  private static final Pattern GROUP = Pattern.compile("idValue='([^']+)'");

  private final String servers;
  private final Map<String, Object> clientConfig;
  private final Duration timeout;

  /** The last refusal of the login; null after a successful answer. */
  private volatile @Nullable AuthenticationException refused;

  /**
   * @param timeout of a call
   */
  KafkaFailures(String servers, Map<String, Object> clientConfig, Duration timeout) {
    this.servers = servers;
    this.clientConfig = clientConfig;
    this.timeout = timeout;
  }

  /** Forgets the last refusal of the login. */
  void answered() {
    refused = null;
  }

  /** Returns the beginning of each message, with a blank at its end. */
  String kafka() {
    return "Kafka at " + servers + " (kafka.bootstrap.servers) ";
  }

  /** Of a failed call or read. */
  ProbeException inWords(Throwable given) {
    Throwable failure = given;
    AuthenticationException login = refused;
    if (failure instanceof AuthenticationException now) {
      refused = now;
    } else if (login != null && isTimeout(failure)) {
      // The client pauses before it logs in again, for longer than a call waits.
      failure = login;
    }
    String kafka = kafka();
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String words = Redaction.oneLine(String.valueOf(root.getMessage()));
    if (root instanceof TlsException) {
      return new ProbeException(kafka + "cannot be reached by TLS: " + words, failure);
    }
    if (failure instanceof SslAuthenticationException) {
      return new ProbeException(
          kafka + "cannot be reached by TLS: " + KafkaRefusal.tls(failure, clientConfig), failure);
    }
    if (failure instanceof AuthenticationException) {
      return new ProbeException(
          kafka
              + "refused the login: "
              + words
              + "; see kafka.properties.security.protocol, kafka.properties.sasl.* and"
              + " kafka.properties.ssl.*",
          failure);
    }
    if (failure instanceof GroupAuthorizationException) {
      // The client's own message uses terms of the protocol and does not name the missing right.
      Matcher group = GROUP.matcher(words);
      return new ProbeException(
          kafka
              + "does not allow it: the right Describe on the group "
              + (group.find() ? group.group(1) : "of the sink")
              + " is missing",
          failure);
    }
    if (failure instanceof AuthorizationException) {
      return new ProbeException(kafka + "does not allow it: " + words, failure);
    }
    if (isTimeout(failure)) {
      return new ProbeException(
          kafka
              + "did not answer within "
              + timeout.toMillis()
              + " ms (health.timeout): it is away or slow, its advertised.listeners are not"
              + " reachable from here, or kafka.properties.security.protocol does not fit",
          failure);
    }
    if (failure.getClass() == KafkaException.class && failure.getCause() == null) {
      // Our own words, or the client's about its settings.
      return new ProbeException(kafka + "cannot be asked: " + words, failure);
    }
    return new ProbeException(
        kafka + "cannot be asked: " + failure.getClass().getSimpleName() + ": " + words, failure);
  }

  private static boolean isTimeout(Throwable failure) {
    return failure instanceof TimeoutException
        || failure instanceof org.apache.kafka.common.errors.TimeoutException
        || failure instanceof org.apache.kafka.common.errors.DisconnectException;
  }
}
