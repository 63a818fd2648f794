package com.voltageems.hissrv.plugin.tls;

import com.voltageems.hissrv.plugin.Setting;
import com.voltageems.hissrv.plugin.SettingGroups;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef.Recommender;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/** The settings of a TLS client. The content of a file shows whether it is PEM, PKCS12 or JKS. */
public final class TlsSettings {
  private final Setting<Optional<String>> truststoreLocation;
  private final Setting<Optional<Password>> truststorePassword;
  private final Setting<Optional<Password>> truststoreCertificates;
  private final Setting<Optional<String>> keystoreLocation;
  private final Setting<Optional<Password>> keystorePassword;
  private final Setting<Optional<Password>> keystoreChain;
  private final Setting<Optional<Password>> keystoreKey;
  private final Setting<Optional<Password>> keyPassword;
  private final Setting<Boolean> hostCheck;

  private TlsSettings(
      String prefix, String file, Setting<Boolean> hostCheck, @Nullable Recommender shown) {
    this.hostCheck = shownBy(shown, hostCheck.low());
    truststoreLocation =
        shownBy(
            shown,
            Setting.optionalText(prefix + "truststore." + file)
                .low()
                .doc(
                    "File with the certificates to trust: PEM, PKCS12 or JKS. Left out: those that"
                        + " the JVM trusts."));
    truststorePassword =
        secret(shown, prefix + "truststore.password", "Password of that file; PEM has none.");
    truststoreCertificates =
        secret(
            shown,
            prefix + "truststore.certificates",
            "The certificates to trust as PEM text, instead of a file.");
    keystoreLocation =
        shownBy(
            shown,
            Setting.optionalText(prefix + "keystore." + file)
                .low()
                .doc(
                    "File with the client's certificate and private key: PEM (one file with both),"
                        + " PKCS12 or JKS. Left out: no client certificate."));
    keystorePassword =
        secret(shown, prefix + "keystore.password", "Password of that file; PEM has none.");
    keystoreChain =
        secret(
            shown,
            prefix + "keystore.certificate.chain",
            "The client's certificate with its chain as PEM text, instead of a file.");
    keystoreKey =
        secret(
            shown,
            prefix + "keystore.key",
            "The client's private key (PKCS#8) as PEM text, instead of a file.");
    keyPassword =
        secret(
            shown,
            prefix + "key.password",
            "Password of the private key, where it has one other than the file's.");
  }

  /**
   * Returns settings with Kafka's own names, such as {@code influxdb.ssl.truststore.location}.
   *
   * @param prefix the text before {@code ssl.}, with its dot
   */
  public static TlsSettings ofKafka(String prefix) {
    String hostCheck = prefix + "ssl.endpoint.identification.algorithm";
    return new TlsSettings(
        prefix + "ssl.",
        "location",
        Setting.choice(hostCheck, "https", "https", "")
            .doc(
                "https: the server's certificate has to name the host of the address. Empty: it"
                    + " need not, which lets anybody with a trusted certificate answer.")
            .as(text -> !text.isEmpty()),
        null);
  }

  /**
   * Returns settings with names such as {@code redis.tls.truststore.path} and {@code
   * redis.tls.verify.hostname}.
   *
   * @param prefix the text before {@code truststore}, with its dot
   * @param shown says when a form shows the settings
   */
  public static TlsSettings ofPaths(String prefix, Recommender shown) {
    return paths(prefix, shown);
  }

  /** Returns the same settings, for use without a form. */
  public static TlsSettings ofPaths(String prefix) {
    return paths(prefix, null);
  }

  private static TlsSettings paths(String prefix, @Nullable Recommender shown) {
    return new TlsSettings(
        prefix,
        "path",
        Setting.flag(prefix + "verify.hostname", true)
            .doc(
                "Whether the server's certificate has to name the host of the address. Without it"
                    + " anybody with a trusted certificate may answer."),
        shown);
  }

  private static Setting<Optional<Password>> secret(
      @Nullable Recommender shown, String name, String doc) {
    return shownBy(shown, Setting.secret(name).low().doc(doc));
  }

  private static <T> Setting<T> shownBy(@Nullable Recommender shown, Setting<T> setting) {
    return shown == null ? setting : setting.recommended(shown);
  }

  /** Returns all settings, in the order of the tables. */
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

  /** Returns the name of the setting to look at if a server's certificate is not trusted. */
  public String trustName() {
    return truststoreLocation.name();
  }

  /** Returns the name of the setting to look at if a client's certificate is missing. */
  public String clientName() {
    return keystoreLocation.name();
  }

  String hostCheckName() {
    return hostCheck.name();
  }

  /** Returns how to switch off the check of the host, for messages. */
  String hostCheckOff() {
    return hostCheck.name()
        + (hostCheck.name().endsWith(".algorithm") ? " left empty" : " set to false");
  }

  private KeyFile truststore(AbstractConfig config) {
    return new KeyFile(
        new KeyFile.Names(
            truststoreLocation.name(),
            truststorePassword.name(),
            List.of(truststoreCertificates.name())),
        truststoreLocation.in(config),
        given(truststorePassword, config),
        given(truststoreCertificates, config),
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
        given(keystorePassword, config),
        given(keystoreChain, config),
        given(keystoreKey, config),
        given(keyPassword, config));
  }

  /** Returns a secret; an empty one counts as missing, since forms send empty texts. */
  private static Optional<Password> given(
      Setting<Optional<Password>> secret, AbstractConfig config) {
    return secret.in(config).filter(password -> !password.value().isEmpty());
  }

  /** Returns the settings that name a file and are set. */
  public List<Setting<?>> filesIn(AbstractConfig config) {
    return Stream.of(truststoreLocation, keystoreLocation)
        .filter(file -> file.in(config).isPresent())
        .<Setting<?>>map(file -> file)
        .toList();
  }

  /**
   * Reads the client's certificate alone.
   *
   * @throws TlsException if it is not right, or not valid at this time
   */
  void checkClient(AbstractConfig config, Instant now) {
    KeyStores.load(keystore(config), now);
  }

  /** Returns what is wrong with the files and texts, by the setting at fault. */
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
   * Does the same as {@link #open(AbstractConfig, Instant)} for settings as they were written;
   * ignores other settings among them.
   */
  public Tls open(Map<String, String> settings, @Nullable Instant now) {
    return open(
        new AbstractConfig(new SettingGroups().add("TLS", all()).def(), settings, false), now);
  }

  /**
   * Reads the files and texts.
   *
   * @param now a client certificate that is not valid at this time is refused; null leaves that
   *     check to the server
   * @throws TlsException if one of them is not right
   */
  public Tls open(AbstractConfig config, @Nullable Instant now) {
    return Tls.of(
        TrustStores.load(truststore(config)),
        KeyStores.load(keystore(config), now),
        hostCheck.in(config));
  }
}
