package com.voltageems.hissrv.influx.sink;

import static com.voltageems.hissrv.influx.sink.TestRecords.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * What an operator changes in a real InfluxDB 2 while the sink writes to it: the task fails and
 * names the setting, and nothing is acknowledged or a dead letter that could be written later.
 */
@EnabledIfEnvironmentVariable(named = InfluxDb2.URL, matches = ".+")
class InfluxDb2ChangesIT {
  private static final long T = System.currentTimeMillis() / 1000 * 1000 - 600_000;
  private static final long DAY = 86_400_000;

  private InfluxDb2 database;
  private Token writer;

  /** A token of the bucket's. */
  private record Token(String id, String text) {}

  @BeforeEach
  void start() {
    database = Objects.requireNonNull(InfluxDb2.configured());
    writer = token(onBucket("write"));
  }

  @AfterEach
  void stop() {
    delete("/api/v2/authorizations/" + writer.id());
    if (database.bucketNamed(database.bucket()).isPresent()) {
      database.close();
    }
  }

  private static HttpRequest.BodyPublisher json(String text) {
    return HttpRequest.BodyPublishers.ofString(text);
  }

  private void delete(String path) {
    HttpJson.send(database.request(path).DELETE());
  }

  private void patch(String path, String body) {
    HttpJson.send(database.request(path).method("PATCH", json(body)));
  }

  private String onBucket(String action) {
    return "{\"action\":\"%s\",\"resource\":{\"type\":\"buckets\",\"id\":\"%s\",\"orgID\":\"%s\"}}"
        .formatted(action, database.bucketId(), database.orgId());
  }

  private String onAll(String action, String type) {
    return "{\"action\":\"%s\",\"resource\":{\"type\":\"%s\",\"orgID\":\"%s\"}}"
        .formatted(action, type, database.orgId());
  }

  private Token token(String... permissions) {
    JsonNode made =
        HttpJson.send(
            database
                .request("/api/v2/authorizations")
                .POST(
                    json(
                        "{\"orgID\":\"%s\",\"permissions\":[%s]}"
                            .formatted(database.orgId(), String.join(",", permissions)))));
    return new Token(made.path("id").asText(), made.path("token").asText());
  }

  private Map<String, String> settings(String... more) {
    return database.settings(writer.text(), more);
  }

  private static SinkRecord point(int offset, long time) {
    return record(
        Map.of("measurement", "m", "fields", Map.of("f", 1.0), "timestamp", time), offset);
  }

