package com.voltageems.hissrv.influx.sink;

import static com.voltageems.hissrv.influx.sink.TestRecords.record;
import static com.voltageems.hissrv.influx.sink.TestRecords.sample;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.voltageems.hissrv.testkit.QuestDb;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sink with a real QuestDB, by {@code /api/v2/write}. */
class QuestDbIT {
  private static final long T = 1_790_000_000_000L;

  @TempDir static Path dir;
  private static QuestDb database;

  @BeforeAll
  static void start() {
    database = QuestDb.start(dir);
  }

  @AfterAll
  static void stop() {
    database.close();
  }

  private static Map<String, String> settings(Map<String, String> more) {
    Map<String, String> settings =
        new TreeMap<>(
            Map.of(
                "influxdb.version", "questdb",
                "influxdb.url", database.url(),
                "influxdb.token", "any",
                "linger.ms", "20"));
    settings.putAll(more);
    return settings;
  }

  private static double number(String sql) {
    return HttpJson.questDb(database, sql).path("dataset").path(0).path(0).asDouble();
  }

  private static void awaitCount(String table, int count) {
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> assertThat(number("select count() from " + table)).isEqualTo(count));
  }

  /**
   * QuestDB lists no table that has the name of its own telemetry table, not even a site's table.
   */
  @Test
  void tableOfTheSitesNamedTelemetry_isWrittenAgainAfterARestart() {
    for (int run = 0; run < 2; run++) {
      try (SinkHarness sink = new SinkHarness(settings(Map.of()), 1)) {
        sink.put(List.of(record(sample("telemetry", Map.of("1", 1.5), T + run), run)));
        sink.pumpUntilCommitted(0, run + 1);
      }
      awaitCount("telemetry", run + 1);
    }
    assertThat(new InfluxSinkConnector().validate(settings(Map.of("topics", "t"))).configValues())
        .allSatisfy(value -> assertThat(value.errorMessages()).isEmpty());
  }

  @Test
  void records_areWrittenAndCommitted() {
    try (SinkHarness sink = new SinkHarness(settings(Map.of()), 1)) {
      List<SinkRecord> records = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        records.add(record(sample("whole", Map.of("1", 220.5 + i, "2", (double) i), T + i), i));
      }
      sink.put(records);
      sink.pumpUntilCommitted(0, 2_000);
    }
    awaitCount("whole", 2_000);
    assertThat(number("select sum(\"1\") from whole")).isEqualTo(2_440_000.0);
    assertThat(number("select sum(\"2\") from whole")).isEqualTo(1_999_000.0);
  }

  @Test
  void textInNumericColumn_costsThatTextOnly() {
    try (SinkHarness sink = new SinkHarness(settings(Map.of()), 1)) {
      sink.put(List.of(record(sample("conflict", Map.of("1", 1.0, "2", 2.0), T), 0)));
      sink.pumpUntilCommitted(0, 1);
      List<SinkRecord> records = new ArrayList<>();
      for (int i = 1; i < 500; i++) {
        Object one = i % 100 == 7 ? "ERR" : (Object) (double) i;
        records.add(record(sample("conflict", Map.of("1", one, "2", 2.0), T + i), i));
      }
      sink.put(records);
      sink.pumpUntilCommitted(0, 500);
      assertThat(sink.context.reports).hasSize(5);
      assertThat(sink.context.reports.get(0).error())
          .hasMessageContaining("hissrv.live-0@7: field '1' (string) is refused: HTTP 400")
          .hasMessageContaining("cast error");
      assertThat(sink.metric("requests-written")).isLessThan(10);
    }
    awaitCount("conflict", 500);
    assertThat(number("select count() from conflict where \"1\" = null")).isEqualTo(5);
  }

  @Test
  void awkwardValues_readBackTheSame() {
    String tag = "a b,c=d\\e \"f\" 电";
    String text = "say \"hi\" \\ and,\nnext=line 🔋";
    try (SinkHarness sink = new SinkHarness(settings(Map.of()), 1)) {
      Map<String, Object> value =
          new HashMap<>(sample("awk ward", Map.of("f i", text, "on", true), T));
      value.put("tags", Map.of("t a", tag));
      sink.put(List.of(record(value, 0)));
      sink.pumpUntilCommitted(0, 1);
      assertThat(sink.context.reports).isEmpty();
    }
    awaitCount("\"awk ward\"", 1);
    JsonNode row =
        HttpJson.questDb(database, "select \"t a\", \"f i\", \"on\" from \"awk ward\"")
            .path("dataset")
            .path(0);
    assertThat(row.path(1).asText()).isEqualTo(text);
    assertThat(row.path(2).asBoolean()).isTrue();
    assertThat(row.path(0).asText()).isEqualTo(tag);
  }

  @Test
  void fieldsThatQuestDbCannotKeep_costThoseFieldsOnly() {
    try (SinkHarness sink = new SinkHarness(settings(Map.of()), 1)) {
      sink.put(
          List.of(
              record(sample("partly", Map.of("ok", 1.0, "a?b", 2.0, "text", "two\nlines"), T), 0)));
      sink.pumpUntilCommitted(0, 1);
      assertThat(sink.context.reports).hasSize(1);
      assertThat(sink.context.reports.get(0).error())
          .hasMessageContaining("field 'a?b' (float) is refused");
    }
    awaitCount("partly", 1);
    assertThat(rows("select ok, text from partly").toString()).isEqualTo("[[1.0,\"two\\nlines\"]]");
  }

  @Test
  void timeBefore1970_isReported_theRestWritten() {
    try (SinkHarness sink = new SinkHarness(settings(Map.of()), 1)) {
      List<SinkRecord> records = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        records.add(record(sample("ancient", Map.of("1", 1.0), i == 7 ? -5L : T + i), i));
      }
      sink.put(records);
      sink.pumpUntilCommitted(0, 50);
      assertThat(sink.context.reports).hasSize(1);
      assertThat(sink.context.reports.get(0).error()).hasMessageContaining("hissrv.live-0@7");
    }
    awaitCount("ancient", 49);
  }

  private static Map<String, Object> tagged(
      String measurement, Map<String, String> tags, Map<String, Object> fields, long time) {
    return Map.of("measurement", measurement, "tags", tags, "fields", fields, "timestamp", time);
  }

  private static JsonNode rows(String sql) {
    return HttpJson.questDb(database, sql).path("dataset");
  }

  private static List<String> reasons(SinkHarness sink) {
    return sink.context.reports.stream().map(report -> report.error().getMessage()).toList();
  }

  /**
   * Field case S1: with such a field, the very first record of a table would spoil the table for
   * good.
   */
  @ParameterizedTest
  @ValueSource(strings = {"Timestamp", "timestamp", "TIMESTAMP"})
  void fieldCalledTimestamp_costsThatFieldOnly(String name) {
    String table = "s1_" + (int) name.charAt(0) + (int) name.charAt(1);
    try (SinkHarness sink = new SinkHarness(settings(Map.of()), 1)) {
      sink.put(
          List.of(
              record(sample(table, Map.of(name, 1704067200.0, "power", 5.5), T), 0),
              record(sample(table, Map.of("power", 6.5), T + 1), 1),
              record(tagged(table, Map.of(name, "x"), Map.of("power", 7.5), T + 2), 2)));
      sink.pumpUntilCommitted(0, 3);
      assertThat(reasons(sink))
          .containsExactlyInAnyOrder(
              "hissrv.live-0@0: field '" + name + "' has the name of the table's time column",
              "hissrv.live-0@2: tag '" + name + "' has the name of the table's time column");
    }
    awaitCount(table, 2);
    assertThat(number("select sum(power) from " + table)).isEqualTo(12);
  }

  /** Field cases S2 and S6: a field has the name of a tag's column, and the other way round. */
  @Test
  void tagsAndFields_neverShareAColumn() {
    try (SinkHarness sink = new SinkHarness(settings(Map.of()), 1)) {
      sink.put(List.of(record(tagged("s6", Map.of("ch", "1"), Map.of("v", 1.0), T), 0)));
      sink.pumpUntilCommitted(0, 1);
    }
    try (SinkHarness sink = new SinkHarness(settings(Map.of()), 1)) {
      sink.put(
          List.of(
              record(tagged("s6", Map.of(), Map.of("v", 2.0, "ch", 7.5), T + 1), 1),
              record(tagged("s6", Map.of("v", "9"), Map.of("x", 3.0), T + 2), 2),
              record(tagged("s6", Map.of("ch", "2"), Map.of("ch", 5.0, "v", 4.0), T + 3), 3)));
      sink.pumpUntilCommitted(0, 4);
      assertThat(reasons(sink))
          .containsExactlyInAnyOrder(
              "hissrv.live-0@1: field 'ch' has the name of a tag's column (SYMBOL)",
              "hissrv.live-0@2: tag 'v' has the name of a column that is not a tag (SYMBOL)",
              "hissrv.live-0@3: field 'ch' appears twice: QuestDB's names have no letter "
                  + "case, and tags and fields share them");
    }
    awaitCount("s6", 3);
    assertThat(rows("select ch, v from s6 order by timestamp").toString())
        .isEqualTo("[[\"1\",1.0],[null,2.0],[\"2\",4.0]]");
  }

  /** Field case S3. */
  @Test
  void namesThatDifferInLetterCaseOnly_areNeverMixed() {
    try (SinkHarness sink = new SinkHarness(settings(Map.of()), 1)) {
      sink.put(
          List.of(
              record(sample("s3", Map.of("P", 1.0, "p", 2.0, "q", 3.0), T), 0),
              record(sample("s3", Map.of("P", 4.0, "Q", 5.0), T + 1), 1),
              record(sample("S3", Map.of("P", 6.0), T + 2), 2),
              record(tagged("s3", Map.of("Site", "a", "site", "b"), Map.of("P", 7.0), T + 3), 3)));
      sink.pumpUntilCommitted(0, 4);
      sink.put(List.of(record(tagged("s3", Map.of("CHANNEL", "1"), Map.of("P", 8.0), T + 4), 4)));
      sink.pumpUntilCommitted(0, 5);
      assertThat(sink.context.reports).hasSize(5);
      assertThat(reasons(sink))
          .anySatisfy(text -> assertThat(text).contains("@0: field 'p' appears twice"))
          .anySatisfy(
              text -> assertThat(text).contains("@1: field 'Q' would go into the column 'q'"))
          .anySatisfy(text -> assertThat(text).contains("@2: the measurement 'S3' would go into"))
          .anySatisfy(text -> assertThat(text).contains("@3: tag 'site' appears twice"))
          .anySatisfy(text -> assertThat(text).contains("@4: tag 'CHANNEL' would go into"));
    }
    awaitCount("s3", 2);
    assertThat(rows("select P, q from s3 order by timestamp").toString())
        .isEqualTo("[[1.0,3.0],[4.0,null]]");
  }

  /** Found by RoundTripIT: in a column of numbers, QuestDB turns true into 1. */
  @Test
  void booleanInAColumnOfNumbers_isRefused() {
    try (SinkHarness sink = new SinkHarness(settings(Map.of()), 1)) {
      sink.put(
          List.of(
              record(sample("flags", Map.of("on", 5.0), T), 0),
              record(sample("flags", Map.of("on", true, "v", 1.0), T + 1), 1)));
      sink.pumpUntilCommitted(0, 2);
      assertThat(reasons(sink)).singleElement().asString().contains("field 'on' is a boolean");
    }
    awaitCount("flags", 2);
    assertThat(rows("select \"on\", v from flags order by timestamp").toString())
        .isEqualTo("[[5.0,null],[null,1.0]]");
  }

  /** After a record of 100,000 fields, the database could open no more files. */
  @Test
  void recordThatWouldMakeTooManyColumns_isReported_theRestWritten() {
    Map<String, Object> wide = new HashMap<>();
    for (int i = 0; i < 30; i++) {
      wide.put("p" + i, 1.5);
    }
    try (SinkHarness sink = new SinkHarness(settings(Map.of("questdb.columns.max", "20")), 1)) {
      sink.put(
          List.of(
              record(sample("wide", Map.of("1", 1.5), T), 0),
              record(sample("wide", wide, T + 1), 1),
              record(sample("wide", Map.of("1", 2.5, "2", 1.5), T + 2), 2)));
      sink.pumpUntilCommitted(0, 3);
      assertThat(sink.context.reports).hasSize(1);
      assertThat(sink.context.reports.get(0).error())
          .hasMessageContaining("hissrv.live-0@1: would give the table 'wide' ")
          .hasMessageContaining("30 of them new; the most is 20 (questdb.columns.max)");
    }
    awaitCount("wide", 2);
    assertThat(number("select count() from table_columns('wide')")).isLessThan(10);
  }

  /** Field case S7: QuestDB's answer contains only the beginning of the name. */
  @Test
  void nameThatCannotBeAColumn_costsThatFieldOnly() {
    try (SinkHarness sink = new SinkHarness(settings(Map.of()), 1)) {
      sink.put(
          List.of(
              record(sample("s7", Map.of("u", 1.0, "i", 2.0, "kWh/d", 3.0), T), 0),
              record(sample("s7", Map.of("u", 1.0, "x".repeat(130), 3.0), T + 1), 1)));
      sink.pumpUntilCommitted(0, 2);
      assertThat(reasons(sink)).hasSize(2);
      assertThat(reasons(sink).get(0))
          .contains("@0: field 'kWh/d' (float) is refused: HTTP 400")
          .contains("invalid column name");
    }
    awaitCount("s7", 2);
    assertThat(rows("select u, i from s7 order by timestamp").toString())
        .isEqualTo("[[1.0,2.0],[1.0,null]]");
  }

  /** QuestDB acknowledged such a line and suspended the table. */
  @Test
  void nameThatIsTooLongForAFile_costsThatFieldOnly() {
    String name = "电".repeat(84);
    try (SinkHarness sink = new SinkHarness(settings(Map.of("questdb.table.create", "true")), 1)) {
      sink.put(List.of(record(sample("longname", Map.of("u", 1.0), T), 0)));
      sink.pumpUntilCommitted(0, 1);
      sink.put(
          List.of(
              record(sample("longname", Map.of("u", 2.0, name, 3.0), T + 1), 1),
              record(sample(name, Map.of("u", 1.0), T), 2)));
      sink.pumpUntilCommitted(0, 3);
      assertThat(reasons(sink)).hasSize(2);
      assertThat(reasons(sink).toString())
          .contains("@1: field '" + name + "' is longer than 127 characters or 240 bytes")
          .contains("@2: the measurement's name is longer than 127 characters or 240 bytes");
    }
    awaitCount("longname", 2);
    assertThat(rows("select name from wal_tables() where suspended")).isEmpty();
  }

  /** Field case S5. */
  @Test
  void microseconds_areKept() {
    try (SinkHarness sink = new SinkHarness(settings(Map.of()), 1)) {
      sink.put(List.of(SubMillis.records("fine", T)));
      sink.pumpUntilCommitted(0, 3);
    }
    awaitCount("fine", 3);
    assertThat(
            rows("select v, timestamp::long - %dL from fine order by timestamp".formatted(T * 1000))
                .toString())
        .isEqualTo("[[1.0,100],[2.0,500],[3.0,900]]");
  }

  @Test
  void tablesAreMadeAsTheSettingsSay() {
    Map<String, String> making =
        Map.of(
            "questdb.table.create", "true",
            "questdb.table.partition", "hour",
            "questdb.table.ttl", "90d",
            "questdb.table.symbol.capacity", "4096",
            "questdb.table.symbol.index", "true");
    try (SinkHarness sink = new SinkHarness(settings(making), 1)) {
      sink.put(
          List.of(
              record(tagged("made it", Map.of("Site", "a", "ch 1", "b"), Map.of("v", 1.5), T), 0),
              record(tagged("made it", Map.of("Site", "a", "x?", "b"), Map.of("v", 2.0), T), 1),
              // Names that a table cannot have are still refused.
              record(tagged("no?", Map.of("Site", "a"), Map.of("v", 2.0), T), 2)));
      sink.pumpUntilCommitted(0, 3);
      assertThat(reasons(sink)).hasSize(2);
    }
    awaitCount("'made it'", 1);
    assertThat(
            rows("select partitionBy, ttlValue, ttlUnit, dedup from tables() where table_name = 'made it'")
                .toString())
        .isEqualTo("[[\"HOUR\",90,\"DAY\",false]]");
    assertThat(
            rows("select \"column\", symbolCapacity, indexed from table_columns('made it') where type = 'SYMBOL' order by 1")
                .toString())
        .isEqualTo("[[\"Site\",4096,true],[\"ch 1\",4096,true]]");
  }

  @Test
  void version2_isRefused_sinceNamesAndTypesWouldNotBeLookedAfter() {
    Map<String, String> config = settings(Map.of("influxdb.version", "2", "influxdb.bucket", "b"));
    assertThat(errors(config))
        .containsOnlyKeys("influxdb.version")
        .hasEntrySatisfying(
            "influxdb.version", text -> assertThat(text).contains("set influxdb.version=questdb"));
    try (SinkHarness sink = new SinkHarness(config, 1)) {
      sink.put(List.of(record(sample("two", Map.of("1", 1.0), T), 0)));
      assertThatThrownBy(() -> sink.pump(() -> false))
          .hasMessageContaining("set influxdb.version=questdb");
    }
  }

  @Test
  void submission_saysWhatIsNotForQuestDb() {
    assertThat(errors(settings(Map.of()))).isEmpty();
    assertThat(
            errors(
                settings(
                    Map.of(
                        "influxdb.bucket", "ems",
                        "bucket.by.topic", "a:b",
                        "questdb.table.create", "true",
                        "questdb.table.ttl", "36h",
                        "line.dialect", "questdb"))))
        .isEqualTo(
            Map.of(
                "influxdb.bucket",
                "influxdb.bucket has no effect with influxdb.version=questdb",
                "bucket.by.topic",
                "bucket.by.topic has no effect with influxdb.version=questdb",
                "questdb.table.ttl",
                "questdb.table.ttl is not a multiple of a partition, which is a day",
                "line.dialect",
                "line.dialect was replaced by influxdb.version=questdb; for InfluxDB leave it out"));
  }

  private static Map<String, String> errors(Map<String, String> settings) {
    Map<String, String> errors = new TreeMap<>();
    new InfluxSinkConnector()
        .validate(settings)
        .configValues()
        .forEach(
            value -> {
              if (!value.errorMessages().isEmpty()) {
                errors.put(value.name(), String.join("; ", value.errorMessages()));
              }
            });
    return errors;
  }

  /** Readers merge repeats: a row that is written twice is stored twice. */
  @Test
  void fieldsOfOnePoint_inTwoRecords_areBothKept() {
    try (SinkHarness sink = new SinkHarness(settings(Map.of("questdb.table.create", "true")), 1)) {
      sink.put(
          List.of(
              record(sample("parts", Map.of("a", 1.0), T), 0),
              record(sample("parts", Map.of("b", 2.0), T), 1)));
      sink.pumpUntilCommitted(0, 2);
    }
    awaitCount("parts", 2);
    assertThat(rows("select max(a), max(b) from parts").toString()).isEqualTo("[[1.0,2.0]]");
  }
}
