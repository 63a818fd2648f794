package com.voltageems.hissrv.query.store.influxql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.store.Asked;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.HistoryStoreContract;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.raw.RawException;
import com.voltageems.hissrv.query.store.raw.RawStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * The contract against an InfluxDB 2.x beside the project, told by two variables of the
 * environment. It gets a bucket of its own, which is deleted afterwards.
 */
@EnabledIfEnvironmentVariable(named = "HISSRV_INFLUXDB2_URL", matches = ".+")
@EnabledIfEnvironmentVariable(named = "HISSRV_INFLUXDB2_TOKEN", matches = ".+")
class InfluxDb2StoreIT extends HistoryStoreContract {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String BUCKET = "hissrv-query-" + ProcessHandle.current().pid();
  private static String url;
  private static String token;
  private static String organisation;
  private static String bucketId;
  private static InfluxQlStore store;

  @BeforeAll
  static void start() {
    url = System.getenv("HISSRV_INFLUXDB2_URL");
    token = System.getenv("HISSRV_INFLUXDB2_TOKEN");
    organisation = id(send("GET", "/api/v2/orgs", "").body());
    bucketId =
        id(
            send(
                    "POST",
                    "/api/v2/buckets",
                    "{\"orgID\":\"" + organisation + "\",\"name\":\"" + BUCKET + "\"}")
                .body());
    store = InfluxQlStore.version2(URI.create(url), BUCKET, token);
  }

  @AfterAll
  static void stop() {
    store.close();
    send("DELETE", "/api/v2/buckets/" + bucketId, "");
  }

  /** The first id in an answer. */
  private static String id(String json) {
    int at = json.indexOf("\"id\":");
    assertThat(at).as(json).isPositive();
    int from = json.indexOf('"', at + 5) + 1;
    return json.substring(from, json.indexOf('"', from));
  }

