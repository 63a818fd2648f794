package com.voltageems.hissrv.influx.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.voltageems.hissrv.testkit.InfluxDb1;
import com.voltageems.hissrv.testkit.QuestDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * Sends any record, with any names and values, through a running sink into a real database: either
 * the record reads back as it was sent, or it is in the dead-letter queue with a reason. There is
 * no third outcome.
 */
class RoundTripIT {
  private static final int TRIES = 25;
  private static final int BATCH = 40;

  /** Each record has a time of its own, by which the test finds it again. */
  private static final AtomicLong TIME =
      new AtomicLong(System.currentTimeMillis() / 1000 * 1000 - 3_000_000);

  private static @Nullable QuestDb questDb;
  private static @Nullable InfluxDb1 influxDb1;
  private static @Nullable InfluxDb2 influxDb2;

  @BeforeContainer
  static void start() throws IOException {
    Path made = Files.createTempDirectory(Path.of("target"), "round-trip");
    questDb = QuestDb.start(made.resolve("questdb"));
    if (InfluxDb1.isInstalled()) {
      InfluxDb1 started = InfluxDb1.start(made.resolve("influxdb"));
      HttpJson.influx1(started, "", "CREATE DATABASE ems");
      influxDb1 = started;
    }
    influxDb2 = InfluxDb2.configured();
  }

  @AfterContainer
  static void stop() {
    if (questDb != null) {
      questDb.close();
    }
    if (influxDb1 != null) {
      influxDb1.close();
    }
    if (influxDb2 != null) {
      influxDb2.close();
    }
  }

  /** The content of a record. */
  record Sent(String measurement, Map<String, String> tags, Map<String, Object> fields) {
    @Override
    public String toString() {
      return visible(measurement + " " + tags + " " + fields);
    }
  }

  /** The rows of a database at one time. */
  record Found(Map<String, String> tags, Map<String, Object> fields) {
    @Override
    public String toString() {
      return visible(tags + " " + fields);
    }
  }

  private static String visible(String text) {
    StringBuilder visible = new StringBuilder();
    text.chars()
        .forEach(c -> visible.append(c >= ' ' && c < 127 ? (char) c + "" : "\\u%04x".formatted(c)));
    return visible.toString();
  }

