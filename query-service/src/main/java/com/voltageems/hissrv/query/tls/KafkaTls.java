package com.voltageems.hissrv.query.tls;

import com.voltageems.hissrv.plugin.tls.Tls;
import com.voltageems.hissrv.plugin.tls.TlsException;
import com.voltageems.hissrv.plugin.tls.TlsFailure;
import com.voltageems.hissrv.plugin.tls.TlsSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.auth.SslEngineFactory;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of Kafka's clients by Kafka's own settings, with two additions to Kafka's own factory:
 * changed files are read again for the next connection, because certificates are renewed while the
 * service runs, and a message about a file names its setting. Kafka creates one instance for each
 * client.
 */
public final class KafkaTls implements SslEngineFactory {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaTls.class);

  /** The prefix of Kafka's settings in the service's settings. */
  private static final String PREFIX = "kafka.properties.";

  private static final String PEM = "PEM";
  private static final List<String> ROLES = List.of("truststore", "keystore");

  private Map<String, ?> settings = Map.of();
  private DefaultSslEngineFactory made = new DefaultSslEngineFactory();
  private String state = "";

  /** For Kafka, which creates the factory by its class name. */
  public KafkaTls() {}

  /** Sets this factory for a client, if the client uses TLS and no other factory is set. */
  public static void into(Map<String, Object> client) {
    if (isSpoken(client)) {
      client.putIfAbsent(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG, KafkaTls.class);
    }
  }

  private static boolean isSpoken(Map<String, ?> client) {
    return String.valueOf(client.get("security.protocol")).toUpperCase(Locale.ROOT).endsWith("SSL");
  }

  /**
   * Reads the files once; only for use on the service's own machine.
   *
   * @param properties the properties set for a client
   * @throws IllegalArgumentException naming setting and file
   */
  public static void checkFiles(Map<String, String> properties) {
    if (!isSpoken(properties)
        || properties.containsKey(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG)) {
      return;
    }
    ConfigDef def = new ConfigDef();
    SslConfigs.addClientSslSupport(def);
    try (KafkaTls unused = new KafkaTls()) {
      unused.configure(def.parse(properties));
    } catch (TlsException e) {
      throw new IllegalArgumentException(e.setting() + ": " + e.problem(), e);
    }
  }

  /**
   * What is wrong with the client's own certificate at that time, with its setting and file; empty
   * where nothing is, or where there is none. Brokers leave it to a client to find out.
   *
   * @param client its settings
   */
  public static Optional<String> outdated(Map<String, ?> client, Instant now) {
    if (client.get(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG) != KafkaTls.class) {
      return Optional.empty();
    }
    try (KafkaTls reader = new KafkaTls()) {
      reader.settings = Map.copyOf(client);
      Map<String, String> texts = reader.texts();
      try {
        Tls unused = TlsSettings.ofKafka(PREFIX).open(texts, now);
        return Optional.empty();
      } catch (TlsException e) {
        TlsFailure.Found found = new TlsFailure.Found(e.setting(), String.valueOf(e.getMessage()));
        return Optional.of(TlsReason.withFile(found, texts).reason());
      }
    }
  }

  /**
   * Called by Kafka.
   *
   * @throws TlsException if the files or texts cannot be used
   */
  @Override
  public void configure(Map<String, ?> configs) {
    settings = new HashMap<>(configs);
    state = state();
    made = make();
  }

  private DefaultSslEngineFactory make() {
    DefaultSslEngineFactory factory = new DefaultSslEngineFactory();
    try {
      factory.configure(settings);
      return factory;
    } catch (KafkaException e) {
      throw why(e);
    }
  }

  private TlsException why(KafkaException failure) {
    try {
      ROLES.forEach(this::requireType);
      Tls unused = TlsSettings.ofKafka(PREFIX).open(texts(), null);
    } catch (TlsException e) {
      return e;
    }
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new TlsException(PREFIX + "ssl.*", "cannot be used: " + root.getMessage());
  }

  /** Requires that the type matches the file: Kafka does not look into a file to find its type. */
  private void requireType(String role) {
    String path = text("ssl." + role + ".location");
    String type = text("ssl." + role + ".type");
    boolean isPem;
    if (path.isEmpty()) {
      if (role.equals("truststore")
          ? text("ssl.truststore.certificates").isEmpty()
          : text("ssl.keystore.key").isEmpty()) {
        return;
      }
      isPem = true;
    } else {
      try {
        isPem =
            Files.readString(Path.of(path), StandardCharsets.ISO_8859_1).contains("-----BEGIN ");
      } catch (IOException | RuntimeException e) {
        return; // reported by the settings' own check
      }
    }
    String what = path.isEmpty() ? "the text" : "the file " + path;
    if (isPem && !type.equals(PEM)) {
      throw new TlsException(
          PREFIX + "ssl." + role + ".type",
          "is " + type + ", and " + what + " is PEM: set it to PEM");
    }
    if (!isPem && type.equals(PEM)) {
      throw new TlsException(
          PREFIX + "ssl." + role + ".type",
          "is PEM, and " + what + " is not: set it to PKCS12 or JKS, or name a PEM file");
    }
  }

  private String text(String name) {
    Object value = settings.get(name);
    return value instanceof Password secret
        ? secret.value()
        : value == null ? "" : value.toString().strip();
  }

  /** Returns the settings under the names that the user has set. */
  private Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>();
    for (String name : settings.keySet()) {
      if (name.startsWith("ssl.") && !text(name).isEmpty()) {
        texts.put(PREFIX + name, text(name));
      }
    }
    // Kafka's factory leaves the host check to the connection.
    texts.remove(PREFIX + SslConfigs.SSL_ENDPOINT_IDENTIFICATION_ALGORITHM_CONFIG);
    return texts;
  }

  private String state() {
    return TlsClient.state(ROLES.stream().map(role -> text("ssl." + role + ".location")).toList());
  }

  private synchronized DefaultSslEngineFactory current() {
    String now = state();
    if (!now.equals(state)) {
      state = now;
      try {
        DefaultSslEngineFactory next = make();
        made.close();
        made = next;
        LOG.info("Certificates for Kafka have changed and are read again: {}", now);
      } catch (TlsException e) {
        LOG.warn("{}; the certificates that were read before stay", e.getMessage());
      }
    }
    return made;
  }

  @Override
  public SSLEngine createClientSslEngine(String host, int port, String endpointIdentification) {
    return current().createClientSslEngine(host, port, endpointIdentification);
  }

  @Override
  public SSLEngine createServerSslEngine(String host, int port) {
    throw new UnsupportedOperationException("for clients");
  }

  @Override
  public boolean shouldBeRebuilt(Map<String, Object> next) {
    return false;
  }

  @Override
  public Set<String> reconfigurableConfigs() {
    return Set.of();
  }

  // Kafka's interface has no annotations; it uses null for "none".
  @SuppressWarnings("NullAway")
  @Override
  public @Nullable KeyStore keystore() {
    return current().keystore();
  }

  @SuppressWarnings("NullAway")
  @Override
  public @Nullable KeyStore truststore() {
    return current().truststore();
  }

  @Override
  public synchronized void close() {
    made.close();
  }
}
