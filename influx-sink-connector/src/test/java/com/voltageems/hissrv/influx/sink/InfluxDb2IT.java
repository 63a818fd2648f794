package com.voltageems.hissrv.influx.sink;

import static com.voltageems.hissrv.influx.sink.TestRecords.record;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The sink with a real InfluxDB 2, if the environment names one; InfluxDb2AnswersIT simulates it.
 */
@EnabledIfEnvironmentVariable(named = InfluxDb2.URL, matches = ".+")
class InfluxDb2IT {
  private static final long T = System.currentTimeMillis() / 1000 * 1000 - 600_000;
  private static InfluxDb2 database;

  @BeforeAll
  static void start() {
    database = Objects.requireNonNull(InfluxDb2.configured());
  }

  @AfterAll
  static void stop() {
    database.close();
  }

  private static Map<String, String> settings(String... more) {
    return database.settings(database.token(), more);
  }

  private static SinkRecord point(
      String measurement, int offset, long time, Map<String, Object> fields) {
    return record(Map.of("measurement", measurement, "fields", fields, "timestamp", time), offset);
  }

  private static Map<Long, String> write(Map<String, String> settings, SinkRecord... records) {
    Map<Long, String> reasons = new TreeMap<>();
    try (SinkHarness sink = new SinkHarness(settings, 1)) {
      sink.put(Arrays.asList(records));
      sink.pumpUntilCommitted(0, records[records.length - 1].kafkaOffset() + 1);
      sink.context.reports.forEach(
          report -> reasons.put(report.record().kafkaOffset(), report.error().getMessage()));
    }
    return reasons;
  }

  /** Returns the rows of a measurement, without the times. */
  private static List<String> rows(InfluxDb2 from, String measurement) {
    List<String> rows = new ArrayList<>();
    for (JsonNode series :
        from.query("select * from \"" + measurement + "\"")
            .path("results")
            .path(0)
            .path("series")) {
      for (JsonNode row : series.path("values")) {
        List<String> cells = new ArrayList<>();
        for (int i = 1; i < row.size(); i++) {
          cells.add(row.path(i).asText());
        }
        rows.add(String.join(",", cells));
      }
    }
    return rows;
  }

  @Test
  void soundSettings_haveNoProblem() {
    assertThat(InfluxDb2.problems(settings())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "influxdb.token, another, unauthorized access",
    "influxdb.bucket, none, 'bucket \"none\" not found'",
    "influxdb.org, bucket-x, 'organization name \"bucket-x\" not found'",
    "influxdb.url, http://127.0.0.1:1, does not answer",
    "bucket.by.topic, a:none, 'bucket \"none\" not found'",
  })
  void mistake_isRefusedOnItsKey(String key, String value, String message) {
    assertThat(InfluxDb2.problems(settings(key, value)))
        .containsOnlyKeys(key)
        .hasEntrySatisfying(key, text -> assertThat(text).contains(message));
  }

  @Test
  void tokenThatMayOnlyRead_isRefusedOnItsKey() {
    JsonNode made =
        HttpJson.send(
            database
                .request("/api/v2/authorizations")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"orgID\":\"%s\",\"permissions\":[{\"action\":\"read\",\"resource\":{\"type\":\"buckets\",\"id\":\"%s\"}}]}"
                            .formatted(database.orgId(), database.bucketId()))));
    try {
      assertThat(InfluxDb2.problems(settings("influxdb.token", made.path("token").asText())))
          .containsOnlyKeys("influxdb.token");
    } finally {
      HttpJson.send(
          database.request("/api/v2/authorizations/" + made.path("id").asText()).DELETE());
    }
  }

  @Test
  void missingBucket_isMadeWithItsRetention() {
    String name = "hissrv-made-" + T;
    Map<String, String> settings =
        settings(
            "influxdb.bucket",
            name,
            "influxdb.bucket.create",
            "true",
            "influxdb.bucket.retention",
            "90d");
    assertThat(InfluxDb2.problems(settings)).isEmpty();
    assertThat(database.bucketNamed(name)).as("only asked, not made").isEmpty();
    assertThat(write(settings, point("m", 0, T, Map.of("f", 1.5)))).isEmpty();
    InfluxDb2 made = database.bucketNamed(name).orElseThrow();
    try {
      assertThat(made.retentionSeconds()).isEqualTo(90L * 24 * 3600);
      assertThat(rows(made, "m")).containsExactly("1.5");
      assertThat(InfluxDb2.problems(settings)).isEmpty();
    } finally {
      made.close();
    }
  }

  /** Field case S5: three points within a millisecond. */
  @Test
  void nanoseconds_areKept() {
    assertThat(write(settings(), SubMillis.records("fine", T))).isEmpty();
    assertThat(rows(database, "fine")).containsExactly("1", "2", "3");
    assertThat(write(settings("influxdb.precision", "ms"), SubMillis.records("coarse", T)))
        .isEmpty();
    assertThat(rows(database, "coarse")).containsExactly("3");
  }

  @Test
  void conflict_onlyTheTextIsLost() {
    assertThat(write(settings(), point("conflict", 0, T, Map.of("f", 1.0)))).isEmpty();
    Map<Long, String> dead =
        write(
            settings(),
            point("conflict", 1, T + 1, Map.of("f", 2.0, "g", 2.0)),
            point("conflict", 2, T + 2, Map.of("f", "ERR", "g", 3.0)),
            point("conflict", 3, T + 3, Map.of("f", 5.0)));
    assertThat(dead).containsOnlyKeys(2L);
    assertThat(dead.get(2L)).contains("field 'f' (string) is refused: HTTP 422");
    assertThat(rows(database, "conflict")).containsExactly("1,null", "2,2", "null,3", "5,null");
  }

  @ParameterizedTest
  @ValueSource(strings = {"f\"1", "f\\1", "f\t1", "f\u200b1", "电'🔋"})
  void conflict_whateverTheName(String name) {
    String measurement = "named" + name.hashCode();
    assertThat(write(settings(), point(measurement, 0, T, Map.of(name, 1.0)))).isEmpty();
    Map<Long, String> dead =
        write(settings(), point(measurement, 1, T + 1, Map.of(name, "ERR", "good", 2.0)));
    assertThat(dead).containsOnlyKeys(1L);
    assertThat(rows(database, measurement)).hasSize(2);
  }

  @Test
  void olderThanTheRetention_oneRequestTells() {
    String name = "hissrv-short-" + T;
    Map<String, String> settings =
        settings(
            "influxdb.bucket",
            name,
            "influxdb.bucket.create",
            "true",
            "influxdb.bucket.retention",
            "1h");
    List<SinkRecord> records = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      long time = i < 1_990 ? T - 7_200_000 + i : T + i;
      records.add(point("old", i, time, Map.of("f", 1.0)));
    }
    Map<Long, String> dead = write(settings, records.toArray(SinkRecord[]::new));
    InfluxDb2 made = database.bucketNamed(name).orElseThrow();
    try {
      assertThat(dead).hasSize(1_990);
      assertThat(dead.get(0L)).contains("outside retention policy of duration 1h0m0s");
      assertThat(rows(made, "old")).hasSize(10);
    } finally {
      made.close();
    }
  }

  @Test
  void textOverOneMebibyte_costsThatTextOnly() {
    Map<Long, String> dead =
        write(
            settings(),
            point("long", 0, T, Map.of("n", 1.0)),
            point("long", 1, T + 1, Map.of("t", "x".repeat(1_048_577), "n", 2.0)));
    assertThat(dead).containsOnlyKeys(1L);
    assertThat(rows(database, "long")).containsExactly("1", "2");
  }
}
