package com.voltageems.hissrv.query.site.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.HealthBoard;
import com.voltageems.hissrv.query.site.SiteFile;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.testkit.InfluxDb1;
import com.voltageems.hissrv.testkit.RequiresServer;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The design document's retention and downsampling, carried out by a running service. */
@RequiresServer(RequiresServer.Server.INFLUXDB_1)
class StorageSiteIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path SEEDS = Path.of("src/test/resources/site/seeds");
  private static final long HOUR = 3_600_000;
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static InfluxDb1 database;
  private static LiveSite site;
  private static String url;
  private static Path file;

  private static final class RealParts implements Parts {
    @Override
    public HistoryStore store(QueryConfig settings) {
      return settings.store().open(4);
    }

    @Override
    public HealthBoard board(
        QueryConfig settings, HistoryStore store, @Nullable HealthBoard before) {
      return new HealthBoard(
          List.of(), Map.of(), Duration.ofMillis(200), Duration.ofMinutes(1), Clock.systemUTC());
    }
  }

  /** The two sections as they stand in the design document. */
  private static String sections() throws Exception {
    String service = Files.readString(SEEDS.resolve("1-service.yml"));
    return service.substring(service.indexOf("\nretention:"))
        + Files.readString(SEEDS.resolve("2-downsampling.yml"));
  }

  private static void write(String more) throws Exception {
    Path draft = file.resolveSibling("hissrv.yml.new");
    Files.writeString(
        draft,
        "api: {port: 0}\nsite: {timezone: Asia/Shanghai}\ninfluxdb: {version: 1, url: \""
            + database.url()
            + "\", database: site}\n"
            + more);
    // In one go: the service may look at any moment.
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @BeforeAll
  static void start(@TempDir Path dir) throws Exception {
    database = InfluxDb1.start(dir);
    assertThat(influx("CREATE DATABASE site").path("results").get(0).has("error")).isFalse();
    long now = Instant.now().toEpochMilli();
    List<String> lines = new ArrayList<>();
    for (long time = now - 5 * 24 * HOUR; time < now; time += 60_000) {
      lines.add("telemetry,channel=1001,type=m 1=" + (200 + time / 60_000 % 50) / 2.0 + " " + time);
    }
    assertThat(
            send(
                    "POST",
                    database.url() + "/write?db=site&precision=ms",
                    String.join("\n", lines) + "\n")
                .statusCode())
        .isEqualTo(204);
    file = dir.resolve("hissrv.yml");
    write(sections());
    site = new LiveSite(new SiteFile(file, Map.of()), new RealParts(), "test", Clock.systemUTC());
    url = "http://127.0.0.1:" + site.start();
  }

  @AfterAll
  static void stop() {
    site.close();
    database.close();
  }

  private static HttpResponse<String> send(String method, String address, String body)
      throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create(address))
            .timeout(Duration.ofMinutes(1))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static JsonNode influx(String statement) throws Exception {
    String text = URLEncoder.encode(statement, StandardCharsets.UTF_8);
    return JSON.readTree(send("POST", database.url() + "/query?db=site&q=" + text, "").body());
  }

  private static JsonNode get(String path) throws Exception {
    return JSON.readTree(send("GET", url + path, "").body());
  }

  private static JsonNode named(JsonNode list, String name) {
    for (JsonNode one : list) {
      if (one.path("name").asText().equals(name)) {
        return one;
      }
    }
    throw new AssertionError(name + " in " + list);
  }

  @Test
  void seedsSections_areCarriedOut() throws Exception {
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(
            () -> {
              JsonNode storage = get("/storage");
              assertThat(named(storage.path("tasks"), "hourly_avg").path("state").asText())
                  .as(storage.toPrettyString())
                  .isEqualTo("ok");
              assertThat(named(storage.path("tasks"), "hourly_avg").path("computed").size())
                  .isEqualTo(1);
            });
    JsonNode storage = get("/storage");
    assertThat(storage.path("managed").asBoolean()).isTrue();
    assertThat(named(storage.path("policies"), "realtime").path("samples").asBoolean()).isTrue();
    JsonNode policies = influx("SHOW RETENTION POLICIES").at("/results/0/series/0/values");
    assertThat(policies).hasSize(3);
    assertThat(policies.toString())
        .contains("[\"autogen\",\"168h0m0s\"")
        .contains("[\"hourly\",\"720h0m0s\"")
        .contains("[\"daily\",\"8760h0m0s\"");

    // With the next look of the health board.
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () ->
                assertThat(send("GET", url + "/metrics", "").body())
                    .contains("hissrv_downsampling_behind_seconds{task=\"hourly_avg\"} 0")
                    .contains("hissrv_retention_pending{policy=\"realtime\"} 0"));

    // Days of Shanghai, from hours, from minutes.
    JsonNode hours = backfill("hourly_avg", "now-5d");
    JsonNode days = backfill("daily_summary", "now-3d");
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(
            () -> {
              for (JsonNode one : get("/storage").path("backfills")) {
                assertThat(one.path("state").asText()).as(one.toString()).isEqualTo("done");
              }
            });
    assertThat(hours.path("progress").asDouble()).isZero();
    assertThat(days.path("start").asText()).endsWith("T16:00:00Z");
    String question =
        "/query?measurement=telemetry&channel=1001&type=m&fields=1&interval=1d&function=mean"
            + "&start=now-3d&end=now";
    JsonNode fast = get(question);
    JsonNode slow = get(question + "&resolution=raw");
    assertThat(fast.path("series")).as(fast.toString()).isEqualTo(slow.path("series"));
    assertThat(fast.path("resolution").asText()).as(fast.toString()).contains("daily");
    assertThat(slow.has("resolution")).isFalse();
    HttpResponse<String> csv = send("GET", url + question + "&format=csv", "");
    assertThat(csv.headers().firstValue("X-Hissrv-Resolution")).isPresent();
    JsonNode early = get(question.replace("now-3d", "now-20d") + "&resolution=raw");
    assertThat(early.has("expired_before")).as(early.toString()).isTrue();
    assertThat(
            influx("SELECT count(\"1_total\") FROM \"daily\".\"telemetry\"")
                .at("/results/0/series/0/values/0/1")
                .asInt())
        .isBetween(3, 5);
    assertThat(get("/measurements").toString()).doesNotContain("hissrv.").doesNotContain("1_avg");
  }

  private static JsonNode backfill(String task, String start) throws Exception {
    HttpResponse<String> begun =
        send(
            "POST",
            url + "/storage/backfill",
            "{\"task\":\"" + task + "\",\"start\":\"" + start + "\",\"end\":\"now\"}");
    assertThat(begun.statusCode()).as(begun.body()).isEqualTo(202);
    return JSON.readTree(begun.body());
  }

  @Test
  void changedFile_isCarriedOut_andNothingIsShortenedInSilence() throws Exception {
    write(sections().replace("\"7d\"", "\"2d\"").replace("\"365d\"", "\"400d\""));
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(
            () -> {
              JsonNode policies = get("/storage").path("policies");
              assertThat(named(policies, "realtime").path("state").asText()).isEqualTo("pending");
              assertThat(named(policies, "daily").at("/actual/0/duration").asText())
                  .isEqualTo("400d");
            });
    assertThat(influx("SHOW RETENTION POLICIES").toString())
        .contains("[\"autogen\",\"168h0m0s\"")
        .contains("[\"daily\",\"9600h0m0s\"");
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () ->
                assertThat(get("/health").at("/parts/storage").path("state").asText())
                    .isEqualTo("up"));
    assertThat(
            send("POST", url + "/storage/apply", "{\"policy\":\"realtime\",\"duration\":\"3d\"}")
                .statusCode())
        .isEqualTo(409);
    assertThat(send("POST", url + "/storage/apply", "{}").statusCode()).isEqualTo(400);
    assertThat(send("DELETE", url + "/storage/backfill/none", "").statusCode()).isEqualTo(404);
    assertThat(
            send("POST", url + "/storage/backfill", "{\"task\":\"x\",\"start\":0,\"end\":1}")
                .statusCode())
        .isEqualTo(404);

    write(sections());
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(
            () ->
                assertThat(
                        named(get("/storage").path("policies"), "realtime").path("state").asText())
                    .isEqualTo("ok"));
  }
}
