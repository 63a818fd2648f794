package com.voltageems.hissrv.query.site.compile;

import com.voltageems.hissrv.query.site.key.Given;
import com.voltageems.hissrv.query.site.key.View;
import com.voltageems.hissrv.query.site.yaml.Problem;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Compiles the sink connector's settings. */
final class SinkCompiler {
  private static final String PLUGIN = "com.voltageems.hissrv.influx.sink.InfluxSinkConnector";

  /**
   * Bytes of heap for one byte of line protocol: the line itself and the record that it comes from.
   */
  private static final int HEAP_PER_BYTE = 11;

  /** The sink's own default for the smallest number of lines in a request. */
  private static final int SMALLEST_BATCH = 100;

  private final View site;
  private final Secrets secrets;
  private final List<Problem> problems;
  private final Settings settings = new Settings();

  SinkCompiler(View site, Secrets secrets, List<Problem> problems) {
    this.site = site;
    this.secrets = secrets;
    this.problems = problems;
  }

  Map<String, Entry> compile() {
    View kafka = site.view("kafka");
    settings.put("connector.class", PLUGIN);
    settings.copy("tasks.max", site.view("connect"), "sink_tasks");
    settings.put("topics.regex", kafka.text("topic_prefix").replace(".", "\\.") + ".*");
    database();
    writing();
    settings.put("errors.tolerance", "all");
    settings.copy("errors.deadletterqueue.topic.name", kafka, "dead_letter_topic");
    settings.put("errors.deadletterqueue.topic.replication.factor", "-1");
    settings.copy("errors.deadletterqueue.topic.replication.factor", kafka, "replication_factor");
    settings.put("errors.deadletterqueue.context.headers.enable", "true");
    Converters.into(settings);
    return settings.entries();
  }

  private void database() {
    if (site.has("questdb")) {
      View questdb = site.view("questdb");
      settings.put("influxdb.version", "questdb");
      settings.copy("influxdb.url", questdb, "url");
      return;
    }
    View influxdb = site.view("influxdb");
    settings.copy("influxdb.version", influxdb, "version");
    settings.copy("influxdb.url", influxdb, "url");
    TlsEntries.kafka(settings, "influxdb.ssl.", influxdb.view("tls"), secrets::forConnector);
    if (influxdb.text("version").equals("2")) {
      refuse(influxdb, "2", "database", "retention_policy", "username", "password");
      secret("influxdb.token", influxdb, "token");
      settings.copy("influxdb.org", influxdb, "org");
      settings.copy("influxdb.bucket", influxdb, "bucket");
    } else {
      refuse(influxdb, "1", "token", "org", "bucket");
      settings.copy("influxdb.database", influxdb, "database");
      settings.copy("influxdb.retention.policy", influxdb, "retention_policy");
      settings.copy("influxdb.username", influxdb, "username");
      secret("influxdb.password", influxdb, "password");
    }
  }

  private void refuse(View influxdb, String version, String... keys) {
    for (String key : keys) {
      influxdb
          .given(key)
          .ifPresent(
              given ->
                  problems.add(
                      Origin.of(given)
                          .problem(
                              "is not used with version: "
                                  + version
                                  + (version.equals("2")
                                      ? "; token, org and bucket are, or write version: 1"
                                      : "; database, username and password are"))));
    }
  }

  private void secret(String setting, View view, String key) {
    view.given(key)
        .ifPresent(given -> settings.put(setting, secrets.forConnector(given), Origin.of(given)));
  }

  private void writing() {
    View buffer = site.view("buffer");
    View performance = site.view("performance");
    View writer = site.view("writer");
    one(
            performance.given("batch_size"),
            site.view("service").given("batch_size"),
            buffer.given("max_batch_size"))
        .ifPresent(
            given -> {
              settings.put("batch.size.max", given.text(), Origin.of(given));
              if (Integer.parseInt(given.text()) < SMALLEST_BATCH) {
                settings.put("batch.size.min", given.text(), Origin.of(given));
              }
            });
    one(performance.given("batch_timeout"), buffer.given("max_wait_time"))
        .ifPresent(
            given -> {
              View owner = performance.has("batch_timeout") ? performance : buffer;
              String key = owner == performance ? "batch_timeout" : "max_wait_time";
              settings.put("linger.ms", String.valueOf(owner.millis(key)), Origin.of(given));
            });
    settings.copy("buffer.records.max", performance, "write_buffer_size");
    buffer
        .given("max_memory_mb")
        .ifPresent(
            given ->
                settings.put(
                    "buffer.bytes.max",
                    String.valueOf(
                        Math.min(
                            Integer.MAX_VALUE,
                            Long.parseLong(given.text()) * 1024 * 1024 / HEAP_PER_BYTE)),
                    Origin.of(given)));
    settings.copy("write.workers", writer, "num_workers");
    settings.copyMillis("retry.backoff.ms", writer, "retry_delay");
    one(performance.given("max_retries"), writer.given("retry_attempts"))
        .ifPresent(given -> settings.put("poison.retries", given.text(), Origin.of(given)));
  }

  /**
   * Returns the key that is given among several names for the same setting; if two are given, they
   * must agree.
   */
  @SafeVarargs
  private Optional<Given> one(Optional<Given>... keys) {
    Optional<Given> first = Optional.empty();
    for (Optional<Given> key : keys) {
      if (first.isEmpty()) {
        first = key;
      } else if (key.isPresent() && !key.get().text().equals(first.get().text())) {
        problems.add(
            Origin.of(key.get())
                .problem(
                    "\""
                        + key.get().text()
                        + "\" contradicts "
                        + first.get().path()
                        + " in line "
                        + first.get().place().line()
                        + ", which is another name for the same and says "
                        + first.get().text()));
      }
    }
    return first;
  }
}
