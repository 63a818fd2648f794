package com.voltageems.hissrv.influx.sink;

import static com.voltageems.hissrv.influx.sink.InfluxDb2Server.place;
import static com.voltageems.hissrv.influx.sink.TestRecords.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.sink.FaultyServer.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The sink's reaction to every fault that a real InfluxDB 2.7.12 was seen to answer: what is stored
 * in the end, and what is a dead letter.
 */
class InfluxDb2AnswersIT {
  private static final long T = 1_790_000_000_000L;
  private static final long DAY = 86_400_000;

  private final InfluxDb2Server server = new InfluxDb2Server();

  @AfterEach
  void stop() {
    server.close();
  }

  private Map<String, String> settings(String... more) {
    Map<String, String> settings =
        new TreeMap<>(
            Map.of(
                "influxdb.url", server.url(),
                "influxdb.org", "site",
                "influxdb.bucket", "ems",
                "influxdb.token", InfluxDb2Server.TOKEN,
                "influxdb.precision", "ms",
                "linger.ms", "300",
                "retry.backoff.ms", "10",
                "retry.backoff.max.ms", "50"));
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return settings;
  }

  private static SinkRecord point(int offset, long time, Map<String, Object> fields) {
    return point("m", offset, time, fields);
  }

  private static SinkRecord point(
      String measurement, int offset, long time, Map<String, Object> fields) {
    return record(Map.of("measurement", measurement, "fields", fields, "timestamp", time), offset);
  }

  /** Writes the records; returns the reasons of the dead letters by offset. */
  private Map<Long, String> write(SinkRecord... records) {
    Map<Long, String> reasons = new TreeMap<>();
    // The commit ends the linger time, so all records are in one request, however slow put is.
    try (SinkHarness sink = new SinkHarness(settings("linger.ms", "3600000"), 1)) {
      sink.put(Arrays.asList(records));
      sink.pumpUntilCommitted(0, records[records.length - 1].kafkaOffset() + 1);
      sink.context.reports.forEach(
          report -> reasons.put(report.record().kafkaOffset(), report.error().getMessage()));
      assertThat(sink.context.reports).hasSize(reasons.size());
    }
    return reasons;
  }

  private void assertStored(String field, long time, double value) {
    assertThat(server.stored).containsEntry(place("m", field, time), new FieldValue.Float64(value));
  }

  @Test
  void conflict_onlyTheTextIsLost() {
    write(point(0, T, Map.of("f", 1.0)));
    Map<Long, String> dead =
        write(
            point(1, T + 1, Map.of("f", 2.0, "g", 2.0)),
            point(2, T + 2, Map.of("f", "ERR", "g", 3.0)),
            point(3, T + 3, Map.of("f", "ERR")),
            point(4, T + 4, Map.of("f", 5.0)));
    assertThat(dead).containsOnlyKeys(2L, 3L);
    assertThat(dead.get(2L))
        .startsWith("hissrv.live-0@2: field 'f' (string) is refused: HTTP 422: ")
        .contains("already exists as type float");
    assertThat(server.stored).hasSize(5);
    assertStored("g", T + 2, 3);
    assertStored("f", T + 4, 5);
  }

  @Test
  void conflictsOfSeveralFields_eachIsFound() {
    write(point(0, T, Map.of("a", 1.0, "b", 1.0)));
    Map<Long, String> dead =
        write(
            point(1, T + 1, Map.of("a", "x", "b", 2.0, "c", 2.0)),
            point(2, T + 2, Map.of("a", 3.0, "b", "y", "c", 3.0)),
            point(3, T + 3, Map.of("a", "x", "b", "y")));
    assertThat(dead).containsOnlyKeys(1L, 2L, 3L);
    assertThat(dead.get(3L)).contains("field 'a' (string)").contains("field 'b' (string)");
    assertThat(server.stored).hasSize(6);
  }

