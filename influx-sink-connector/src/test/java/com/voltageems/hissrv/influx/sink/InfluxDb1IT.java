package com.voltageems.hissrv.influx.sink;

import static com.voltageems.hissrv.influx.sink.TestRecords.record;
import static com.voltageems.hissrv.influx.sink.TestRecords.sample;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.voltageems.hissrv.testkit.InfluxDb1;
import com.voltageems.hissrv.testkit.RequiresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sink with a real InfluxDB 1.x, by {@code /write}. */
@RequiresServer(RequiresServer.Server.INFLUXDB_1)
class InfluxDb1IT {
  private static final long T = System.currentTimeMillis() / 1000 * 1000 - 600_000;

  @TempDir static Path dir;
  private static @Nullable InfluxDb1 started;

  @BeforeAll
  static void start() {
    started = InfluxDb1.start(dir);
    query("CREATE DATABASE ems");
    query("CREATE RETENTION POLICY hour ON ems DURATION 1h REPLICATION 1");
  }

  @AfterAll
  static void stop() {
    database().close();
  }

  private static InfluxDb1 database() {
    if (started == null) {
      throw new IllegalStateException("not started");
    }
    return started;
  }

  private static JsonNode query(String influxQl) {
    return HttpJson.influx1(database(), "ems", influxQl).path("results").path(0);
  }

  private static Map<String, String> settings(Map<String, String> more) {
    Map<String, String> settings =
        new TreeMap<>(
            Map.of(
                "influxdb.version", "1",
                "influxdb.url", database().url(),
                "influxdb.database", "ems",
                "linger.ms", "20"));
    settings.putAll(more);
    return settings;
  }

  private static long count(String field, String measurement) {
    return query("select count(\"" + field + "\") from " + measurement)
        .path("series")
        .path(0)
        .path("values")
        .path(0)
        .path(1)
        .asLong();
  }