  /** Writes a point, changes something, and expects that the next one fails the task. */
  private void assertFails(Map<String, String> settings, Runnable change, String... words) {
    try (SinkHarness sink = new SinkHarness(settings, 1)) {
      sink.put(List.of(point(0, T)));
      sink.pumpUntilCommitted(0, 1);
      change.run();
      sink.put(List.of(point(1, T + 1)));
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () ->
                  assertThatThrownBy(() -> sink.sink.put(List.of()))
                      .isInstanceOf(ConnectException.class)
                      .hasMessageContainingAll(words));
      assertThat(sink.context.reports).isEmpty();
      assertThat(sink.committed(0)).isOne();
    }
  }

  @Test
  void revokedToken() {
    assertFails(
        settings(),
        () -> delete("/api/v2/authorizations/" + writer.id()),
        "HTTP 401: unauthorized access; check influxdb.token");
    writer = token(onBucket("write"));
  }

  @Test
  void inactiveToken() {
    assertFails(
        settings(),
        () -> patch("/api/v2/authorizations/" + writer.id(), "{\"status\":\"inactive\"}"),
        "HTTP 403: insufficient permissions for write: token is inactive",
        "check that influxdb.token may write to influxdb.bucket");
  }

  @Test
  void deletedBucket() {
    assertFails(
        settings(),
        database::close,
        "HTTP 404: bucket \"" + database.bucket() + "\" not found",
        "check influxdb.bucket");
  }

  /** The token holds for the deleted bucket, not for its name. */
  @Test
  void bucketMadeAgain() {
    assertFails(
        settings(),
        () -> {
          database.close();
          database = again();
        },
        "HTTP 403: insufficient permissions for write",
        "check that influxdb.token may write to influxdb.bucket");
  }

  private InfluxDb2 again() {
    JsonNode made =
        HttpJson.send(
            database
                .request("/api/v2/buckets")
                .POST(
                    json(
                        "{\"orgID\":\"%s\",\"name\":\"%s\",\"retentionRules\":[]}"
                            .formatted(database.orgId(), database.bucket()))));
    return new InfluxDb2(
        database.url(),
        database.token(),
        database.org(),
        database.orgId(),
        database.bucket(),
        made.path("id").asText());
  }

  @Test
  void renamedBucket() {
    assertFails(
        settings(),
        () ->
            patch(
                "/api/v2/buckets/" + database.bucketId(), "{\"name\":\"hissrv-other-" + T + "\"}"),
        "HTTP 404: bucket",
        "check influxdb.bucket");
    delete("/api/v2/buckets/" + database.bucketId());
  }

  @Test
  void deletedBucket_thatTheTokenMayNotMakeAgain() {
    assertFails(
        settings("influxdb.bucket.create", "true"),
        database::close,
        "influxdb.token may not read the organisation",
        "leave out influxdb.bucket.create");
  }

  @Test
  void tokenThatSeesTheOrganisation_andMayNotMakeBuckets() {
    Token seeing =
        token(onBucket("write"), "{\"action\":\"read\",\"resource\":{\"type\":\"orgs\"}}");
    try {
      assertFails(
          settings("influxdb.bucket.create", "true", "influxdb.token", seeing.text()),
          database::close,
          "could not be created",
          "check that influxdb.token may create buckets");
    } finally {
      delete("/api/v2/authorizations/" + seeing.id());
    }
  }

  @Test
  void deletedBucket_isMadeAgainByATokenThatMay() {
    Token maker =
        token(onAll("write", "buckets"), "{\"action\":\"read\",\"resource\":{\"type\":\"orgs\"}}");
    Map<String, String> settings =
        settings("influxdb.bucket.create", "true", "influxdb.token", maker.text());
    try (SinkHarness sink = new SinkHarness(settings, 1)) {
      sink.put(List.of(point(0, T)));
      sink.pumpUntilCommitted(0, 1);
      database.close();
      sink.put(List.of(point(1, T + 1)));
      sink.pumpUntilCommitted(0, 2);
      assertThat(sink.context.reports).isEmpty();
      database = database.bucketNamed(database.bucket()).orElseThrow();
    } finally {
      delete("/api/v2/authorizations/" + maker.id());
    }
  }

  @Test
  void tokensThatLackARight_areNamedByValidate() {
    Token reader = token(onBucket("read"), onAll("read", "buckets"));
    Token elsewhere = token(onAll("write", "tasks"));
    try {
      assertThat(InfluxDb2.problems(settings())).as("one that may only write").isEmpty();
      for (Token token : List.of(reader, elsewhere)) {
        assertThat(InfluxDb2.problems(settings("influxdb.token", token.text())))
            .containsOnlyKeys("influxdb.token")
            .hasEntrySatisfying(
                "influxdb.token", text -> assertThat(text).contains("HTTP 403: insufficient"));
        assertThat(
                InfluxDb2.problems(
                    settings(
                        "influxdb.token",
                        token.text(),
                        "influxdb.bucket",
                        "hissrv-new",
                        "influxdb.bucket.create",
                        "true")))
            .containsOnlyKeys("influxdb.token")
            .hasEntrySatisfying(
                "influxdb.token",
                text -> assertThat(text).contains("may not read the organisation"));
      }
    } finally {
      delete("/api/v2/authorizations/" + reader.id());
      delete("/api/v2/authorizations/" + elsewhere.id());
    }
  }

  @Test
  void renamedOrganisation() {
    InfluxDb2 site = organisation("hissrv-site-" + T);
    Map<String, String> settings =
        settings(
            "influxdb.org",
            site.org(),
            "influxdb.bucket",
            site.bucket(),
            "influxdb.token",
            site.token());
    try {
      assertFails(
          settings,
          () -> patch("/api/v2/orgs/" + site.orgId(), "{\"name\":\"hissrv-renamed-" + T + "\"}"),
          "HTTP 404: organization name \"" + site.org() + "\" not found; check influxdb.org");
    } finally {
      delete("/api/v2/orgs/" + site.orgId());
    }
  }

  private InfluxDb2 organisation(String name) {
    String id =
        HttpJson.send(database.request("/api/v2/orgs").POST(json("{\"name\":\"" + name + "\"}")))
            .path("id")
            .asText();
    InfluxDb2 empty = new InfluxDb2(database.url(), database.token(), name, id, "ems", "");
    JsonNode bucket =
        HttpJson.send(
            database
                .request("/api/v2/buckets")
                .POST(
                    json(
                        "{\"orgID\":\"%s\",\"name\":\"ems\",\"retentionRules\":[]}"
                            .formatted(id))));
    return new InfluxDb2(
        empty.url(), database.token(), name, id, "ems", bucket.path("id").asText());
  }

  /**
   * Points older than the new retention are dead letters with the database's words. InfluxDB still
   * takes those for which it has a shard that goes on after the bound, and shows them until then.
   */
  @Test
  void shortenedRetention() {
    try (SinkHarness sink = new SinkHarness(settings(), 1)) {
      sink.put(List.of(point(0, T - 3_600_000)));
      sink.pumpUntilCommitted(0, 1);
      assertThat(sink.context.reports).isEmpty();
      patch(
          "/api/v2/buckets/" + database.bucketId(),
          "{\"retentionRules\":[{\"type\":\"expire\",\"everySeconds\":3600,\"shardGroupDurationSeconds\":3600}]}");
      sink.put(List.of(point(1, T - 30 * DAY), point(2, T)));
      sink.pumpUntilCommitted(0, 3);
      assertThat(sink.context.reports)
          .singleElement()
          .satisfies(
              report -> {
                assertThat(report.record().kafkaOffset()).isOne();
                assertThat(report.error())
                    .hasMessageContaining("outside retention policy of duration 1h0m0s");
              });
    }
  }
}
