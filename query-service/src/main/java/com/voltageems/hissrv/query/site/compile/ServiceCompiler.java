package com.voltageems.hissrv.query.site.compile;

import com.voltageems.hissrv.query.site.key.Given;
import com.voltageems.hissrv.query.site.key.View;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Compiles the service's settings, by their names in query.yml. */
final class ServiceCompiler {
  private final View site;
  private final Function<Given, String> secret;
  private final Settings settings = new Settings();

  /**
   * @param secret returns the text of a secret
   */
  ServiceCompiler(View site, Function<Given, String> secret) {
    this.site = site;
    this.secret = secret;
  }

  Map<String, Entry> compile(String source, String sink, List<String> connectUrls) {
    View api = site.view("api");
    settings.copy("http.host", api, "host");
    settings.copy("http.port", api, "port");
    settings.copy("http.threads", api, "threads");
    settings.copyList("http.cors.origins", api, "cors_origins");
    tokens("http.token.read", api.all("read_tokens"));
    tokens("http.token.write", api.all("write_tokens"));
    store();
    View query = site.view("query");
    settings.copy("query.timeout", query, "timeout");
    settings.copy("query.concurrency", query, "concurrency");
    settings.copy("query.default.rows", query, "default_rows");
    settings.copy("query.max.rows", query, "max_rows");
    settings.copy("query.max.values", query, "max_values");
    settings.copy("query.max.range", query, "max_range");
    View kafka = site.view("kafka");
    settings.copyList("kafka.bootstrap.servers", kafka, "bootstrap_servers");
    settings.copy("kafka.dead.letter.topic", kafka, "dead_letter_topic");
    kafka.names("properties").forEach((name, given) -> put("kafka.properties." + name, given));
    View connect = site.view("connect");
    settings.put("connect.url", String.join(",", connectUrls));
    settings.copy("connect.username", connect, "username");
    connect.given("password").ifPresent(given -> put("connect.password", given));
    TlsEntries.kafka(settings, "connect.ssl.", connect.view("tls"), secret);
    settings.copy("connect.restart.failed", connect, "restart_failed");
    settings.put("connect.source", source);
    settings.put("connect.sink", sink);
    site.names("site")
        .forEach((name, given) -> settings.put("site." + name, given.text(), Origin.of(given)));
    settings.copy("health.interval", site.view("health"), "interval");
    settings.copy("health.timeout", site.view("health"), "timeout");
    return settings.entries();
  }

  private void tokens(String setting, List<Given> given) {
    if (!given.isEmpty()) {
      settings.put(
          setting,
          given.stream().map(secret).collect(Collectors.joining(",")),
          Origin.of(given.get(0)));
    }
  }

  private void put(String setting, Given given) {
    settings.put(setting, secret.apply(given), Origin.of(given));
  }

  private void store() {
    if (site.has("questdb")) {
      View questdb = site.view("questdb");
      settings.put("store.type", "questdb");
      settings.copy("store.questdb.url", questdb, "jdbc_url");
      settings.copy("store.questdb.user", questdb, "username");
      questdb.given("password").ifPresent(given -> put("store.questdb.password", given));
      return;
    }
    View influxdb = site.view("influxdb");
    String type = "influxdb" + influxdb.text("version");
    TlsEntries.kafka(settings, "store." + type + ".ssl.", influxdb.view("tls"), secret);
    if (type.equals("influxdb1")) {
      settings.put("store.type", "influxdb1");
      settings.copy("store.influxdb1.url", influxdb, "url");
      settings.copy("store.influxdb1.database", influxdb, "database");
      // Reads the retention policy that the sink writes to.
      settings.copy("store.influxdb1.retention.policies", influxdb, "retention_policy");
      settings.copy("store.influxdb1.username", influxdb, "username");
      influxdb.given("password").ifPresent(given -> put("store.influxdb1.password", given));
      return;
    }
    settings.put("store.type", "influxdb2");
    settings.copy("store.influxdb2.url", influxdb, "url");
    settings.copy("store.influxdb2.bucket", influxdb, "bucket");
    influxdb.given("token").ifPresent(given -> put("store.influxdb2.token", given));
  }
}
