package com.voltageems.hissrv.plugin.tls;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;

/**
 * A truststore or keystore as it was configured: a file, or PEM texts instead of a file.
 *
 * @param certificates PEM text; for a keystore the client's certificate with its chain
 * @param key PEM text, for a keystore only
 */
record KeyFile(
    Names names,
    Optional<String> location,
    Optional<Password> password,
    Optional<Password> certificates,
    Optional<Password> key,
    Optional<Password> keyPassword) {
  private static final String PEM_BEGINS = "-----BEGIN ";

  private static final ConfigDef KAFKA = new ConfigDef();

  static {
    SslConfigs.addClientSslSupport(KAFKA);
  }

  /** Size in bytes above which a file cannot be a certificate. */
  private static final long LONGEST = 16 * 1024 * 1024;

  /**
   * The names of the settings.
   *
   * @param others the names of the settings for the certificates, the key, and the key's password;
   *     a truststore has the first only
   */
  record Names(String location, String password, List<String> others) {
    String certificates() {
      return others.get(0);
    }

    String key() {
      return others.get(1);
    }

    String keyPassword() {
      return others.get(2);
    }
  }

  boolean isEmpty() {
    return location.isEmpty() && certificates.isEmpty() && key.isEmpty();
  }

  /** Returns the name of the setting that holds the certificates. */
  String source() {
    return location.isPresent() ? names.location() : names.certificates();
  }

  /** Returns how messages name the file or text. */
  String shown() {
    return location.map(path -> "the file " + path).orElse("the text");
  }

  /** Returns an exception about the file or text as a whole. */
  TlsException flaw(String problem) {
    return new TlsException(source(), problem);
  }

  /**
   * Returns the PEM text; empty for a file in another format.
   *
   * @throws TlsException if the file does not exist or cannot be read, if both a file and a text
   *     are set, or if a PEM file has a file password
   */
  Optional<String> pem() {
    if (location.isEmpty()) {
      return Optional.of(text(certificates) + "\n" + text(key));
    }
    if (certificates.isPresent()) {
      throw new TlsException(
          names.certificates(), "cannot be set beside " + names.location() + ": use one of them");
    }
    String content = new String(content(), StandardCharsets.ISO_8859_1);
    if (!content.contains(PEM_BEGINS)) {
      return Optional.empty();
    }
    if (password.isPresent()) {
      throw new TlsException(
          names.password(),
          "is for PKCS12 and JKS, and "
              + shown()
              + " is PEM"
              + (names.others().size() > 2
                  ? "; the password of a key is " + names.keyPassword()
                  : ""));
    }
    return Optional.of(content);
  }

  private static String text(Optional<Password> text) {
    return text.map(Password::value).orElse("");
  }

  private byte[] content() {
    File file = new File(location.orElseThrow());
    if (!file.isFile()) {
      throw flaw("does not name a file: " + file + " does not exist");
    }
    if (!file.canRead()) {
      throw flaw("names a file that cannot be read: " + file);
    }
    try {
      if (file.length() > LONGEST) {
        throw flaw("names a file that is too large for certificates: " + file);
      }
      return Files.readAllBytes(Path.of(file.getPath()));
    } catch (IOException e) {
      throw flaw("names a file that cannot be read: " + file);
    }
  }

  /**
   * Loads the store with Kafka's own reader.
   *
   * @param role {@code truststore} or {@code keystore}
   * @return null if Kafka finds nothing configured
   */
  @Nullable KeyStore load(String role, boolean isPem) {
    String prefix = "ssl." + role + ".";
    Map<String, Object> kafka = new HashMap<>();
    kafka.put(prefix + "type", isPem ? "PEM" : "PKCS12");
    location.ifPresent(path -> kafka.put(prefix + "location", path));
    password.ifPresent(secret -> kafka.put(prefix + "password", secret));
    boolean isKey = role.equals("keystore");
    certificates.ifPresent(
        text -> kafka.put(prefix + (isKey ? "certificate.chain" : "certificates"), text));
    key.ifPresent(text -> kafka.put(prefix + "key", text));
    keyPassword.ifPresent(secret -> kafka.put("ssl.key.password", secret));
    try (DefaultSslEngineFactory reader = new DefaultSslEngineFactory()) {
      reader.configure(KAFKA.parse(kafka));
      return isKey ? reader.keystore() : reader.truststore();
    }
  }

  /** Turns a failure of Kafka's reader into a message in plain words. */
  TlsException failure(RuntimeException failure) {
    Throwable root = failure;
    for (Throwable each = failure;
        each != null && each != each.getCause();
        each = each.getCause()) {
      root = each;
      if (each instanceof UnrecoverableKeyException
          || String.valueOf(each.getMessage()).contains("password was incorrect")) {
        return password.isPresent()
            ? new TlsException(names.password(), "is not the password of " + shown())
            : new TlsException(names.password(), "is needed to read " + shown());
      }
    }
    return flaw("cannot be read as PEM, PKCS12 or JKS: " + root.getMessage());
  }
}
