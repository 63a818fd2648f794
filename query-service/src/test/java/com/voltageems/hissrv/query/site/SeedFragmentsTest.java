package com.voltageems.hissrv.query.site;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.config.ConfigException;
import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.site.compile.Compiled;
import com.voltageems.hissrv.query.site.compile.ConnectorSpec;
import com.voltageems.hissrv.query.site.compile.Entry;
import com.voltageems.hissrv.query.site.compile.SiteCompiler;
import com.voltageems.hissrv.query.site.yaml.BadFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

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
    assertThat(compiled.notes().stream().map(note -> note.text("f")))
        .hasSize(3)
        .first()
        .isEqualTo(
            "f:25:7: retention.policies[0]: realtime is checked, but this version does not carry"
                + " it out yet");
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
  void print() throws IOException, BadFileException, ConfigException {
    try (var files = Files.list(SEEDS)) {
      for (Path file : files.sorted().toList()) {
        Compiled c = new SiteFile(file, ENV).compile(SiteCompiler.For.COMMAND);
        System.out.println("== " + file.getFileName());
        for (ConnectorSpec s : c.connectors())
          System.out.println(s.name() + " " + fromFile(s.settings()));
        System.out.println(connector(c, "source").config());
        System.out.println(fromFile(c.service()));
        c.notes().forEach(n -> System.out.println(n.text(file.getFileName().toString())));
      }
    }
  }
}
