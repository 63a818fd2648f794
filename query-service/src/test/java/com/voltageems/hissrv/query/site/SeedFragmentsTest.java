package com.voltageems.hissrv.query.site;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.site.compile.Compiled;
import com.voltageems.hissrv.query.site.compile.ConnectorSpec;
import com.voltageems.hissrv.query.site.compile.Entry;
import com.voltageems.hissrv.query.site.compile.SiteCompiler;
import com.voltageems.hissrv.query.site.yaml.BadFileException;
import com.voltageems.hissrv.query.storage.plan.Output;
import com.voltageems.hissrv.query.storage.plan.Policy;
import com.voltageems.hissrv.query.storage.plan.StoragePlan;
import com.voltageems.hissrv.query.storage.plan.Task;
import com.voltageems.hissrv.query.store.Aggregation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The nine YAML fragments of the two design documents, as they stand there. */
class SeedFragmentsTest {
  static final Path SEEDS = Path.of("src/test/resources/site/seeds");
  private static final Map<String, String> ENV = Map.of("INFLUXDB_TOKEN", "a-token");

  static Compiled compiled(String fragment) throws BadFileException {
    return new SiteFile(SEEDS.resolve(fragment + ".yml"), ENV).compile(SiteCompiler.For.COMMAND);
  }

  /** What the keys of the file change: everything else is a default. */
  private static Map<String, String> fromFile(Map<String, Entry> settings) {
    Map<String, String> given = new TreeMap<>();
    settings.forEach(
        (name, entry) -> {
          if (entry.origin() != null) {
            given.put(name, entry.value());
          }
        });
    return given;
  }

