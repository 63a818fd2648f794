package com.voltageems.hissrv.query.site.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.HealthBoard;
import com.voltageems.hissrv.query.health.SettableClock;
import com.voltageems.hissrv.query.health.store.ShownMemory;
import com.voltageems.hissrv.query.health.store.StoreProbe;
import com.voltageems.hissrv.query.openapi.CheckedClient;
import com.voltageems.hissrv.query.sample.MemoryStore;
import com.voltageems.hissrv.query.site.SiteFile;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.tier.FakeTiers;
import com.voltageems.hissrv.query.store.tier.Place;
import com.voltageems.hissrv.query.store.tier.Tiers;
import com.voltageems.hissrv.query.store.tier.Wish;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a service knows does not end with a changed file, and no part of it stays behind. */
class ReloadedSiteTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DATABASE = "influxdb: {version: 1, username: u, password: first}\n";

  /** With such a timeout the board cannot be made. */
  private static final Duration BROKEN = Duration.ofSeconds(47);

  private static final String OLD = "/query?measurement=meter&range=30d&interval=1d";

  @TempDir Path dir;
  private final HttpClient http = new CheckedClient();
  private final SettableClock clock = new SettableClock();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger opened = new AtomicInteger();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final List<String> whileLooking = new CopyOnWriteArrayList<>();
  private volatile boolean asksWhileLooking;
  private volatile MemoryStore database = new MemoryStore(1_000);
  private HttpServer receiver;
  private LiveSite site;
  private String url;

  private final class OneDatabase implements Parts {
    @Override
    public HistoryStore store(QueryConfig settings) {
      open.incrementAndGet();
      opened.incrementAndGet();
      return (HistoryStore)
          Proxy.newProxyInstance(
              HistoryStore.class.getClassLoader(),
              new Class<?>[] {HistoryStore.class},
              (self, method, arguments) -> {
                if (method.getName().equals("close")) {
                  open.decrementAndGet();
                }
                try {
                  return method.invoke(database, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }

    @Override
    public Optional<Tiers> tiers(QueryConfig settings) {
      return Optional.of(
          new FakeTiers() {
            @Override
            public List<Place> places(Wish wish, Deadline deadline) {
              if (asksWhileLooking) {
                asksWhileLooking = false;
                try {
                  whileLooking.add(send("GET", OLD).body());
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              }
              Duration keep = Duration.ofDays(7);
              return List.of(new Place("autogen", true, keep, Duration.ofDays(1), 1, null));
            }
          });
    }

    @Override
    public HealthBoard board(
        QueryConfig settings, HistoryStore store, @Nullable HealthBoard before) {
      if (settings.checks().timeout().equals(BROKEN)) {
        throw new IllegalStateException("no such board");
      }
      StoreProbe probe =
          new StoreProbe(
              store,
              Duration.ofMinutes(1),
              ShownMemory.NONE,
              clock,
              before == null ? null : before.probe(StoreProbe.class).orElse(null));
      return new HealthBoard(
          List.of(probe),
          Map.of(),
          Duration.ofMillis(50),
          Duration.ofMinutes(1),
          Clock.systemUTC());
    }
  }

  @BeforeEach
  void start() throws Exception {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          told.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    receiver.start();
    write(DATABASE);
    site =
        new LiveSite(
            new SiteFile(dir.resolve("hissrv.yml"), Map.of()),
            new OneDatabase(),
            "test",
            Clock.systemUTC());
    url = "http://127.0.0.1:" + site.start();
  }

  @AfterEach
  void stop() {
    site.close();
    receiver.stop(0);
    await().atMost(Duration.ofMinutes(1)).until(() -> open.get() == 0);
  }

  /** In one go: the service may look at any moment. */
  private void write(String yaml) throws IOException {
    Path file = dir.resolve("hissrv.yml");
    Path draft = Files.writeString(dir.resolve("draft"), "api: {port: 0}\n" + yaml);
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private HttpResponse<String> send(String method, String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(Duration.ofMinutes(1))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private void reload(String yaml) throws Exception {
    write(yaml);
    assertThat(send("POST", "/reload").statusCode()).isEqualTo(200);
  }

  private JsonNode store() throws Exception {
    return JSON.readTree(send("GET", "/status").body()).path("store");
  }

  /**
   * A device got a name, and the service forgot that the database had lost its data: all was green,
   * and the copies were closed without what was to be written again.
   */
  @Test
  void lostData_isToldOnAfterAnyChange() throws Exception {
    database.write(
        "meter", Map.of("ch", "1"), clock.instant().toEpochMilli() * 1000, Map.of("v", 1.0));
    clock.pass(Duration.ofMinutes(1));
    await().atMost(Duration.ofMinutes(1)).until(() -> store().path("state").asText().equals("up"));
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () -> {
              // Each look counts from the one before.
              clock.pass(Duration.ofMinutes(1));
              database = new MemoryStore(1_000);
              assertThat(store().path("message").asText()).contains("is gone");
            });
    String noticed = store().path("message").asText().replaceAll(".*(noticed [^)]*).*", "$1");
    clock.pass(Duration.ofMinutes(20));

    for (String change :
        List.of(
            DATABASE + "site: {channels: {1001: {name: Meter}}}\n",
            DATABASE + "query: {max_rows: 50000}\n",
            DATABASE + "health: {interval: 1s}\n",
            DATABASE + "query: {concurrency: 7}\n",
            DATABASE.replace("first", "second"))) {
      reload(change);
      assertThat(store().path("state").asText()).as(change).isEqualTo("degraded");
      assertThat(store().path("message").asText()).as(change).contains("is gone", noticed);
    }
    // Another database is another matter.
    reload(DATABASE.replace("{", "{database: other, "));
    assertThat(store().path("state").asText()).isEqualTo("up");
  }

  /** Its connections, and what was seen of them. */
  @Test
  void databaseThatStays_isNotOpenedAgain() throws Exception {
    reload(DATABASE + "query: {max_rows: 50000}\nsite: {channels: {1001: {name: Meter}}}\n");
    reload(DATABASE + "redis: {url: \"redis://127.0.0.1:1\"}\n");
    assertThat(opened).hasValue(1);
    reload(DATABASE + "query: {concurrency: 7}\n");
    assertThat(opened).hasValue(2);
    await().atMost(Duration.ofMinutes(1)).until(() -> open.get() == 1);
  }

  /** The connections of what had been made were left open. */
  @Test
  void fileOfWhichAPartCannotBeMade_leavesNothingBehind() throws Exception {
    String taken = JSON.readTree(send("GET", "/status").body()).path("site").path("taken").asText();
    write(
        DATABASE.replace("first", "second")
            + "redis: {url: \"redis://127.0.0.1:1\"}\nhealth: {timeout: "
            + BROKEN.toSeconds()
            + "s}\n");
    HttpResponse<String> refused = send("POST", "/reload");
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.body()).contains("no such board");
    JsonNode state = JSON.readTree(send("GET", "/status").body()).path("site");
    assertThat(state.path("state").asText()).isEqualTo("refused");
    assertThat(state.path("taken").asText()).isEqualTo(taken);
    assertThat(opened).hasValue(2);
    assertThat(open).hasValue(1);
  }

  /** An alert went on to carry the zone and the name of before. */
  @Test
  void alertsThatStay_tellTheNewZoneAndName() throws Exception {
    String alerts =
        DATABASE
            + "alerts: [{name: down, condition: stuck > 1d, body: slack, url: \"http://127.0.0.1:"
            + receiver.getAddress().getPort()
            + "/\"}]\n";
    reload(alerts + "site: {timezone: UTC}\n");
    reload(alerts + "site: {timezone: Asia/Shanghai}\nservice: {name: plant2}\n");
    assertThat(send("POST", "/alerts/down/test").statusCode()).isEqualTo(200);
    assertThat(told).hasSize(1);
    assertThat(told.get(0)).contains("plant2", "+08:00");
  }

  /** Until the change was complete they looked like a silence, and stayed so in memory. */
  @Test
  void expiredSamples_areKnownAsSuchAllTheTime() throws Exception {
    database.write("meter", Map.of("ch", "1"), System.currentTimeMillis() * 1000, Map.of("v", 1.0));
    reload(DATABASE + "retention: {policies: [{name: realtime, duration: 7d}]}\n");
    asksWhileLooking = true;
    reload(DATABASE + "retention: {policies: [{name: realtime, duration: 8d}]}\n");
    assertThat(send("GET", OLD).body()).contains("\"expired_before\"");
    await().atMost(Duration.ofMinutes(1)).until(() -> !whileLooking.isEmpty());
    assertThat(whileLooking.get(0)).contains("\"expired_before\"");
  }

  /** Without Kafka; each edit of the alerts told all that were raised again. */
  @Test
  void raisedAlert_isNotToldAgain_andItsEndIsTold() throws Exception {
    String address = "url: \"http://127.0.0.1:" + receiver.getAddress().getPort() + "/\"}";
    String alerts = DATABASE + "health: {interval: 1s}\nalerts:\n";
    String other = "- {name: other, condition: stuck > 1d, " + address + "\n";
    reload(alerts + "- {name: down, condition: stuck(store) >= 0s, " + address + "\n");
    awaitTold("raised");
    reload(alerts + "- {name: down, condition: stuck(store) >= 0s, " + address + "\n" + other);
    awaitTold("raised");
    assertThat(told).hasSize(1);
    reload(alerts + "- {name: down, condition: stuck(store) > 1d, " + address + "\n" + other);
    awaitTold("ok");
    assertThat(told).hasSize(2);
    assertThat(told.get(1)).contains("\"cleared\"");
  }

  private void awaitTold(String state) {
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () -> {
              JsonNode answer = JSON.readTree(send("GET", "/alerts").body());
              assertThat(answer.path("mine").asBoolean()).isTrue();
              JsonNode down = answer.path("alerts").path(0);
              assertThat(down.path("state").asText()).isEqualTo(state);
              assertThat(down.path("untold").asBoolean()).isFalse();
            });
  }
}
