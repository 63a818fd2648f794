package com.voltageems.hissrv.query.site.compile;

import com.voltageems.hissrv.query.site.key.Given;
import com.voltageems.hissrv.query.site.key.View;
import java.util.List;
import java.util.function.Function;

/** TLS settings from a section {@code tls}, under the names that each reader uses. */
final class TlsEntries {
  private TlsEntries() {}

  /**
   * Adds settings with names such as {@code redis.tls.truststore.path}.
   *
   * @param prefix with its dot
   * @param secret returns the text of a secret
   */
  static void paths(Settings settings, String prefix, View tls, Function<Given, String> secret) {
    stores(settings, prefix, ".path", tls, secret);
    settings.copy(prefix + "verify.hostname", tls.view("verify"), "hostname");
  }

  /** Adds settings with Kafka's own names, such as {@code influxdb.ssl.truststore.location}. */
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