  private static ConnectorSpec connector(Compiled compiled, String role) {
    return compiled.connectors().stream()
        .filter(each -> each.role().equals(role))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void service_isReadCompletely() throws Exception {
    Compiled compiled = compiled("1-service");

    assertThat(fromFile(connector(compiled, "source").settings()))
        .isEqualTo(
            new TreeMap<>(
                Map.of(
                    "redis.uri", "redis://localhost:6379",
                    "sources.updates.type", "pubsub",
                    "sources.updates.pattern", "point:update:*,calc:result:*")));
    assertThat(connector(compiled, "source").config()).containsEntry("sources", "updates");
    Map<String, String> sink = new TreeMap<>();
    sink.put("influxdb.url", "http://localhost:8086");
    sink.put("influxdb.token", "${env:INFLUXDB_TOKEN}");
    sink.put("influxdb.org", "voltageems");
    sink.put("influxdb.bucket", "telemetry");
    sink.put("batch.size.max", "5000");
    sink.put("linger.ms", "10000");
    sink.put("buffer.bytes.max", String.valueOf(100 * 1024 * 1024 / 11));
    sink.put("write.workers", "4");
    sink.put("poison.retries", "3");
    sink.put("retry.backoff.ms", "1000");
    assertThat(fromFile(connector(compiled, "sink").settings())).isEqualTo(sink);
    assertThat(compiled.storage().policies())
        .containsExactly(
            new Policy("realtime", Duration.ofDays(7), null, 1, List.of()),
            new Policy("hourly", Duration.ofDays(30), null, 1, List.of()),
            new Policy("daily", Duration.ofDays(365), null, 1, List.of()));
    assertThat(compiled.storage().raw()).isEqualTo("realtime");
    assertThat(compiled.notes().stream().map(note -> note.text("f")))
        .hasSize(2)
        .first()
        .isEqualTo(
            "f:30:7: retention.policies[1]: no task writes into hourly, and the samples are kept by"
                + " realtime: nothing is made for it");
  }

  @Test
  void everyFragment_runsAsAServiceToo() throws Exception {
    try (var files = Files.list(SEEDS)) {
      for (Path file : files.sorted().toList()) {
        SiteFile site = new SiteFile(file, ENV);
        assertThat(site.isSite()).as(file.toString()).isTrue();
        QueryConfig.of(site.compile(SiteCompiler.For.SERVICE).serviceTexts());
      }
    }
  }

  @Test
  void aggregation_triggersTheScriptAndReadsItsWindows() throws Exception {
    ConnectorSpec source = connector(compiled("3-aggregation"), "source");

    assertThat(fromFile(source.settings()))
        .isEqualTo(
            new TreeMap<>(
                Map.of(
                    "aggregation.enabled", "true",
                    "aggregation.windows", "1m,5m",
                    "sources.archive1m.type", "archive",
                    "sources.archive1m.window", "1m",
                    "sources.archive5m.type", "archive",
                    "sources.archive5m.window", "5m")));
  }

  @Test
  void defaultFile_readsArchivesAndThePendingList() throws Exception {
    Compiled compiled = compiled("4-default");

    assertThat(fromFile(connector(compiled, "source").settings()))
        .isEqualTo(
            new TreeMap<>(
                Map.of(
                    "redis.uri", "redis://localhost:6379",
                    "poll.interval.ms", "10000",
                    "sources.archive1m.type", "archive",
                    "sources.archive1m.window", "1m",
                    "sources.archive5m.type", "archive",
                    "sources.archive5m.window", "5m",
                    "sources.pending.type", "list",
                    "sources.pending.key", "archive:pending")));
    assertThat(connector(compiled, "source").config())
        .containsEntry("sources", "archive1m,archive5m,pending");
    assertThat(fromFile(connector(compiled, "sink").settings()))
        .containsEntry("batch.size.max", "1000")
        .containsEntry("influxdb.bucket", "ems");
    assertThat(fromFile(compiled.service()))
        .containsEntry("http.host", "0.0.0.0")
        .containsEntry("http.port", "8082")
        .containsEntry("store.influxdb2.bucket", "ems");
  }

  @Test
  void mappings_becomeThoseOfTheSource() throws Exception {
    Compiled compiled = compiled("5-mappings");

    assertThat(fromFile(connector(compiled, "source").settings()))
        .isEqualTo(
            new TreeMap<>(
                Map.of(
                    "mappings.m1.pattern", "comsrv:(\\d+):m",
                    "mappings.m1.measurement", "telemetry",
                    "mappings.m1.tags", "channel:$1",
                    "mappings.m1.fields", "1:voltage,2:current,3:power",
                    "mappings.m2.pattern", "modsrv:([^:]+):measurement",
                    "mappings.m2.measurement", "model_data",
                    "mappings.m2.tags", "model:$1",
                    "mappings.m2.fields", "*")));
    assertThat(compiled.notes().get(0).text("f"))
        .isEqualTo(
            "f:3:5: mappings[0]: only 1, 2, 3 of these keys are kept; \"*\": direct under"
                + " field_mappings keeps the others, too");
  }

  @Test
  void performance_becomesThatOfTheSink() throws Exception {
    assertThat(fromFile(connector(compiled("6-performance"), "sink").settings()))
        .isEqualTo(
            new TreeMap<>(
                Map.of(
                    "batch.size.max", "1000",
                    "linger.ms", "5000",
                    "buffer.records.max", "10000",
                    "poison.retries", "3")));
  }

  @Test
  void aggregations_becomeWindows() throws Exception {
    assertThat(connector(compiled("7-aggregations"), "source").config())
        .containsEntry("aggregation.enabled", "true")
        .containsEntry("aggregation.windows", "1m,5m")
        .containsEntry("sources.archive1m.window", "1m")
        .containsEntry("sources.archive5m.window", "5m");
  }

  @Test
  void filters_areOfTheirOwnKeysOnly() throws Exception {
    assertThat(connector(compiled("8-filters"), "source").config())
        .containsEntry("sources", "live,pending,archive1m,archive5m,live2")
        .containsEntry("sources.live.pattern", "comsrv:*:[^m],inst:*,modsrv:*,calc:result:*")
        .containsEntry("sources.live2.pattern", "comsrv:*:m")
        .containsEntry("sources.live2.filter", "quality eq good");
  }

  @Test
  void downsampling_becomesTasks() throws Exception {
    StoragePlan plan = compiled("2-downsampling").storage();

    assertThat(plan.raw()).isEqualTo("realtime");
    assertThat(plan.tasks())
        .containsExactly(
            new Task(
                "hourly_avg",
                "realtime",
                "hourly",
                "1h",
                List.of(
                    new Output(Aggregation.MEAN, "avg"),
                    new Output(Aggregation.MAX, "max"),
                    new Output(Aggregation.MIN, "min"),
                    new Output(Aggregation.COUNT, "count"),
                    new Output(Aggregation.SUM, "sum"))),
            new Task(
                "daily_summary",
                "hourly",
                "daily",
                "1d",
                List.of(
                    new Output(Aggregation.MEAN, "avg"),
                    new Output(Aggregation.SUM, "total"),
                    new Output(Aggregation.COUNT, "count"))));
    assertThat(compiled("2-downsampling").notes().get(0).text("f"))
        .isEqualTo(
            "f:3:7: downsampling.tasks[0]: hourly is not under retention.policies: it is kept for"
                + " ever");
  }

  @Test
  void retentionAndDownsampling_goTogether(@TempDir Path dir) throws Exception {
    Path both = dir.resolve("hissrv.yml");
    Files.writeString(
        both,
        Files.readString(SEEDS.resolve("1-service.yml"))
            + Files.readString(SEEDS.resolve("2-downsampling.yml")));
    Compiled compiled = new SiteFile(both, ENV).compile(SiteCompiler.For.COMMAND);

    assertThat(compiled.notes()).isEmpty();
    assertThat(compiled.storage().policies())
        .extracting(Policy::name)
        .containsExactly("realtime", "hourly", "daily");
    assertThat(compiled.storage().tasks()).hasSize(2);
  }

  @Test
  void alerts_areWatched() throws Exception {
    Compiled compiled = compiled("9-alerts");

    assertThat(compiled.alerts())
        .singleElement()
        .satisfies(
            alert -> {
              assertThat(alert.name()).isEqualTo("sync_failure");
              assertThat(alert.condition().text()).isEqualTo("failed_count > 100");
              assertThat(alert.url()).hasToString("http://alert-service/webhook");
            });
    assertThat(compiled.notes().get(0).text("f"))
        .contains("without kafka.bootstrap_servers a service forgets");
  }
}