  /** Field case I3. */
  @ParameterizedTest
  @ValueSource(strings = {"f\"1", "f\\1", "f\t1", "f\u200b1", "电'🔋", "a\" on measurement \"b"})
  void conflict_whateverTheName(String name) {
    write(point(0, T, Map.of(name, 1.0)));
    Map<Long, String> dead = write(point(1, T + 1, Map.of(name, "ERR", "good", 2.0)));
    assertThat(dead).containsOnlyKeys(1L);
    assertThat(dead.get(1L)).contains("field '" + name + "' (string) is refused");
    assertStored("good", T + 1, 2);
  }

  /** Field case I4. */
  @Test
  void letterCase_matters() {
    write(point(0, T, Map.of("v", 1.0, "V", "text")));
    Map<Long, String> dead = write(point(1, T + 1, Map.of("v", "ERR", "V", "fine", "n", 1.0)));
    assertThat(dead.get(1L)).contains("field 'v' (string)").doesNotContain("field 'V'");
    assertThat(server.stored)
        .containsEntry(place("m", "V", T + 1), new FieldValue.Text("fine"))
        .containsKey(place("m", "n", T + 1));
  }

  /** Field case I6. */
  @Test
  void typesOfTwoShards_onlyTheGuiltyAreLost() {
    write(point(0, T, Map.of("f", 1.0)), point(1, T - 9 * DAY, Map.of("f", "text")));
    List<SinkRecord> records = new ArrayList<>();
    for (int i = 2; i < 40; i++) {
      long time = (i % 2 == 0 ? T : T - 9 * DAY) + i;
      records.add(point(i, time, Map.of("f", i % 5 == 0 ? 1.0 : "text")));
    }
    Map<Long, String> dead = write(records.toArray(SinkRecord[]::new));
    assertThat(dead.keySet())
        .containsExactlyElementsOf(
            IntStream.range(2, 40)
                .filter(i -> (i % 2 == 0) != (i % 5 == 0))
                .mapToObj(i -> (long) i)
                .toList());
    assertThat(server.stored).hasSize(2 + 38 - dead.size());
  }

