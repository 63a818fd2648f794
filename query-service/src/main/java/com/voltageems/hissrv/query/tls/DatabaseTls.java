package com.voltageems.hissrv.query.tls;

import com.voltageems.hissrv.plugin.tls.Tls;
import com.voltageems.hissrv.plugin.tls.TlsException;
import com.voltageems.hissrv.plugin.tls.TlsSettings;
import com.voltageems.hissrv.query.setting.Setting;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import javax.net.ssl.SSLContext;

/**
 * TLS to a database by Kafka's own names, such as {@code store.influxdb2.ssl.truststore.location},
 * which the sink connector also uses, and by the sink connector's certificate reader, so that both
 * give the same messages.
 */
public final class DatabaseTls {
  private final TlsSettings names;
  private final List<Setting<?>> settings;

  /** The names to use in messages about the same settings. */
  private final TlsSettings told;

  /**
   * @param prefix the text before {@code ssl.}, with its dot
   */
  public DatabaseTls(String prefix) {
    this.names = TlsSettings.ofKafka(prefix);
    this.told = names;
    List<Setting<?>> all = new ArrayList<>();
    for (com.voltageems.hissrv.plugin.Setting<?> one : names.all()) {
      all.add(declared(one.name(), one.doc()));
    }
    this.settings = List.copyOf(all);
  }

  private DatabaseTls(DatabaseTls same, TlsSettings told) {
    this.names = same.names;
    this.settings = same.settings;
    this.told = told;
  }

  /**
   * Returns the same settings, whose later failures are reported under the names of a site's file.
   *
   * @param prefix the text before {@code truststore.path}, with its dot
   * @param texts if they contain a setting that a site's file does not have, all keep their own
   *     names
   */
  public DatabaseTls named(String prefix, Map<String, String> texts) {
    return own(texts).keySet().stream().anyMatch(DatabaseTls::isText)
        ? this
        : new DatabaseTls(this, TlsSettings.ofPaths(prefix));
  }

  /** Certificates and keys as texts. */
  private static boolean isText(String name) {
    return name.endsWith(".certificates")
        || name.endsWith(".certificate.chain")
        || name.endsWith(".keystore.key");
  }

  private static boolean isHostCheck(String name) {
    return name.endsWith(".algorithm");
  }

  private static Setting<String> declared(String name, String doc) {
    if (isHostCheck(name)) {
      return Setting.of(name, "https", "https, or nothing", doc, DatabaseTls::algorithm);
    }
    return name.endsWith(".location")
        ? Setting.of(name, "", "a file, or nothing", doc, text -> text)
        : Setting.secret(name, "", doc);
  }

  private static String algorithm(String text) {
    if (!text.isEmpty() && !text.equals("https")) {
      throw new IllegalArgumentException("neither https nor nothing");
    }
    return text;
  }

  /** Returns the settings in the form in which a back end declares them. */
  public List<Setting<?>> settings() {
    return settings;
  }

  /**
   * Returns the settings that are set. A blank setting counts as not set, except the host check,
   * which a blank text switches off.
   */
  private Map<String, String> own(Map<String, String> texts) {
    Map<String, String> own = new LinkedHashMap<>();
    for (Setting<?> setting : settings) {
      String text = texts.get(setting.key());
      if (text != null && (!text.isBlank() || isHostCheck(setting.key()))) {
        own.put(setting.key(), text);
      }
    }
    return own;
  }

  /**
   * Refuses TLS settings if TLS is not used, because the user believes that it is.
   *
   * @param remedy completes "has no effect unless ..."
   * @throws IllegalArgumentException naming the first of them
   */
  public void refuse(Map<String, String> texts, String remedy) {
    own(texts).entrySet().stream()
        .filter(one -> !one.getValue().isBlank())
        .map(Map.Entry::getKey)
        .findFirst()
        .ifPresent(
            key -> {
              throw new IllegalArgumentException(key + ": has no effect unless " + remedy);
            });
  }

  /**
   * Reads the files once. Does not refuse an expired client certificate: the service goes on
   * without its database, and reports that.
   *
   * @throws IllegalArgumentException naming setting and file
   */
  public void checkFiles(Map<String, String> texts) {
    try {
      Tls unused = names.open(own(texts), null);
    } catch (TlsException e) {
      throw new IllegalArgumentException(e.setting() + ": " + e.problem(), e);
    }
  }

  /**
   * Returns a client that is created again when the files change. If no certificates are set, the
   * JVM's own settings are used, including its client certificate ({@code
   * -Djavax.net.ssl.keyStore}).
   *
   * @param make creates a client with the given certificates
   */
  public <T> TlsClient<T> client(
      Map<String, String> texts, Function<Tls, T> make, InstantSource clock) {
    Map<String, String> own = own(texts);
    boolean isJvms = own.keySet().stream().allMatch(DatabaseTls::isHostCheck);
    return new TlsClient<>(told, toTell(own), isJvms ? tls -> make.apply(jvms(tls)) : make, clock);
  }

  /** Returns the texts under the names to use in messages. */
  private Map<String, String> toTell(Map<String, String> own) {
    if (told == names) {
      return own;
    }
    Map<String, String> renamed = new LinkedHashMap<>();
    for (int i = 0; i < settings.size(); i++) {
      String key = settings.get(i).key();
      String text = own.get(key);
      if (text != null) {
        renamed.put(
            told.all()[i].name(), isHostCheck(key) ? Boolean.toString(!text.isBlank()) : text);
      }
    }
    return renamed;
  }

  private static Tls jvms(Tls tls) {
    if (!tls.checksHost() && System.getProperty("javax.net.ssl.keyStore") == null) {
      // This trusts the JVM's certificates for any host name.
      return tls;
    }
    try {
      return new Tls(
          SSLContext.getDefault(), tls.trust(), tls.hasClientCertificate(), tls.checksHost());
    } catch (NoSuchAlgorithmException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new TlsException("javax.net.ssl.keyStore", "cannot be used: " + cause.getMessage());
    }
  }
}
