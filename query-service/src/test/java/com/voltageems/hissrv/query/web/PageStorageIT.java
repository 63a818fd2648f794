package com.voltageems.hissrv.query.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.HealthBoard;
import com.voltageems.hissrv.query.http.Extension;
import com.voltageems.hissrv.query.http.QueryServer;
import com.voltageems.hissrv.query.store.FakeStore;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.testkit.RequiresServer;
import com.voltageems.hissrv.testkit.RequiresServer.Server;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page's view of storage over answers as README has them; StorageSiteIT has the calls. */
@RequiresServer(Server.CHROMEDRIVER)
class PageStorageIT {
  private static final String POLICIES =
      """
      [{"name":"realtime","samples":true,"state":"pending",
        "message":"autogen keeps 30d of data; what is older than 7d would be deleted: POST /storage/apply {\\"policy\\":\\"realtime\\",\\"duration\\":\\"7d\\"} does it",
        "wanted":{"duration":"7d","shard_duration":null,"replication":1,"measurements":[]},
        "actual":[{"place":"autogen","exists":true,"duration":"30d","shard_duration":"1d","bytes":64412}],
        "bytes":64412,"confirm":{"policy":"realtime","duration":"7d"}},
       {"name":"hourly","samples":false,"state":"ok","message":null,
        "wanted":{"duration":"365d","shard_duration":null,"replication":1,"measurements":[]},
        "actual":[{"place":"hourly","exists":true,"duration":"365d","shard_duration":"7d","bytes":null}],
        "bytes":null}]
      """;
  private static final String TASKS =
      """
      [{"name":"hourly_avg","source":"realtime","target":"hourly","interval":"1h",
        "aggregations":[{"function":"mean","alias":"avg"},{"function":"max","alias":"max"}],
        "state":"ok","message":null,"computed_until":"2026-11-26T06:00:00Z","behind_s":0,
        "late_data_until":null,"computed":[],"windows":168,"rows":168,"rows_written":120,
        "failures":0,"left_out":["mode"]}]
      """;
  private static final List<String> asked = new CopyOnWriteArrayList<>();
  private static volatile String answer = "";
  private static HealthBoard health;
  private static QueryServer server;
  private static String url;
  private static Browser browser;

  private static final class Answers implements Extension {
    @Override
    public void routes(RoutesConfig routes) {
      routes.get("/storage", context -> context.contentType("application/json").result(answer));
      routes.post("/storage/apply", Answers::note);
      routes.post("/storage/backfill", Answers::note);
      routes.delete("/storage/backfill/{id}", Answers::note);
    }

    private static void note(Context context) {
      asked.add(context.method() + " " + context.path() + " " + context.body());
      context.contentType("application/json").result("{}");
    }

    @Override
    public Map<String, @Nullable Object> status() {
      return Map.of();
    }
  }

  @BeforeAll
  static void start(@TempDir Path dir) throws Exception {
    QueryConfig config = QueryConfig.of(Map.of("http.port", "0"));
    health =
        new HealthBoard(
            List.of(), Map.of(), Duration.ofSeconds(1), Duration.ofSeconds(3), Clock.systemUTC());
    health.start();
    server =
        new QueryServer(
            config,
            new FakeStore(() -> new HistoryAnswer(List.of(), false)),
            health,
            "test",
            Clock.systemUTC(),
            new Answers());
    url = "http://127.0.0.1:" + server.start() + "/#/storage";
    browser = new Browser("en-GB", dir);
  }

  @AfterAll
  static void stop() {
    browser.close();
    server.close();
    health.close();
  }

  @BeforeEach
  void forget() {
    asked.clear();
  }

  private static void answers(String policies, String tasks, String backfills) {
    answer =
        "{\"managed\":true,\"mine\":true,\"message\":null,\"policies\":"
            + policies
            + ",\"tasks\":"
            + tasks
            + ",\"backfills\":"
            + backfills
            + "}";
  }

  @Test
  void policies_areShown_andWhatWouldDeleteWaitsForAClick() {
    answers(POLICIES, "[]", "[]");
    browser.open(url);

    assertThat(browser.text())
        .contains("realtime samples", "30d", "64.4\u202fkB", "waits for confirmation")
        .contains("autogen keeps 30d of data; what is older than 7d would be deleted")
        .doesNotContain("POST")
        .contains("hourly coarser copy", "365d");
    assertThat(browser.accessibilityFindings()).isEmpty();

    browser.script("window.confirm = (text) => { window.asked = text; return false; }");
    browser.click("Delete what is older than 7d");
    browser.until("window.asked");
    assertThat(browser.script("return window.asked"))
        .isEqualTo("Delete everything of realtime that is older than 7d? This cannot be undone.");
    assertThat(asked).isEmpty();
    browser.script("window.confirm = () => true");
    browser.click("Delete what is older than 7d");
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () ->
                assertThat(asked)
                    .containsExactly(
                        "POST /storage/apply {\"policy\":\"realtime\",\"duration\":\"7d\"}"));
    browser.until("document.body.innerText.includes('Done: the database deletes it')");
  }

  @Test
  void backfill_isBegun_watched_andCancelled() {
    answers(POLICIES, TASKS, "[]");
    browser.open(url);
    assertThat(browser.text())
        .contains("hourly_avg", "realtime → hourly", "mean (avg), max", "168")
        .contains("Left out because they are not numbers: mode");

    browser.click("Begin");
    await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(asked).hasSize(1));
    assertThat(asked.get(0))
        .startsWith("POST /storage/backfill {\"task\":\"hourly_avg\",\"start\":\"20")
        .contains("\"end\":\"20");

    answers(
        POLICIES,
        TASKS,
        """
        [{"id":"dc9b6836","task":"hourly_avg","start":"2026-11-21T06:00:00Z",
          "end":"2026-11-26T06:00:00Z","created":"2026-11-26T06:11:58Z","state":"running",
          "at":"2026-11-22T12:00:00Z","progress":0.25,"rows_written":24,"message":null}]
        """);
    browser.until("document.querySelector('progress')?.value === 0.25");
    browser.click("Cancel");
    await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(asked).hasSize(2));
    assertThat(asked.get(1)).isEqualTo("DELETE /storage/backfill/dc9b6836 ");
  }

  @Test
  void serviceThatManagesNothing_saysWhatToDo() {
    answer =
        "{\"managed\":false,\"mine\":false,\"message\":\"hissrv.yml says nothing under retention\","
            + "\"policies\":[],\"tasks\":[],\"backfills\":[]}";
    browser.open(url);

    assertThat(browser.text()).contains("under retention and downsampling");
  }
}