  /** Reads the rows of a measurement at a time; empty if there are none. */
  private interface Reader {
    List<Found> read(Sent sent, long time);
  }

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.oneOf(
        Arbitraries.of(
            "a",
            "A",
            "b",
            "m",
            "P",
            "p",
            "time",
            "Time",
            "timestamp",
            "Timestamp",
            "channel",
            "Channel",
            "kWh/d",
            "U (L1)",
            "电压",
            "#x",
            "1",
            "_measurement",
            "_field",
            "name",
            "table",
            "select",
            "a.b",
            "a-b",
            "a%b",
            "a'b",
            "ä",
            "Ä",
            "ß",
            "İ",
            "x_1"),
        awkward().ofMinLength(1).ofMaxLength(6),
        Arbitraries.strings().ofMinLength(1).ofMaxLength(4));
  }

  private static net.jqwik.api.arbitraries.StringArbitrary awkward() {
    return Arbitraries.strings()
        .withChars("aB1, =\\\"'#\t\n\r\0.:;/?*+-%~()[]{}<>|^$&@!`_")
        .withChars('\u007f', '\u0085', '\u00a0', '\u200b', '\u2028', '\ufeff', '\ud83d', '\udd0b');
  }

  @Provide
  Arbitrary<Object> values() {
    return Arbitraries.oneOf(
        Arbitraries.doubles().map(value -> (Object) value),
        Arbitraries.of(0.0, -0.0, 1.0, 0.1, 1e22, 1e-7, Double.MIN_VALUE, Double.MAX_VALUE),
        Arbitraries.of(Double.NaN, Double.POSITIVE_INFINITY),
        Arbitraries.longs().map(value -> (Object) value),
        Arbitraries.of(true, false),
        awkward().ofMaxLength(12).map(value -> (Object) value),
        Arbitraries.strings().ofMaxLength(20).map(value -> (Object) value));
  }

  @Provide
  Arbitrary<List<Sent>> batches() {
    Arbitrary<Map<String, String>> tags =
        Arbitraries.maps(names(), Arbitraries.oneOf(names(), awkward().ofMaxLength(8)))
            .ofMaxSize(3);
    Arbitrary<Map<String, Object>> fields = Arbitraries.maps(names(), values()).ofMaxSize(4);
    return Combinators.combine(names(), tags, fields).as(Sent::new).list().ofSize(BATCH);
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
  void questDb(@ForAll("batches") List<Sent> batch) {
    QuestDb database = questDb;
    if (database == null) {
      throw new IllegalStateException("not started");
    }
    check(
        batch,
        Map.of("influxdb.version", "questdb", "influxdb.url", database.url()),
        (sent, time) -> ofQuestDb(database, sent, time),
        true);
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
  void influxDb1(@ForAll("batches") List<Sent> batch) {
    InfluxDb1 database = influxDb1;
    if (database == null) {
      // As @RequiresServer, which does not work with properties: on CI, a missing influxd is a
      // failure.
      assertThat(System.getenv("CI")).as("influxd is not installed").isNotEqualTo("true");
      return;
    }
    check(
        batch,
        Map.of(
            "influxdb.version", "1",
            "influxdb.url", database.url(),
            "influxdb.database", "ems"),
        (sent, time) -> ofInflux(ql -> HttpJson.influx1(database, "ems", ql), sent, time),
        false);
  }

  /** Runs if {@code HISSRV_INFLUXDB2_URL} and {@code HISSRV_INFLUXDB2_TOKEN} name a server. */
  @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
  void influxDb2(@ForAll("batches") List<Sent> batch) {
    InfluxDb2 database = influxDb2;
    if (database == null) {
      assertThat(System.getenv(InfluxDb2.URL)).isNull();
      return;
    }
    check(
        batch,
        Map.of(
            "influxdb.url", database.url(),
            "influxdb.token", database.token(),
            "influxdb.org", database.org(),
            "influxdb.bucket", database.bucket()),
        (sent, time) -> ofInflux(database::query, sent, time),
        false);
  }

  private static void check(
      List<Sent> batch, Map<String, String> database, Reader reader, boolean falseIsNothing) {
    Map<String, String> settings = new TreeMap<>(database);
    settings.put("linger.ms", "50");
    Map<Long, String> reasons = new HashMap<>();
    long first = TIME.getAndAdd(batch.size());
    try (SinkHarness sink = new SinkHarness(settings, 1)) {
      List<SinkRecord> records = new ArrayList<>();
      for (int i = 0; i < batch.size(); i++) {
        Sent sent = batch.get(i);
        records.add(
            TestRecords.record(
                Map.of(
                    "measurement", sent.measurement(),
                    "tags", sent.tags(),
                    "fields", sent.fields(),
                    "timestamp", first + i),
                i));
      }
      sink.put(records);
      sink.pumpUntilCommitted(0, batch.size());
      sink.context.reports.forEach(
          report -> reasons.put(report.record().kafkaOffset(), report.error().getMessage()));
    }
    for (int i = 0; i < batch.size(); i++) {
      long time = first + i;
      Sent sent = batch.get(i);
      String reason = reasons.get((long) i);
      if (reason == null) {
        // The database may show the row a little later.
        await()
            .atMost(Duration.ofMinutes(1))
            .pollInterval(Duration.ofMillis(20))
            .untilAsserted(
                () ->
                    assertThat(reader.read(sent, time))
                        .as("%s", sent)
                        .containsExactly(new Found(tags(sent), fields(sent, falseIsNothing))));
      } else {
        assertThat(reader.read(sent, time))
            .as("%s, %s", sent, reason)
            // If the sink had to split a line, QuestDB keeps the parts as separate rows; readers
            // merge them.
            .hasSizeLessThanOrEqualTo(falseIsNothing ? Math.max(1, sent.fields().size()) : 1)
            .allSatisfy(
                found -> {
                  assertThat(found.tags()).isEqualTo(tags(sent));
                  assertThat(fields(sent, falseIsNothing)).containsAllEntriesOf(found.fields());
                });
      }
    }
  }

  /** An empty tag does not count, as in the databases themselves. */
  private static Map<String, String> tags(Sent sent) {
    Map<String, String> tags = new HashMap<>(sent.tags());
    tags.values().removeIf(String::isEmpty);
    return tags;
  }

  /**
   * Returns the fields as they read back: every number is a double, and QuestDB stores false for an
   * absent boolean.
   */
  private static Map<String, Object> fields(Sent sent, boolean falseIsNothing) {
    Map<String, Object> fields = new HashMap<>();
    sent.fields()
        .forEach(
            (name, value) -> {
              if (!falseIsNothing || !value.equals(false)) {
                fields.put(
                    name,
                    value instanceof Number number ? (Object) plain(number.doubleValue()) : value);
              }
            });
    return fields;
  }

  /** The JSON parser reads -0 as an integer, which has no sign. */
  private static double plain(double number) {
    return number == 0 ? 0.0 : number;
  }

  private static @Nullable Object value(JsonNode node) {
    if (node.isNull()) {
      return null;
    }
    if (node.isBoolean()) {
      return node.asBoolean();
    }
    return node.isNumber() ? (Object) plain(Double.parseDouble(node.asText())) : node.asText();
  }

  private static List<Found> ofQuestDb(QuestDb database, Sent sent, long time) {
    JsonNode answer =
        HttpJson.questDb(
            database,
            "select * from \""
                + sent.measurement().replace("\"", "\"\"")
                + "\" where timestamp = "
                + time * 1000
                + "L");
    List<Found> all = new ArrayList<>();
    for (JsonNode row : answer.path("dataset")) {
      Found found = new Found(new HashMap<>(), new HashMap<>());
      for (int i = 0; i < row.size(); i++) {
        JsonNode column = answer.path("columns").path(i);
        Object value = value(row.path(i));
        if (value == null
            || value.equals(false)
            || column.path("type").asText().equals("TIMESTAMP")) {
          continue;
        }
        if (column.path("type").asText().equals("SYMBOL")) {
          found.tags().put(column.path("name").asText(), value.toString());
        } else {
          found.fields().put(column.path("name").asText(), value);
        }
      }
      all.add(found);
    }
    return all;
  }

  private static String influxQl(String measurement, long time) {
    String name = measurement.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    return "select *::field from \"" + name + "\" where time = " + time + "ms group by *";
  }

  private static List<Found> ofInflux(Function<String, JsonNode> query, Sent sent, long time) {
    List<Found> all = new ArrayList<>();
    if (sent.measurement().matches("(?s).*[\\x00\r].*")) {
      return all; // InfluxQL cannot ask for such a measurement, so it must not have been written
    }
    for (JsonNode series :
        query.apply(influxQl(sent.measurement(), time)).path("results").path(0).path("series")) {
      // Each time belongs to one record, so a series has one row.
      for (JsonNode row : series.path("values")) {
        Found found = new Found(new HashMap<>(), new HashMap<>());
        series
            .path("tags")
            .properties()
            .forEach(
                tag -> {
                  if (!tag.getValue().asText().isEmpty()) {
                    found.tags().put(tag.getKey(), tag.getValue().asText());
                  }
                });
        Set<String> names = new HashSet<>(sent.fields().keySet());
        for (int i = 1; i < row.size(); i++) {
          String column = series.path("columns").path(i).asText();
          Object value = value(row.path(i));
          if (value != null) {
            found.fields().put(named(column, names), value);
          }
        }
        all.add(found);
      }
    }
    return all;
  }

  /**
   * Returns the field's name: InfluxQL shows a field that shares its name with a tag as {@code
   * name_1}.
   */
  private static String named(String column, Set<String> names) {
    boolean renamed = column.endsWith("_1") && !names.contains(column);
    return renamed ? column.substring(0, column.length() - 2) : column;
  }
}
