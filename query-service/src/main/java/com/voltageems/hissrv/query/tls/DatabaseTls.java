package com.voltageems.hissrv.query.tls;

import com.voltageems.hissrv.plugin.tls.Tls;
import com.voltageems.hissrv.plugin.tls.TlsException;
import com.voltageems.hissrv.plugin.tls.TlsSettings;
import com.voltageems.hissrv.query.setting.Setting;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * TLS to a database by Kafka's own names, such as {@code store.influxdb2.ssl.truststore.location},
 * as the sink connector has them, and by its reader of certificates, so that both say the same.
 */
public final class DatabaseTls {
  private final TlsSettings names;
  private final List<Setting<?>> settings;

  /**
   * @param prefix what stands before {@code ssl.}, with its dot
   */
  public DatabaseTls(String prefix) {
    this.names = TlsSettings.ofKafka(prefix);
    List<Setting<?>> all = new ArrayList<>();
    for (com.voltageems.hissrv.plugin.Setting<?> one : names.all()) {
      all.add(declared(one.name(), one.doc()));
    }
    this.settings = List.copyOf(all);
  }

  private static Setting<String> declared(String name, String doc) {
    if (name.endsWith(".algorithm")) {
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

  /** As a back end declares them. */
  public List<Setting<?>> settings() {
    return settings;
  }

  private Map<String, String> own(Map<String, String> texts) {
    Map<String, String> own = new LinkedHashMap<>();
    for (Setting<?> setting : settings) {
      String text = texts.get(setting.key());
      if (text != null) {
        own.put(setting.key(), text);
      }
    }
    return own;
  }

  /**
   * Refuses settings of TLS where none is spoken: who set them believes otherwise.
   *
   * @param remedy completes "has no effect unless ..."
   * @throws IllegalArgumentException naming the first of them
   */
  public void refuse(Map<String, String> texts, String remedy) {
    own(texts).keySet().stream()
        .findFirst()
        .ifPresent(
            key -> {
              throw new IllegalArgumentException(key + ": has no effect unless " + remedy);
            });
  }

  /**
   * Reads the files once. A client certificate that has run out is not refused here: the service
   * goes on without its database, and tells it.
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
   * A client that is made anew when the files change.
   *
   * @param make makes one with these certificates
   */
  public <T> TlsClient<T> client(
      Map<String, String> texts, Function<Tls, T> make, InstantSource clock) {
    return new TlsClient<>(names, own(texts), make, clock);
  }
}
