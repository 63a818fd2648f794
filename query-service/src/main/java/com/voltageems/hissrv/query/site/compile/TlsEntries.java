package com.voltageems.hissrv.query.site.compile;

import com.voltageems.hissrv.query.site.key.Given;
import com.voltageems.hissrv.query.site.key.View;
import java.util.List;
import java.util.function.Function;

/** Settings of TLS from a section {@code tls}, by the names of who reads them. */
final class TlsEntries {
  private TlsEntries() {}

  /**
   * By names such as {@code redis.tls.truststore.path}.
   *
   * @param prefix with its dot
   * @param secret gives the text of a secret
   */
  static void paths(Settings settings, String prefix, View tls, Function<Given, String> secret) {
    stores(settings, prefix, ".path", tls, secret);
    settings.copy(prefix + "verify.hostname", tls.view("verify"), "hostname");
  }

  /** By Kafka's own names, such as {@code influxdb.ssl.truststore.location}. */
  static void kafka(Settings settings, String prefix, View tls, Function<Given, String> secret) {
    stores(settings, prefix, ".location", tls, secret);
    tls.view("verify")
        .given("hostname")
        .ifPresent(
            given ->
                settings.put(
                    prefix + "endpoint.identification.algorithm",
                    given.text().equals("true") ? "https" : "",
                    Origin.of(given)));
  }

  private static void stores(
      Settings settings, String prefix, String file, View tls, Function<Given, String> secret) {
    for (String store : List.of("truststore", "keystore")) {
      settings.copy(prefix + store + file, tls.view(store), "path");
      password(settings, prefix + store + ".password", tls.view(store), secret);
    }
    password(settings, prefix + "key.password", tls.view("key"), secret);
  }

  private static void password(
      Settings settings, String name, View view, Function<Given, String> secret) {
    view.given("password")
        .ifPresent(given -> settings.put(name, secret.apply(given), Origin.of(given)));
  }
}