  @Test
  void records_areWrittenAndCommitted_andTwiceIsOnce() {
    for (int round = 0; round < 2; round++) {
      try (SinkHarness sink = new SinkHarness(settings(Map.of("influxdb.gzip", "true")), 1)) {
        List<SinkRecord> records = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
          records.add(record(sample("whole", Map.of("1", 220.5 + i), T + i), i));
        }
        sink.put(records);
        sink.pumpUntilCommitted(0, 2_000);
      }
    }
    assertThat(count("1", "whole")).isEqualTo(2_000);
  }

  /** Field case S5. */
  @Test
  void nanoseconds_areKept() {
    for (String precision : List.of("ns", "us", "ms")) {
      try (SinkHarness sink =
          new SinkHarness(settings(Map.of("influxdb.precision", precision)), 1)) {
        sink.put(List.of(SubMillis.records("fine_" + precision, T)));
        sink.pumpUntilCommitted(0, 3);
      }
    }
    assertThat(count("v", "fine_ns")).isEqualTo(3);
    assertThat(count("v", "fine_us")).isEqualTo(3);
    assertThat(count("v", "fine_ms")).isEqualTo(1);
    assertThat(query("select v from fine_ns where time = " + (T * 1_000_000 + 900_123)).toString())
        .contains(",3]");
  }

  @Test
  void awkwardNames_readBackTheSame() {
    String tag = "a b,c=d\\e \"f\" 电";
    String field = "f i,e=ld";
    String text = "say \"hi\" \\ and,\nnext=line 🔋";
    try (SinkHarness sink = new SinkHarness(settings(Map.of()), 1)) {
      Map<String, Object> value = new HashMap<>(sample("awk ward,m", Map.of(field, text), T));
      value.put("tags", Map.of("t a,g=", tag));
      sink.put(List.of(record(value, 0)));
      sink.pumpUntilCommitted(0, 1);
      assertThat(sink.context.reports).isEmpty();
    }
    JsonNode series = query("select * from \"awk ward,m\" group by *").path("series").path(0);
    assertThat(series.path("tags").path("t a,g=").asText()).isEqualTo(tag);
    assertThat(series.path("columns").path(1).asText()).isEqualTo(field);
    assertThat(series.path("values").path(0).path(1).asText()).isEqualTo(text);
  }

  @Test
  void textInNumericColumn_costsThatTextOnly() {
    try (SinkHarness sink = new SinkHarness(settings(Map.of("linger.ms", "300")), 1)) {
      List<SinkRecord> records = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        Object one = i % 100 == 7 ? "ERR" : (Object) (double) i;
        records.add(record(sample("conflict", Map.of("1", one, "2", 2.0), T + i), i));
      }
      sink.put(records);
      sink.pumpUntilCommitted(0, 500);
      assertThat(sink.context.reports).hasSize(5);
      assertThat(sink.context.reports)
          .allSatisfy(
              report ->
                  assertThat(report.error())
                      .hasMessageContaining("field '1' (string) is refused: HTTP 400")
                      .hasMessageContaining("field type conflict"));
    }
    assertThat(count("1", "conflict")).isEqualTo(495);
    assertThat(count("2", "conflict")).isEqualTo(500);
  }

  /** DeliveryTest checks how many requests that takes. */
  @Test
  void moreSeriesThanItTakes_areReported_theRestWritten() throws IOException {
    Path home = dir.resolve("limited");
    try (InfluxDb1 limited = InfluxDb1.start(home)) {
      Path config = home.resolve("influxdb.conf");
      Files.writeString(
          config,
          Files.readString(config)
              .replace(
                  "[data]", "[data]\n  index-version = \"inmem\"\n  max-series-per-database = 3"));
      limited.restart();
      HttpJson.influx1(limited, "ems", "CREATE DATABASE ems");
      try (SinkHarness sink = new SinkHarness(settings(Map.of("influxdb.url", limited.url())), 1)) {
        List<SinkRecord> records = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
          Map<String, Object> value = new HashMap<>(sample("s", Map.of("v", 1.0), T + i));
          value.put("tags", Map.of("channel", "c" + i % 6));
          records.add(record(value, i));
        }
        sink.put(records);
        sink.pumpUntilCommitted(0, 60);
        assertThat(sink.context.reports)
            .hasSize(30)
            .allSatisfy(
                report ->
                    assertThat(report.error())
                        .hasMessageContaining(
                            "its series is new: HTTP 400: partial write: max-se"));
        assertThat(sink.metric("rejected-series")).isEqualTo(30);
      }
      assertThat(HttpJson.influx1(limited, "ems", "select count(v) from s").toString())
          .contains("[0,30]");
    }
  }

  @Test
  void olderThanRetention_isReported_theRestWritten() {
    try (SinkHarness sink =
        new SinkHarness(settings(Map.of("bucket.by.topic", "hissrv.*:ems/hour")), 1)) {
      List<SinkRecord> records = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        long time = i < 50 ? T - 86_400_000 + i : T + i;
        records.add(record(sample("old", Map.of("1", 1.0), time), i));
      }
      sink.put(records);
      sink.pumpUntilCommitted(0, 200);
      assertThat(sink.context.reports).hasSize(50);
      assertThat(String.valueOf(sink.context.reports.get(0).error().getMessage()))
          .containsAnyOf("points beyond retention policy", "points outside retention policy");
    }
    assertThat(count("1", "ems.hour.old")).isEqualTo(150);
  }

  @Test
  void databaseThatIsNotThere_failsAndNamesTheSetting() {
    try (SinkHarness sink = new SinkHarness(settings(Map.of("influxdb.database", "none")), 1)) {
      sink.put(List.of(record(sample(Map.of("1", 1.0), T), 0)));
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () ->
                  assertThatThrownBy(() -> sink.sink.put(List.of()))
                      .isInstanceOf(ConnectException.class)
                      .hasMessageContaining("check influxdb.database"));
    }
  }

  @Test
  void validate_asksTheDatabase() {
    assertThat(problems(Map.of())).isEmpty();
    assertThat(problems(Map.of("influxdb.database", "none"))).containsOnlyKeys("influxdb.database");
    assertThat(problems(Map.of("influxdb.retention.policy", "none")))
        .containsOnlyKeys("influxdb.retention.policy");
    // All at once: the database is asked even if a setting has no effect.
    Map<String, String> version2 =
        problems(Map.of("influxdb.version", "2", "influxdb.bucket", "none"));
    assertThat(version2).containsKey("influxdb.database").hasSize(2);
    if (version2.containsKey("influxdb.bucket")) {
      // 1.8 and later know the API of version 2.
      assertThat(version2.get("influxdb.bucket"))
          .contains("check influxdb.bucket")
          .containsPattern("the database is InfluxDB 1\\..*, and influxdb.version is 2");
      assertThat(problems(Map.of("influxdb.version", "2", "influxdb.bucket", "ems/none")))
          .containsOnlyKeys("influxdb.bucket", "influxdb.database");
      assertThat(problems(Map.of("influxdb.version", "2", "influxdb.bucket", "ems/hour")))
          .containsOnlyKeys("influxdb.database");
    } else {
      assertThat(version2.get("influxdb.url")).contains("needs influxdb.version=1");
    }
  }

  private static Map<String, String> problems(Map<String, String> more) {
    Map<String, String> problems = new TreeMap<>();
    for (ConfigValue value : new InfluxSinkConnector().validate(settings(more)).configValues()) {
      value.errorMessages().forEach(message -> problems.put(value.name(), message));
    }
    return problems;
  }
}
