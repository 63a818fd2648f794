package com.voltageems.hissrv.query.site.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.HealthBoard;
import com.voltageems.hissrv.query.health.store.StoreProbe;
import com.voltageems.hissrv.query.openapi.CheckedClient;
import com.voltageems.hissrv.query.site.FakeConnect;
import com.voltageems.hissrv.query.site.SiteFile;
import com.voltageems.hissrv.query.site.compile.ConnectorSpec;
import com.voltageems.hissrv.query.store.FakeStore;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.tier.FakeTiers;
import com.voltageems.hissrv.query.store.tier.Tiers;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveSiteTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** With so many queries at once, the database's driver cannot be made. */
  private static final int BROKEN = 17;

  private static final String MAPPING =
      "{\"source_pattern\":\"plc:(\\\\d+)\",\"measurement\":\"plc\","
          + "\"tags\":[{\"name\":\"unit\",\"index\":1}]}";

  @TempDir Path dir;
  private final HttpClient http = new CheckedClient();
  private final List<QueryConfig> built = new CopyOnWriteArrayList<>();

  /** What {@code GET /storage} answered while a database's tiers were closed. */
  private final List<String> whileClosing = new CopyOnWriteArrayList<>();

  private volatile Runnable whileAnswering = () -> {};

  private FakeConnect connect;
  private LiveSite site;
  private String url;

  private final class FakeParts implements Parts {
    @Override
    public HistoryStore store(QueryConfig settings) {
      if (settings.limits().concurrency() == BROKEN) {
        throw new IllegalStateException("no such driver");
      }
      built.add(settings);
      return new FakeStore(
          () -> {
            whileAnswering.run();
            return new HistoryAnswer(List.of(), false);
          });
    }

    @Override
    public Optional<Tiers> tiers(QueryConfig settings) {
      return Optional.of(
          new FakeTiers() {
            @Override
            public void close() {
              try {
                whileClosing.add(send("GET", "/storage", "").body());
              } catch (ConnectException e) {
                // The site itself is closed.
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            }
          });
    }

    @Override
    public HealthBoard board(
        QueryConfig settings, HistoryStore store, @Nullable HealthBoard before) {
      return new HealthBoard(
          List.of(new StoreProbe(store, Duration.ofMinutes(1))),
          Map.of(),
          Duration.ofSeconds(5),
          Duration.ofMinutes(1),
          Clock.systemUTC());
    }
  }

  @BeforeEach
  void start() throws Exception {
    connect = new FakeConnect();
    write("query: {concurrency: 5}");
    site = site();
    url = "http://127.0.0.1:" + site.start();
  }

  private LiveSite site() throws Exception {
    return new LiveSite(
        new SiteFile(dir.resolve("hissrv.yml"), Map.of()),
        new FakeParts(),
        "test",
        Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    site.close();
    connect.close();
  }

  private void write(String yaml) throws IOException {
    write("api: {port: 0}", yaml);
  }

  private void write(String api, String yaml) throws IOException {
    replace(
        dir.resolve("hissrv.yml"),
        api + "\nconnect: {url: \"" + connect.url() + "\"}\n" + yaml + "\n");
  }

  /** In one go: the service may look at any moment. */
  private static void replace(Path file, String content) throws IOException {
    Path draft = Files.writeString(file.resolveSibling(file.getFileName() + ".new"), content);
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(Duration.ofMinutes(1))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** The first look at the store may still be under way. */
  private void awaitHealthy() {
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> send("GET", "/health", "").statusCode() == 200);
  }

  private JsonNode status() throws Exception {
    return JSON.readTree(send("GET", "/status", "").body()).path("site");
  }

  @Test
  void changedFile_takesEffectByItself_andABadOneIsRefusedWhole() throws Exception {
    assertThat(status().path("state").asText()).isEqualTo("taken");

    write("query: {concurrency: 7}");
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> built.get(built.size() - 1).limits().concurrency() == 7);

    write("query: {max_rows: 70000, max_row: 1}");
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> status().path("state").asText().equals("refused"));
    assertThat(status().path("problems").get(0).asText())
        .isEqualTo(
            dir.resolve("hissrv.yml")
                + ":3:26: query.max_row: unknown key; did you mean query.max_rows?");
    assertThat(built).hasSize(2);
    awaitHealthy();
    assertThat(send("GET", "/metrics", "").body()).contains("\nhissrv_site_file_refused 1");
  }

  /** Kubernetes may swap the file in the seconds in which the service starts. */
  @Test
  void fileThatChangesBetweenReadingAndListening_isTaken() throws Exception {
    site.close();
    site = site();
    write("query: {concurrency: 7}");
    url = "http://127.0.0.1:" + site.start();
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> built.get(built.size() - 1).limits().concurrency() == 7);
  }

  /** As a secret that Kubernetes or a vault's agent renews; hissrv.yml itself stays as it is. */
  @Test
  void renewedSecret_takesEffectByItself_andAlsoOneThatWasMissing() throws Exception {
    Path secrets = dir.resolve("secrets.properties");
    String file =
        "influxdb: {version: 1, username: u, password: \"${file:" + secrets + ":password}\"}";
    write(file);
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> status().path("state").asText().equals("refused"));
    for (String password : List.of("first", "second")) {
      replace(secrets, "password=" + password);
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () ->
                  password.equals(
                      built.get(built.size() - 1).store().texts().get("store.influxdb1.password")));
      // The store is made first, the state told when all is made.
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> status().path("state").asText().equals("taken"));
    }
  }

  /** As by a full disk: its tokens and alerts must not go with it. */
  @Test
  void emptiedFile_isRefused_andWhatWasBeforeStays() throws Exception {
    assertThat(send("GET", "/metrics", "").body()).contains("\nhissrv_site_file_refused 0");
    Files.writeString(dir.resolve("hissrv.yml"), "");
    HttpResponse<String> refused = send("POST", "/reload", "");
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.body()).contains("is empty");
    assertThat(built).hasSize(1);
  }

  /** Nobody reads the log: a service that starts by this file now would end at once. */
  @Test
  void fileThatBreaksWhatIsMadeOfIt_isRefused_andToldAsSuch() throws Exception {
    write("query: {concurrency: " + BROKEN + "}");
    HttpResponse<String> refused = send("POST", "/reload", "");
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.body()).contains("cannot be taken").contains("no such driver");
    assertThat(status().path("state").asText()).isEqualTo("refused");
    assertThat(send("GET", "/metrics", "").body()).contains("\nhissrv_site_file_refused 1");
    write("query: {concurrency: 7}");
    assertThat(send("POST", "/reload", "").statusCode()).isEqualTo(200);
    assertThat(built.get(built.size() - 1).limits().concurrency()).isEqualTo(7);
  }

  /** The file as it is, which nothing else would have read again. */
  @Test
  void hangup_readsTheFileAtOnce() throws Exception {
    // A JVM that was started with the signal ignored, as by nohup, leaves it so.
    assumeThat(ignoresHangup()).as("SIGHUP is ignored here").isFalse();
    String before = status().path("read").asText();

    int sent =
        new ProcessBuilder("kill", "-HUP", String.valueOf(ProcessHandle.current().pid()))
            .start()
            .waitFor();

    assertThat(sent).isZero();
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> !status().path("read").asText().equals(before));
    assertThat(status().path("state").asText()).isEqualTo("taken");
  }

  private static boolean ignoresHangup() throws IOException {
    Path status = Path.of("/proc/self/status");
    return Files.exists(status)
        && Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .anyMatch(
                line ->
                    (Long.parseUnsignedLong(line.substring(line.indexOf(':') + 1).strip(), 16) & 1)
                        != 0);
  }

  @Test
  void reload_answersHowItEnded() throws Exception {
    write("query: {max_rows: 1000}\nhealth: {interval: 1s}");
    // 10000 rows by default are more than at most 1000.
    HttpResponse<String> refused = send("POST", "/reload", "");
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.body()).contains("needs at most query.max.rows");

    write("health: {interval: 1s}");
    assertThat(send("POST", "/reload", "").statusCode()).isEqualTo(200);
    assertThat(built.get(built.size() - 1).checks().interval()).isEqualTo(Duration.ofSeconds(1));

    Files.writeString(dir.resolve("hissrv.yml"), "api: {port: 1}\n");
    assertThat(send("POST", "/reload", "").body())
        .contains("api.port, api.threads and api.cors_origins take effect after a restart");
    awaitHealthy();
  }

  @Test
  void changing_isForCallersOnThisMachineOnly() throws Exception {
    for (String header : List.of("X-Forwarded-For", "Origin")) {
      assertThat(send("POST", "/reload", "", header, "http://a").statusCode()).isEqualTo(403);
      assertThat(send("PUT", "/mappings/a", MAPPING, header, "http://a").statusCode())
          .isEqualTo(403);
      assertThat(send("DELETE", "/mappings/a", "", header, "http://a").statusCode()).isEqualTo(403);
    }
    // A page of ours, in a browser on this machine.
    assertThat(send("POST", "/reload", "", "Origin", url).statusCode()).isEqualTo(200);
  }

  @Test
  void tokenToWrite_changesFromAnywhere_andIsTakenFromAChangedFile() throws Exception {
    write("api: {port: 0, write_tokens: [write-token-of-this-site]}", "");
    assertThat(send("POST", "/reload", "").statusCode()).isEqualTo(200);

    String[] proxied = {"X-Forwarded-For", "10.0.0.1", "Origin", "http://a"};
    String[] shown = {
      "X-Forwarded-For", "10.0.0.1", "Authorization", "Bearer write-token-of-this-site"
    };
    for (String path : List.of("/reload", "/sync", "/connectors/sink/restart")) {
      HttpResponse<String> refused = send("POST", path, "", proxied);
      assertThat(refused.statusCode()).as(path).isEqualTo(401);
      assertThat(refused.headers().firstValue("WWW-Authenticate")).isPresent();
      assertThat(send("POST", path, "", shown).statusCode()).as(path).isIn(200, 404, 503);
    }
    assertThat(send("PUT", "/mappings/a", MAPPING, proxied).statusCode()).isEqualTo(401);
    assertThat(send("PUT", "/mappings/a", MAPPING, shown).statusCode()).isEqualTo(200);
    assertThat(send("GET", "/mappings", "", proxied).statusCode()).isEqualTo(200);
    // On this machine, too: a proxy here need not say that it is one.
    assertThat(send("POST", "/reload", "").statusCode()).isEqualTo(401);
    assertThat(send("POST", "/reload", "", "Origin", url).statusCode()).isEqualTo(401);

    write("api: {port: 0, read_tokens: short}", "");
    HttpResponse<String> bad = send("POST", "/reload", "", shown);
    assertThat(bad.statusCode()).isEqualTo(422);
    assertThat(bad.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(bad.body())
        .contains("api.read_tokens", "needs tokens of at least 16", "\"state\":\"refused\"");
  }

  @Test
  void whatFailed_isStartedAgain() throws Exception {
    connect.connectors.put("hissrv-influx-sink", Map.of());
    assertThat(send("POST", "/connectors/sink/restart", "").body())
        .isEqualTo(
            "{\"connector\":\"hissrv-influx-sink\",\"state\":\"nothing_failed\","
                + "\"connector_restarted\":false,\"tasks_restarted\":[]}");
    connect.failing.put("hissrv-influx-sink", "boom");
    connect.rebalancing.set(2);
    assertThat(send("POST", "/connectors/hissrv-influx-sink/restart", "").body())
        .contains("\"state\":\"restarted\"", "\"tasks_restarted\":[0]");
    assertThat(connect.changes)
        .contains("POST /connectors/hissrv-influx-sink/tasks/0/restart")
        .doesNotContain("POST /connectors/hissrv-influx-sink/restart");
    assertThat(connect.failing).isEmpty();

    HttpResponse<String> absent = send("POST", "/connectors/source/restart", "");
    assertThat(absent.statusCode()).isEqualTo(404);
    assertThat(absent.body()).contains("Kafka Connect has no connector hissrv-redis-source");
    connect.connectors.put("somebody-elses", Map.of());
    HttpResponse<String> foreign = send("POST", "/connectors/somebody-elses/restart", "");
    assertThat(foreign.statusCode()).isEqualTo(404);
    assertThat(foreign.body()).contains("not one of ours");
    assertThat(connect.changes.toString()).doesNotContain("somebody");
    connect.close();
    HttpResponse<String> away = send("POST", "/connectors/sink/restart", "");
    assertThat(away.statusCode()).isEqualTo(503);
    assertThat(away.body()).contains("\"error\":\"connect\"", "Kafka Connect does not answer");
  }

  @Test
  void mapping_isKeptBesideTheFileAndSubmitted() throws Exception {
    connect.connectors.put(
        "hissrv-redis-source",
        new HashMap<>(Map.of(ConnectorSpec.MARK, "hissrv.yml:hissrv", "poll.interval.ms", "7000")));
    String before = Files.readString(dir.resolve("hissrv.yml"));
    Set<PosixFilePermission> all = PosixFilePermissions.fromString("rw-r--r--");
    Files.setPosixFilePermissions(dir.resolve("hissrv.yml"), all);

    HttpResponse<String> put = send("PUT", "/mappings/plc", MAPPING);
    assertThat(put.body()).isEqualTo("{\"name\":\"plc\",\"state\":\"applied\"}");
    assertThat(connect.connectors.get("hissrv-redis-source"))
        .containsEntry("mappings.plc.pattern", "plc:(\\d+)")
        .containsEntry("mappings.plc.tags", "unit:$1")
        .containsEntry("poll.interval.ms", "7000");
    assertThat(Files.readString(dir.resolve("hissrv.yml"))).isEqualTo(before);
    assertThat(Files.getPosixFilePermissions(dir.resolve("hissrv.mappings.yml")))
        .as("apply reads it as another user")
        .isEqualTo(all);
    JsonNode shown = JSON.readTree(send("GET", "/mappings", "").body()).path("mappings").path(0);
    assertThat(shown.path("from").asText()).isEqualTo("runtime");
    assertThat(shown.path("mapping").path("measurement").asText()).isEqualTo("plc");

    assertThat(send("DELETE", "/mappings/plc", "").statusCode()).isEqualTo(204);
    assertThat(connect.connectors.get("hissrv-redis-source")).doesNotContainKey("mappings");
    assertThat(send("DELETE", "/mappings/plc", "").statusCode()).isEqualTo(404);
  }

  @Test
  void badMapping_isRefusedAndNotKept() throws Exception {
    HttpResponse<String> unknown =
        send("PUT", "/mappings/a", "{\"source_patern\":\"a:.*\",\"measurement\":\"m\"}");
    assertThat(unknown.statusCode()).isEqualTo(422);
    assertThat(unknown.body()).contains("did you mean source_pattern?");

    connect.mistakes.put("mappings.a.pattern", "is too slow");
    connect.connectors.put(
        "hissrv-redis-source", new HashMap<>(Map.of(ConnectorSpec.MARK, "hissrv.yml:hissrv")));
    assertThat(send("PUT", "/mappings/a", MAPPING).body()).contains("is too slow");
    assertThat(Files.exists(dir.resolve("hissrv.mappings.yml"))).isFalse();
  }

  /** As a full disk leaves it: what it held must not be written over by the one that is new. */
  @Test
  void mapping_isNotKeptInAnEmptiedFile() throws Exception {
    Path overlay = dir.resolve("hissrv.mappings.yml");
    assertThat(send("PUT", "/mappings/plc", MAPPING).statusCode()).isEqualTo(200);
    Files.writeString(overlay, "");
    HttpResponse<String> put = send("PUT", "/mappings/a", MAPPING);
    assertThat(put.statusCode()).isEqualTo(422);
    assertThat(put.body()).contains("is empty; restore it, or delete it");
    assertThat(send("DELETE", "/mappings/plc", "").statusCode()).isEqualTo(422);
    assertThat(overlay).isEmptyFile();
  }

  @Test
  void mappingOfTheFile_isRemovedThere() throws Exception {
    write("mappings:\n  - {source_pattern: \"a:(.+)\", measurement: m}");
    HttpResponse<String> delete = send("DELETE", "/mappings/m1", "");
    assertThat(delete.statusCode()).isEqualTo(409);
    assertThat(delete.body()).contains("remove it there");
  }

  @Test
  void alerts_areTakenFromAChangedFile_shownAndTested() throws Exception {
    assertThat(JSON.readTree(send("GET", "/alerts", "").body()).path("alerts")).isEmpty();

    write(
        "health: {interval: 1s}\nalerts:\n- {name: down, condition: stuck(store) >= 0s, level:"
            + " critical, url: \""
            + connect.url()
            + "/hook?token=t0p\"}");
    assertThat(send("POST", "/reload", "").statusCode()).isEqualTo(200);
    await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                JSON.readTree(send("GET", "/alerts", "").body())
                    .path("alerts")
                    .path(0)
                    .path("state")
                    .asText()
                    .equals("raised"));
    // The worker of this test has no such call.
    HttpResponse<String> tested = send("POST", "/alerts/down/test", "");
    assertThat(tested.statusCode()).isEqualTo(502);
    assertThat(tested.body()).contains("answered 404").doesNotContain("t0p");
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () ->
                assertThat(send("GET", "/health", "").body())
                    .contains("\"alerts\"")
                    .contains("down cannot be told")
                    .doesNotContain("t0p"));
    assertThat(send("POST", "/alerts/none/test", "").statusCode()).isEqualTo(404);
    assertThat(send("POST", "/alerts/down/test", "", "X-Forwarded-For", "10.0.0.1").statusCode())
        .isEqualTo(403);

    write("alerts: [{name: down, condition: stock > 5m, url: \"http://a\"}]");
    HttpResponse<String> refused = send("POST", "/reload", "");
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.body()).contains("unknown figure stock; there are failed_count");

    write("query: {concurrency: 5}");
    assertThat(send("POST", "/reload", "").statusCode()).isEqualTo(200);
    assertThat(JSON.readTree(send("GET", "/alerts", "").body()).path("alerts")).isEmpty();
  }

  /** To the millisecond, as it is kept. */
  private Instant raisedSince() throws Exception {
    List<String> since = new ArrayList<>();
    await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> {
              JsonNode alert =
                  JSON.readTree(send("GET", "/alerts", "").body()).path("alerts").path(0);
              since.add(alert.path("since").asText());
              return alert.path("state").asText().equals("raised");
            });
    return Instant.parse(since.get(since.size() - 1)).truncatedTo(ChronoUnit.MILLIS);
  }

  /** What was kept without Kafka is older than what Kafka keeps. */
  @Test
  void alertsWithoutKafka_goOnAcrossAChange_butNotWithWhatWasKeptBeforeKafka() throws Exception {
    String alert =
        "health: {interval: 1s}\nalerts:\n- {name: down, condition: stuck(store) >= 0s, level: %s,"
            + " url: \"http://127.0.0.1:1/\"}";
    write(alert.formatted("critical"));
    assertThat(send("POST", "/reload", "").statusCode()).isEqualTo(200);
    Instant since = raisedSince();
    write(alert.formatted("warning"));
    assertThat(send("POST", "/reload", "").statusCode()).isEqualTo(200);
    assertThat(raisedSince()).isEqualTo(since);
    write("kafka: {bootstrap_servers: \"127.0.0.1:1\"}\n" + alert.formatted("warning"));
    assertThat(send("POST", "/reload", "").statusCode()).isEqualTo(200);
    write(alert.formatted("warning"));
    assertThat(send("POST", "/reload", "").statusCode()).isEqualTo(200);
    assertThat(raisedSince()).isAfter(since);
  }

  /** Taking a changed file can last as long as health.timeout; metrics are asked for meanwhile. */
  @Test
  void connect_isToldWhileAChangedFileIsTaken() throws Exception {
    LiveSite taking = site;
    synchronized (taking) {
      QueryConfig.Connect told =
          CompletableFuture.supplyAsync(taking::connect).get(20, TimeUnit.SECONDS);
      assertThat(told.urls()).hasSize(1);
    }
  }

  /** The old one takes seconds to end; nobody is answered from what it knows meanwhile. */
  @Test
  void changedStorage_isInPlaceBeforeTheOldOneEnds() throws Exception {
    write("retention: {policies: [{name: realtime, duration: 7d}]}");
    assertThat(send("POST", "/reload", "").statusCode()).isEqualTo(200);
    assertThat(send("GET", "/storage", "").body()).contains("\"duration\":\"7d\"");

    write("retention: {policies: [{name: realtime, duration: 8d}]}");
    assertThat(send("POST", "/reload", "").statusCode()).isEqualTo(200);
    await().atMost(Duration.ofMinutes(1)).until(() -> whileClosing.size() == 1);
    assertThat(whileClosing.get(0)).contains("\"duration\":\"8d\"");
  }

  /** A question that was being answered from a copy got 503: the database cannot be reached. */
  @Test
  void changedStorage_letsRequestsReadFromTheOldCopiesToTheirEnd() throws Exception {
    write("retention: {policies: [{name: realtime, duration: 7d}]}");
    assertThat(send("POST", "/reload", "").statusCode()).isEqualTo(200);
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    whileAnswering =
        () -> {
          asked.countDown();
          try {
            assertThat(go.await(1, TimeUnit.MINUTES)).isTrue();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };
    CompletableFuture<Integer> status =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return send("GET", "/query?measurement=m", "").statusCode();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    assertThat(asked.await(1, TimeUnit.MINUTES)).isTrue();

    write("retention: {policies: [{name: realtime, duration: 8d}]}");
    assertThat(send("POST", "/reload", "").statusCode()).isEqualTo(200);
    assertThat(whileClosing).isEmpty();
    go.countDown();
    assertThat(status.get(1, TimeUnit.MINUTES)).isEqualTo(200);
    await().atMost(Duration.ofMinutes(1)).until(() -> whileClosing.size() == 1);
  }

  @Test
  void sync_whatCannotBeAsked_isRefusedWithWhatIsMissing() throws Exception {
    HttpResponse<String> noKafka = send("POST", "/sync", "");
    assertThat(noKafka.statusCode()).isEqualTo(503);
    assertThat(noKafka.body()).contains("kafka.bootstrap_servers is not set");
    assertThat(send("POST", "/sync?timeout=soon", "").body())
        .contains("\\\"soon\\\" cannot be used: needs a duration such as 30s");
    assertThat(send("POST", "/sync?timeout=2m", "").statusCode()).isEqualTo(400);
    assertThat(send("POST", "/sync", "", "Origin", "http://evil.example").statusCode())
        .isEqualTo(403);
    assertThat(send("POST", "/sync", "", "Origin", url).statusCode()).isEqualTo(503);
    assertThat(send("GET", "/sync", "").statusCode()).isEqualTo(405);
  }

  private static List<String> refusal(int status, String... parts) {
    List<String> all = new ArrayList<>(List.of("\"status\":" + status));
    all.addAll(List.of(parts));
    return all;
  }

  /** What is asked, and what its refusal has to tell. */
  private record Asked(String method, String path, String body, List<String> told) {}

  private static Asked asked(String call, String body, int status, String... parts) {
    String[] words = call.split(" ", 2);
    return new Asked(words[0], words[1], body, refusal(status, parts));
  }

  private static String parameter(String name) {
    return "\"parameter\":\"" + name + "\"";
  }

  /** What means nothing was taken for right, and did nothing. */
  @Test
  void bodiesAndParameters_thatMeanNothing_areRefusedByTheirNames() throws Exception {
    String apply = "POST /storage/apply";
    String backfill = "POST /storage/backfill";
    String none = "no member but ";
    for (Asked one :
        List.of(
            asked(apply, "", 400, parameter("body"), "policy, duration"),
            asked(apply, "{", 400, parameter("body"), "line 1, column "),
            asked(apply, "policy=realtime", 400, parameter("body"), "line 1"),
            asked(apply, "[1]", 400, parameter("body"), "a JSON object of policy, duration"),
            asked(apply, "null", 400, parameter("body")),
            asked(apply, "{\"policy\":{},\"duration\":\"7d\"}", 400, parameter("policy")),
            asked(apply, "{\"policy\":\"a\",\"duration\":null}", 400, parameter("duration")),
            asked(
                apply,
                "{\"policy\":\"a\",\"duration\":\"7d\",\"force\":true}",
                400,
                parameter("force"),
                none + "policy, duration"),
            asked(
                apply,
                "{\"policy\":\"a\",\"policy\":\"b\",\"duration\":\"7d\"}",
                400,
                parameter("body")),
            asked(apply, "{\"policy\":\"a\",\"duration\":\"7d\"} {}", 400, parameter("body")),
            asked(apply + "?force=1", "{}", 400, parameter("force"), "this call has none"),
            asked(
                backfill,
                "{\"task\":\"a\",\"start\":\"soon\",\"end\":\"now\"}",
                400,
                parameter("start"),
                "\"value\":\"soon\""),
            asked(
                backfill,
                "{\"task\":\"a\",\"start\":1e300,\"end\":\"now\"}",
                400,
                parameter("start")),
            asked(
                backfill,
                "{\"task\":\"a\",\"from\":\"now-1d\",\"end\":\"now\"}",
                400,
                parameter("from"),
                none + "task, start, end"),
            asked("DELETE /storage/backfill/x?now=1", "", 400, parameter("now")),
            asked("DELETE /storage/backfill/x", "{}", 400, parameter("body")),
            asked("GET /storage?policy=realtime", "", 400, parameter("policy")),
            asked("POST /sync?wait=5s", "", 400, parameter("wait"), "no parameter but timeout"),
            asked("POST /sync?timeout=5s&timeout=6s", "", 400, parameter("timeout"), "one value"),
            asked("POST /sync", "{\"timeout\":\"5s\"}", 400, parameter("body"), "?timeout=30s"),
            asked("POST /sync?timeout=61s", "", 400, parameter("timeout"), "from 100ms to 60s"),
            asked("POST /sync?timeout=0s", "", 400, parameter("timeout"), "from 100ms to 60s"),
            asked("POST /sync?timeout=-5s", "", 400, parameter("timeout"), "from 100ms to 60s"),
            asked("POST /sync?timeout=999999d", "", 400, parameter("timeout")),
            asked(apply, "x".repeat(70_000), 413, "at most 65536 bytes", parameter("body")))) {
      HttpResponse<String> answer = send(one.method(), one.path(), one.body());
      assertThat(answer.headers().firstValue("Content-Type"))
          .as(one + ": " + answer.body())
          .contains("application/problem+json");
      assertThat(answer.body()).as(one.toString()).contains(one.told());
    }
    for (String type : List.of("application/json; charset=utf-16", "text/plain;charset=none")) {
      assertThat(send("POST", "/storage/apply", "{}", "Content-Type", type).body())
          .contains("\"status\":400", parameter("Content-Type"), "charset=utf-8");
    }
    assertThat(send("POST", "/storage/apply", "{}", "Content-Encoding", "gzip").body())
        .contains("\"status\":400", parameter("Content-Encoding"));
    assertThat(
            send("POST", "/storage/apply", "{}", "Content-Type", "application/json;charset=UTF-8")
                .body())
        .contains(parameter("policy"));
  }

  /** Whatever comes, nothing breaks: it is refused as what the caller did. */
  @Test
  void anyBodies_areRefusedAsTheCallers() throws Exception {
    Random random = new Random(19);
    List<String> pieces =
        List.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"policy\"",
            "\"duration\"",
            "\"task\"",
            "\"start\"",
            "\"end\"",
            "\"7d\"",
            "1e999",
            "-0",
            "null",
            "true",
            "\"\\ud800\"",
            "\u0000",
            "\ud83d",
            "\"now\"",
            "9223372036854775808",
            " ",
            "\n",
            "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
            "/*",
            "\"");
    for (int i = 0; i < 300; i++) {
      StringBuilder body = new StringBuilder();
      for (int j = random.nextInt(12); j >= 0; j--) {
        body.append(pieces.get(random.nextInt(pieces.size())));
      }
      String path =
          List.of("/storage/apply", "/storage/backfill", "/sync", "/raw").get(random.nextInt(4));
      HttpResponse<String> answer = send("POST", path, body.toString());
      assertThat(answer.statusCode()).as(path + " " + body).isBetween(400, 404);
    }
  }
}