  private static HttpResponse<String> send(String method, String path, String body) {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(URI.create(url + path))
              .header("Authorization", "Token " + token)
              .timeout(Duration.ofMinutes(1))
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected HistoryStore store() {
    return store;
  }

  @Override
  protected void write(String measurement, List<String> lines) {
    HttpResponse<String> response =
        send(
            "POST",
            "/api/v2/write?precision=ms&bucket=" + BUCKET + "&orgID=" + organisation,
            String.join("\n", lines) + "\n");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(204);
  }

  @Test
  void version_isTold() {
    assertThat(new Asked(store).ping()).startsWith("InfluxDB 2.");
    try (InfluxQlStore other =
        InfluxQlStore.version1(URI.create(url), BUCKET, List.of(), "any", token)) {
      assertThat(new Asked(other).ping()).endsWith(", although the settings say 1.x");
      write("old", List.of("old v=1.0 " + T));
      assertThat(new Asked(other).measurement("old")).isPresent();
    }
  }

  @Test
  void tokenOrBucketThatIsNotThere_isAFailureNotAnEmptyAnswer() {
    Iterator<StoreException.Kind> kinds =
        List.of(StoreException.Kind.LOGIN, StoreException.Kind.MISSING).iterator();
    for (InfluxQlStore other :
        List.of(
            InfluxQlStore.version2(URI.create(url), BUCKET, "wrong"),
            InfluxQlStore.version2(URI.create(url), "none", token))) {
      try (other) {
        assertThatThrownBy(() -> new Asked(other).measurements())
            .isInstanceOfSatisfying(
                StoreException.class, e -> assertThat(e.kind()).isEqualTo(kinds.next()));
      }
    }
  }

  /** As after an upgrade from 1.x in place, which also makes the mapping. */
  @Test
  void bucketWithASlash_isReadByItsMapping() {
    String database = BUCKET + "-upgraded";
    String bucket = database + "/autogen";
    String made =
        id(
            send(
                    "POST",
                    "/api/v2/buckets",
                    "{\"orgID\":\"" + organisation + "\",\"name\":\"" + bucket + "\"}")
                .body());
    String mapping = "";
    try (InfluxQlStore other = InfluxQlStore.version2(URI.create(url), bucket, token)) {
      HttpResponse<String> written =
          send(
              "POST",
              "/api/v2/write?precision=ms&bucket=" + made + "&orgID=" + organisation,
              "m,ch=1 v=1.5 " + T + "\n");
      assertThat(written.statusCode()).as(written.body()).isEqualTo(204);
      assertThatThrownBy(() -> other.ping(Duration.ofMinutes(1)))
          .hasMessageContaining("default DBRP mapping, and there is none");
      mapping =
          id(
              send(
                      "POST",
                      "/api/v2/dbrps",
                      ("{\"orgID\":\"%s\",\"bucketID\":\"%s\",\"database\":\"%s\","
                              + "\"retention_policy\":\"autogen\",\"default\":true}")
                          .formatted(organisation, made, database))
                  .body());
      assertThat(other.ping(Duration.ofMinutes(1))).startsWith("InfluxDB 2.");
      assertThat(new Asked(other).measurement("m"))
          .hasValueSatisfying(m -> assertThat(m.tags()).containsExactly("ch"));
    } finally {
      send("DELETE", "/api/v2/dbrps/" + mapping + "?orgID=" + organisation, "");
      send("DELETE", "/api/v2/buckets/" + made, "");
    }
  }

  /** InfluxDB 2 hides the bucket then, and a deleted token is the same as a wrong one. */
  @Test
  void tokenThatMayNotRead_isNamed() {
    HttpResponse<String> made =
        send(
            "POST",
            "/api/v2/authorizations",
            ("{\"orgID\":\"%1$s\",\"permissions\":[{\"action\":\"write\",\"resource\":{\"type\":"
                    + "\"buckets\",\"orgID\":\"%1$s\",\"id\":\"%2$s\"}}]}")
                .formatted(organisation, bucketId));
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    String writer = made.body().replaceFirst("(?s).*\"token\":\\s*\"([^\"]+)\".*", "$1");
    try (InfluxQlStore other = InfluxQlStore.version2(URI.create(url), BUCKET, writer)) {
      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> other.ping(Duration.ofMinutes(1)), () -> new Asked(other).measurements())) {
        assertThatThrownBy(call)
            .isInstanceOfSatisfying(
                StoreException.class,
                e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.MISSING))
            .hasMessage(
                "InfluxDB has no such bucket, or store.influxdb2.token may not read it: see"
                    + " store.influxdb2.bucket");
      }
      send("DELETE", "/api/v2/authorizations/" + id(made.body()), "");
      assertThatThrownBy(() -> other.ping(Duration.ofMinutes(1)))
          .hasMessage("InfluxDB refuses the service's login: see store.influxdb2.token");
    }
  }

  /** Raw queries of a bucket that the token may not read. */
  private static RawStore elsewhere(String reader) {
    return InfluxQlStore.version2(InfluxLink.plain(URI.create(url)), "ems", token, reader)
        .raw()
        .orElseThrow();
  }

  /** Issue 14, item 12: a token that may only read, and one that may write. */
  @Test
  void rawQuery_isOfATokenThatMayOnlyRead() {
    write("raw", List.of("raw,ch=1 v=1.5 " + T));
    HttpResponse<String> made =
        send(
            "POST",
            "/api/v2/authorizations",
            ("{\"orgID\":\"%1$s\",\"permissions\":[{\"action\":\"read\",\"resource\":{\"type\":"
                    + "\"buckets\",\"orgID\":\"%1$s\",\"id\":\"%2$s\"}}]}")
                .formatted(organisation, bucketId));
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    String reader = made.body().replaceFirst("(?s).*\"token\":\\s*\"([^\"]+)\".*", "$1");
    Deadline deadline = Deadline.in(Duration.ofMinutes(2));
    try (InfluxQlStore reading =
        InfluxQlStore.version2(InfluxLink.plain(URI.create(url)), BUCKET, token, reader)) {
      RawStore raw = reading.raw().orElseThrow();
      assertThat(raw.ask("SELECT v FROM raw", 10, 100, deadline).tables().get(0).rows()).hasSize(1);
      for (String writing :
          List.of("SELECT v INTO other FROM raw", "DROP MEASUREMENT raw", "DELETE FROM raw")) {
        assertThatThrownBy(() -> raw.ask(writing, 10, 100, deadline))
            .as(writing)
            .isInstanceOf(RawException.class);
      }
      assertThat(new Asked(store).measurement("other")).isEmpty();
      assertThat(raw.ask("SELECT v FROM raw", 10, 100, deadline).tables()).hasSize(1);
      assertThatThrownBy(() -> elsewhere(reader).ask("SELECT v FROM raw", 10, 100, deadline))
          .hasMessage(
              "InfluxDB has no such bucket, or store.influxdb2.raw.token may not read it: see"
                  + " store.influxdb2.bucket");
      send("DELETE", "/api/v2/authorizations/" + id(made.body()), "");
      assertThatThrownBy(() -> raw.ask("SELECT v FROM raw", 10, 100, deadline))
          .hasMessage("InfluxDB refuses the service's login: see store.influxdb2.raw.token");
    }
    try (InfluxQlStore writing =
        InfluxQlStore.version2(InfluxLink.plain(URI.create(url)), BUCKET, token, token)) {
      assertThatThrownBy(
              () -> writing.raw().orElseThrow().ask("SELECT v FROM raw", 10, 100, deadline))
          .isInstanceOfSatisfying(
              RawException.class, e -> assertThat(e.kind()).isEqualTo(RawException.Kind.MAY_WRITE));
    }
  }
}
