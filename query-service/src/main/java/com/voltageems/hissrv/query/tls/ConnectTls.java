package com.voltageems.hissrv.query.tls;

import com.voltageems.hissrv.query.setting.Setting;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * TLS to Kafka Connect's REST API; the address decides whether TLS is used.
 *
 * @param texts the settings {@code connect.ssl.*} that are set
 * @param ofSite whether they come from a hissrv.yml, so that messages name its keys
 */
public record ConnectTls(Map<String, String> texts, boolean ofSite) {
  /** Trusts what the JVM trusts. */
  public static final ConnectTls NONE = new ConnectTls(Map.of(), false);

  /** The text before {@code ssl.}. */
  private static final String PREFIX = "connect.";

  /** The prefix in hissrv.yml. */
  private static final String SITE = "connect.tls.";

  private static final DatabaseTls TLS = new DatabaseTls(PREFIX);

  public ConnectTls {
    texts = Map.copyOf(texts);
  }

  /** Returns those settings that concern TLS to Connect. */
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

  /** Returns the same settings as from a hissrv.yml. */
  public ConnectTls named() {
    return new ConnectTls(texts, true);
  }

  /**
   * Refuses settings that have no effect.
   *
   * @throws IllegalArgumentException naming the setting
   */
  public void check(List<URI> urls) {
    if (!isSpoken(urls)) {
      TLS.refuse(texts, "connect.url begins with https://");
    }
  }

  /**
   * Reads the files that the settings name; only for use on the service's own machine.
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

  /** Returns the HTTP client for these addresses. */
  public ConnectHttp http(List<URI> urls, Duration connectTimeout) {
    if (!isSpoken(urls)) {
      return ConnectHttp.plain(connectTimeout);
    }
    DatabaseTls told = ofSite ? TLS.named(SITE, texts) : TLS;
    return new ConnectHttp(
        told.client(texts, tls -> ConnectHttp.client(tls, connectTimeout), Clock.systemUTC()));
  }

  /** Without passwords. */
  @Override
  public String toString() {
    return "ConnectTls[" + texts.keySet() + "]";
  }
}
