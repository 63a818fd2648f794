package com.voltageems.hissrv.query.tls;

import com.voltageems.hissrv.query.setting.Setting;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * TLS to Kafka Connect's REST API: whether it is spoken is told by the address.
 *
 * @param texts the settings {@code connect.ssl.*} that are set
 * @param ofSite whether they come from a hissrv.yml, whose own keys are to be named then
 */
public record ConnectTls(Map<String, String> texts, boolean ofSite) {
  /** What the JVM trusts. */
  public static final ConnectTls NONE = new ConnectTls(Map.of(), false);

  /** In front of {@code ssl.}. */
  private static final String PREFIX = "connect.";

  /** Where hissrv.yml has them. */
  private static final String SITE = "connect.tls.";

  private static final DatabaseTls TLS = new DatabaseTls(PREFIX);

  public ConnectTls {
    texts = Map.copyOf(texts);
  }

  /** Those of all settings that are of TLS to Connect. */
  public static ConnectTls in(Map<String, String> all) {
    Map<String, String> own = new LinkedHashMap<>();
    for (Setting<?> setting : settings()) {
      String text = all.get(setting.key());
      if (text != null) {
        setting.in(all);
        own.put(setting.key(), text);
      }
    }
    return new ConnectTls(own, false);
  }

  public static List<Setting<?>> settings() {
    return TLS.settings();
  }

  /** The same, of a hissrv.yml. */
  public ConnectTls named() {
    return new ConnectTls(texts, true);
  }

  /**
   * Refuses what has no effect.
   *
   * @throws IllegalArgumentException naming the setting
   */
  public void check(List<URI> urls) {
    if (!isSpoken(urls)) {
      TLS.refuse(texts, "connect.url begins with https://");
    }
  }

  /**
   * Reads the files that it names; on the service's own machine.
   *
   * @throws IllegalArgumentException naming setting and file
   */
  public void checkFiles(List<URI> urls) {
    if (isSpoken(urls)) {
      TLS.checkFiles(texts);
    }
  }

  private static boolean isSpoken(List<URI> urls) {
    return urls.stream().anyMatch(url -> "https".equalsIgnoreCase(url.getScheme()));
  }

  /** The way to these addresses. */
  public ConnectHttp http(List<URI> urls, Duration connectTimeout) {
    if (!isSpoken(urls)) {
      return ConnectHttp.plain(connectTimeout);
    }
    DatabaseTls told = ofSite ? TLS.named(SITE, texts) : TLS;
    return new ConnectHttp(
        told.client(texts, tls -> ConnectHttp.client(tls, connectTimeout), Clock.systemUTC()));
  }

  /** No password. */
  @Override
  public String toString() {
    return "ConnectTls[" + texts.keySet() + "]";
  }
}
