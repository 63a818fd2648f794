package com.voltageems.hissrv.plugin.tls;

import com.voltageems.hissrv.plugin.Setting;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.types.Password;

/**
 * The settings of a TLS client: Kafka's own names behind a prefix, such as {@code
 * influxdb.ssl.truststore.location}. Whether a file is PEM, PKCS12 or JKS is seen from its content.
 */
public final class TlsSettings {
  private final Setting<Optional<String>> truststoreLocation;
  private final Setting<Optional<Password>> truststorePassword;
  private final Setting<Optional<Password>> truststoreCertificates;
  private final Setting<Optional<String>> keystoreLocation;
  private final Setting<Optional<Password>> keystorePassword;
  private final Setting<Optional<Password>> keystoreChain;
  private final Setting<Optional<Password>> keystoreKey;
  private final Setting<Optional<Password>> keyPassword;
  private final Setting<String> hostCheck;

  /**
   * @param prefix what stands before {@code ssl.}, with its dot
   */
  public TlsSettings(String prefix) {
    String ssl = prefix + "ssl.";
    truststoreLocation =
        Setting.optionalText(ssl + "truststore.location")
            .low()
            .doc(
                "File with the certificates to trust: PEM, PKCS12 or JKS. Left out: those that the"
                    + " JVM trusts.");
    truststorePassword =
        Setting.secret(ssl + "truststore.password")
            .low()
            .doc("Password of that file; PEM has none.");
    truststoreCertificates =
        Setting.secret(ssl + "truststore.certificates")
            .low()
            .doc("The certificates to trust as PEM text, instead of a file.");
    keystoreLocation =
        Setting.optionalText(ssl + "keystore.location")
            .low()
            .doc(
                "File with the client's certificate and private key: PEM (one file with both),"
                    + " PKCS12 or JKS. Left out: no client certificate.");
    keystorePassword =
        Setting.secret(ssl + "keystore.password").low().doc("Password of that file; PEM has none.");
    keystoreChain =
        Setting.secret(ssl + "keystore.certificate.chain")
            .low()
            .doc("The client's certificate with its chain as PEM text, instead of a file.");
    keystoreKey =
        Setting.secret(ssl + "keystore.key")
            .low()
            .doc("The client's private key (PKCS#8) as PEM text, instead of a file.");
    keyPassword =
        Setting.secret(ssl + "key.password")
            .low()
            .doc("Password of the private key, where it has one other than the file's.");
    hostCheck =
        Setting.choice(ssl + "endpoint.identification.algorithm", "https", "https", "")
            .low()
            .doc(
                "https: the server's certificate has to name the host of the address. Empty: it"
                    + " need not, which lets anybody with a trusted certificate answer.");
  }

  /** All of them, in the order of tables. */
  public Setting<?>[] all() {
    return new Setting<?>[] {
      truststoreLocation,
      truststorePassword,
      truststoreCertificates,
      keystoreLocation,
      keystorePassword,
      keystoreChain,
      keystoreKey,
      keyPassword,
      hostCheck
    };
  }

  /** The setting to name where a server's certificate is not trusted. */
  String trustName() {
    return truststoreLocation.name();
  }

  /** The setting to name where a client's certificate is missing. */
  String clientName() {
    return keystoreLocation.name();
  }

  String hostCheckName() {
    return hostCheck.name();
  }

  private KeyFile truststore(AbstractConfig config) {
    return new KeyFile(
        new KeyFile.Names(
            truststoreLocation.name(),
            truststorePassword.name(),
            List.of(truststoreCertificates.name())),
        truststoreLocation.in(config),
        truststorePassword.in(config),
        truststoreCertificates.in(config),
        Optional.empty(),
        Optional.empty());
  }

  private KeyFile keystore(AbstractConfig config) {
    return new KeyFile(
        new KeyFile.Names(
            keystoreLocation.name(),
            keystorePassword.name(),
            List.of(keystoreChain.name(), keystoreKey.name(), keyPassword.name())),
        keystoreLocation.in(config),
        keystorePassword.in(config),
        keystoreChain.in(config),
        keystoreKey.in(config),
        keyPassword.in(config));
  }

  /** What is wrong with the files and texts, by the setting at fault. */
  public Map<String, String> problems(AbstractConfig config, Instant now) {
    Map<String, String> problems = new TreeMap<>();
    try {
      TrustStores.load(truststore(config));
    } catch (TlsException e) {
      problems.put(e.setting(), e.problem());
    }
    try {
      KeyStores.load(keystore(config), now);
    } catch (TlsException e) {
      problems.put(e.setting(), e.problem());
    }
    return problems;
  }

  /**
   * Reads the files and texts.
   *
   * @throws TlsException when one of them is not right
   */
  public Tls open(AbstractConfig config, Instant now) {
    return Tls.of(
        TrustStores.load(truststore(config)),
        KeyStores.load(keystore(config), now),
        !hostCheck.in(config).isEmpty());
  }
}
