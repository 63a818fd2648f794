package com.voltageems.hissrv.influx.sink;

import static com.voltageems.hissrv.influx.sink.TestRecords.record;
import static com.voltageems.hissrv.influx.sink.TestRecords.sample;
import static org.assertj.core.api.Assertions.assertThat;
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

/** Against a real QuestDB by {@code /api/v2/write}. */
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
                "influxdb.url", database.url(),
                "influxdb.org", "site",
                "influxdb.bucket", "ems",
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
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(number("select count() from " + table)).isEqualTo(count));
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
    try (SinkHarness sink = new SinkHarness(settings(Map.of("line.dialect", "questdb")), 1)) {
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
          .hasMessageContaining("field 'a?b' (float) is refused")
          .hasMessageContaining("field 'text' (string) is refused");
    }
    awaitCount("partly", 1);
    assertThat(number("select ok from partly")).isEqualTo(1);
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

  /** What the README recommends. */
  @Test
  void deduplicatingTable_keepsAPointOnce_theLastOneWins() {
    HttpJson.questDb(
        database,
        "create table once (timestamp timestamp, channel symbol) timestamp(timestamp)"
            + " partition by day wal dedup upsert keys(timestamp, channel)");
    for (double value : new double[] {1, 2}) {
      try (SinkHarness sink = new SinkHarness(settings(Map.of()), 1)) {
        List<SinkRecord> records = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
          records.add(record(sample("once", Map.of("1", value), T + i), i));
        }
        sink.put(records);
        sink.pumpUntilCommitted(0, 500);
      }
    }
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> number("select sum(\"1\") from once") == 1_000);
    assertThat(number("select count() from once")).isEqualTo(500);
  }
}