  /** Field case I1: the backlog of a site, oldest first. */
  @Test
  void olderThanTheRetention_oneRequestTells() {
    server.lowerBound = T;
    List<SinkRecord> records = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      records.add(point(i, T - 4_990 + i, Map.of("f", 1.0)));
    }
    Map<Long, String> dead = write(records.toArray(SinkRecord[]::new));
    assertThat(dead).hasSize(4_990);
    assertThat(dead.get(0L)).contains("outside retention policy of duration 1h0m0s");
    assertThat(server.stored).hasSize(10);
    assertThat(server.requests()).isLessThan(15);
  }

  @Test
  void conflictAndRetentionAtOnce_bothAreFound() {
    server.lowerBound = T;
    write(point(0, T, Map.of("f", 1.0)));
    Map<Long, String> dead =
        write(
            point(1, T - 5, Map.of("f", 2.0)),
            point(2, T + 2, Map.of("f", "ERR", "g", 3.0)),
            point(3, T + 3, Map.of("f", 4.0)),
            point(4, T - 1, Map.of("f", "ERR")));
    assertThat(dead).containsOnlyKeys(1L, 2L, 4L);
    assertThat(dead.get(1L)).contains("outside retention");
    assertThat(server.stored).hasSize(3);
    assertStored("g", T + 2, 3);
  }

  @Test
  void textOverOneMebibyte_costsThatTextOnly() {
    Map<Long, String> dead =
        write(
            point(0, T, Map.of("t", "short", "n", 1.0)),
            point(1, T + 1, Map.of("t", "x".repeat(1_048_577), "u", "other", "n", 2.0)),
            point(2, T + 2, Map.of("t", "short too")));
    assertThat(dead).containsOnlyKeys(1L);
    assertThat(dead.get(1L)).contains("field 't' (string) is refused").contains("is too long");
    assertThat(server.stored)
        .containsKeys(place("m", "u", T + 1), place("m", "n", T + 1), place("m", "t", T + 2))
        .hasSize(5);
  }

  @Test
  void keyTooLong_nothingIsStored_soTheOthersAreWrittenAgain() {
    server.longestKey = 1_000;
    Map<Long, String> dead =
        write(
            point(0, T, Map.of("f", 1.0)),
            point("k".repeat(1_001), 1, T + 1, Map.of("f", 2.0)),
            point(2, T + 2, Map.of("f", 3.0)));
    assertThat(dead).containsOnlyKeys(1L);
    assertThat(dead.get(1L)).contains("HTTP 400: unable to parse 'kkk").hasSizeLessThan(500);
    assertThat(server.stored).hasSize(2);
  }

  @Test
  void fieldCalledTime_neverGetsThere() {
    Map<Long, String> dead = write(point(0, T, Map.of("time", 5.0, "f", 1.0)));
    assertThat(dead.get(0L)).contains("field 'time'");
    assertThat(server.stored).containsOnlyKeys(place("m", "f", T));
  }

  @ParameterizedTest
  @CsvSource({
    "influxdb.token, another, HTTP 401: unauthorized access; check influxdb.token",
    "influxdb.bucket, none, 'bucket \"none\" not found; check influxdb.bucket'",
    "influxdb.org, bucket-x, 'organization name \"bucket-x\" not found; check influxdb.org'",
  })
  void whatIsWrongForAll_failsAtOnce_andIsRefusedAtSubmission(
      String key, String value, String message) {
    assertFails(settings(key, value), message);
    assertThat(InfluxDb2.problems(settings(key, value))).containsOnlyKeys(key);
  }

  @Test
  void noOrganisation() {
    Map<String, String> settings = settings();
    settings.remove("influxdb.org");
    assertFails(settings, "HTTP 400: Please provide either orgID or org; check influxdb.org");
    assertThat(InfluxDb2.problems(settings)).containsOnlyKeys("influxdb.org");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "insufficient permissions for write",
        "insufficient permissions: token is inactive"
      })
  void noPermission(String message) {
    server.instead = Answer.of(403, "{\"code\":\"forbidden\",\"message\":\"" + message + "\"}");
    assertFails(settings(), "HTTP 403: " + message + "; check that influxdb.token may write");
  }

  private void assertFails(Map<String, String> settings, String message) {
    try (SinkHarness sink = new SinkHarness(settings, 1)) {
      sink.put(List.of(point(0, T, Map.of("f", 1.0))));
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () ->
                  assertThatThrownBy(() -> sink.sink.put(List.of()))
                      .isInstanceOf(ConnectException.class)
                      .hasMessageContaining(message));
      assertThat(sink.context.reports).isEmpty();
      assertThat(sink.committed(0)).isZero();
    }
    assertThat(server.stored).isEmpty();
  }

  /** Field case I7. */
  @Test
  void missingBucketOfATopic_isRefusedOnItsKey() {
    Map<String, String> problems =
        InfluxDb2.problems(settings("bucket.by.topic", "hissrv.archive5m:none"));
    assertThat(problems).containsOnlyKeys("bucket.by.topic");
    assertThat(problems.get("bucket.by.topic")).contains("bucket \"none\" not found");
  }

  @Test
  void missingBucket_isMadeWhenTheFirstLineComes() {
    Map<String, String> settings =
        settings(
            "influxdb.bucket", "made",
            "influxdb.bucket.create", "true",
            "influxdb.bucket.retention", "90d");
    assertThat(InfluxDb2.problems(settings)).isEmpty();
    assertThat(server.buckets).as("submitting makes none").doesNotContainKey("made");
    try (SinkHarness sink = new SinkHarness(settings, 1)) {
      sink.put(List.of(point(0, T, Map.of("f", 1.5))));
      sink.pumpUntilCommitted(0, 1);
    }
    assertStored("f", T, 1.5);
    assertThat(server.buckets).containsEntry("made", 90L * 24 * 3600);
  }

  @Test
  void missingBucket_thatMayNotBeMade_failsAndNamesTheToken() {
    server.makesBuckets = false;
    assertFails(
        settings("influxdb.bucket", "made", "influxdb.bucket.create", "true"),
        "check that influxdb.token may create buckets");
  }

  /**
   * The write found the organisation, so only the right to see it is missing. InfluxDB 2 leaves out
   * of a list what the token may not read; a proxy or another version may refuse it.
   */
  @ParameterizedTest
  @CsvSource({
    "200, '{\"orgs\":[]}'",
    "401, '{\"code\":\"unauthorized\",\"message\":\"read:orgs/0a1b is unauthorized\"}'",
    "403, '{\"code\":\"forbidden\",\"message\":\"insufficient permissions\"}'",
    "404, '{\"code\":\"not found\",\"message\":\"organization name \\\"site\\\" not found\"}'"
  })
  void tokenThatMayNotSeeTheOrganisation_isNamed(int status, String body) {
    server.organisations = Answer.of(status, body);
    String right =
        "influxdb.token may not read the organisation 'site', which creating the bucket 'made'"
            + " needs: give it the right to read the organisation and to create buckets, or create"
            + " the bucket and leave out influxdb.bucket.create";
    Map<String, String> settings =
        settings("influxdb.bucket", "made", "influxdb.bucket.create", "true");
    assertThat(InfluxDb2.problems(settings))
        .containsOnlyKeys("influxdb.token")
        .hasEntrySatisfying("influxdb.token", text -> assertThat(text).contains(right));
    assertFails(settings, right);
    settings.put("influxdb.bucket", "ems");
    assertThat(InfluxDb2.problems(settings)).as("nothing is to be made").isEmpty();
  }

  @Test
  void organisationThatCannotBeAskedForNow_isNoMissingRight() {
    server.organisations = Answer.of(503, "{\"message\":\"later\"}");
    assertThat(
            InfluxDb2.problems(
                settings("influxdb.bucket", "made", "influxdb.bucket.create", "true")))
        .containsOnlyKeys("influxdb.url")
        .hasEntrySatisfying(
            "influxdb.url",
            text -> assertThat(text).contains("the database does not answer: ").contains("later"));
  }

  @Test
  void tokenThatMayNotSeeTheOrganisation_isNamedForATopicsBucket() {
    server.organisations = Answer.of(200, "{\"orgs\":[]}");
    Map<String, String> settings =
        settings("bucket.by.topic", "hissrv.archive5m:none", "influxdb.bucket.create", "true");
    assertThat(InfluxDb2.problems(settings))
        .hasSize(1)
        .allSatisfy((key, text) -> assertThat(text).contains("influxdb.token may not read"));
  }

  /** Field case I7. */
  @Test
  void tokenThatNoHeaderCanCarry_isRefusedOnItsKey() {
    Map<String, String> problems = InfluxDb2.problems(settings("influxdb.token", "tökén"));
    assertThat(problems).containsOnlyKeys("influxdb.token");
    assertThat(problems.get("influxdb.token")).doesNotContain("tökén");
  }

  /** Faults that pass by themselves: a bucket being deleted, many new shards, a proxy's limit. */
  @ParameterizedTest
  @CsvSource({
    "500, engine is closed",
    "500, database not found: 8b1f0a",
    "500, timeout",
    "503, unavailable",
    "429, slow down",
  })
  void whatPasses_costsNothing(int status, String message) {
    server.instead = Answer.of(status, "{\"message\":\"" + message + "\"}");
    try (SinkHarness sink = new SinkHarness(settings(), 1)) {
      sink.put(
          IntStream.range(0, 20).mapToObj(i -> point(i, T + i, Map.of("f", (double) i))).toList());
      sink.pump(() -> sink.metric("retries") > 20);
      assertThat(sink.committed(0)).isZero();
      assertThat(sink.metadata(0)).contains(message);
      server.instead = null;
      sink.pumpUntilCommitted(0, 20);
      assertThat(sink.context.reports).isEmpty();
      assertThat(sink.metadata(0)).isEmpty();
    }
    assertThat(server.stored).hasSize(20);
  }
}
