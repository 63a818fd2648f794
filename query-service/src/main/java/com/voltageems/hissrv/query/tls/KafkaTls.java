package com.voltageems.hissrv.query.tls;

import com.voltageems.hissrv.plugin.tls.Tls;
import com.voltageems.hissrv.plugin.tls.TlsException;
import com.voltageems.hissrv.plugin.tls.TlsSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
 * TLS of Kafka's clients by Kafka's own settings, with two things that its own factory lacks: files
 * that have changed are read again for the next connection, since certificates are renewed while
 * the service runs, and what is wrong with a file is told with the setting that names it. Kafka
 * makes one for each client.
 */
public final class KafkaTls implements SslEngineFactory {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaTls.class);

  /** Where the service's settings have Kafka's. */
  private static final String PREFIX = "kafka.properties.";

  private static final String PEM = "PEM";
  private static final List<String> ROLES = List.of("truststore", "keystore");

  private Map<String, ?> settings = Map.of();
  private DefaultSslEngineFactory made = new DefaultSslEngineFactory();
  private String state = "";

  /** For Kafka, which makes it by its name. */
  public KafkaTls() {}

  /** Lets a client use it, where it speaks TLS and nobody asked for another factory. */
  public static void into(Map<String, Object> client) {
    if (isSpoken(client)) {
      client.putIfAbsent(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG, KafkaTls.class);
    }
  }

  private static boolean isSpoken(Map<String, ?> client) {
    return String.valueOf(client.get("security.protocol")).toUpperCase(Locale.ROOT).endsWith("SSL");
  }

  /**
   * Reads the files once; on the service's own machine.
   *
   * @param properties of a client, as they are set
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
   * As Kafka calls it.
   *
   * @throws TlsException where the files or texts cannot be used
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

  /** Kafka does not look into a file to see what it is. */
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
        return; // told by the settings' own check
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

  /** By the names that people have set. */
  private Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>();
    for (String name : settings.keySet()) {
      if (name.startsWith("ssl.") && !text(name).isEmpty()) {
        texts.put(PREFIX + name, text(name));
      }
    }
    // Kafka's factory leaves it to the connection.
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

  // Kafka's interface is not annotated; null is its way to say that there is none.
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
