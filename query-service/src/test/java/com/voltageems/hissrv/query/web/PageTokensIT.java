package com.voltageems.hissrv.query.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.ConnectProbe;
import com.voltageems.hissrv.query.health.HealthBoard;
import com.voltageems.hissrv.query.http.QueryServer;
import com.voltageems.hissrv.query.site.FakeConnect;
import com.voltageems.hissrv.query.site.connect.ConnectorRoutes;
import com.voltageems.hissrv.query.site.connect.FailedRestarts;
import com.voltageems.hissrv.query.store.FakeStore;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.testkit.RequiresServer;
import com.voltageems.hissrv.testkit.RequiresServer.Server;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.WebElement;

/** The page before a service that asks for tokens itself, with a task that failed. */
@RequiresServer(Server.CHROMEDRIVER)
class PageTokensIT {
  private static final String READ = "read-token-of-this-site";
  private static final String WRITE = "write-token-of-this-site";
  private static final String SINK = "hissrv-influx-sink";

  private static FakeConnect connect;
  private static HealthBoard health;
  private static QueryServer server;
  private static String here;
  private static Gate gate;
  private static Browser browser;

  @BeforeAll
  static void start(@TempDir Path dir) throws Exception {
    connect = new FakeConnect();
    connect.connectors.put(SINK, Map.of());
    QueryConfig config =
        QueryConfig.of(
            Map.of(
                "http.port",
                "0",
                "http.token.read",
                READ,
                "http.token.write",
                WRITE,
                "connect.url",
                connect.url(),
                "connect.ask.workers",
                "false"));
    health =
        new HealthBoard(
            List.of(new ConnectProbe(config.connect(), Duration.ofSeconds(3))),
            Map.of(),
            Duration.ofSeconds(1),
            Duration.ofSeconds(3),
            Clock.systemUTC());
    health.start();
    server =
        new QueryServer(
            config,
            new FakeStore(() -> new HistoryAnswer(List.of(), false)),
            health,
            "test",
            Clock.systemUTC(),
            new ConnectorRoutes(config::connect, new FailedRestarts(config::connect)));
    here = "http://127.0.0.1:" + server.start();
    gate = new Gate(here);
    browser = new Browser("en-GB", dir);
  }

  @AfterAll
  static void stop() {
    browser.close();
    gate.close();
    server.close();
    health.close();
    connect.close();
  }

  @BeforeEach
  void taskFails() {
    connect.failing.put(SINK, "org.apache.kafka.connect.errors.ConnectException: boom");
  }

  @Test
  void elsewhere_oneTokenReads_andAnotherRestarts() {
    browser.openOnly(gate.url() + "/#/pipeline");
    browser.find(".notice input").sendKeys("not-the-right-token");
    browser.click("Use");
    browser.until("document.querySelector('.notice input').value === ''");
    browser.find(".notice input").sendKeys(READ);
    browser.click("Use");
    browser.ready(1);
    assertThat(browser.text()).contains("boom");

    browser.click("Restart what failed");
    browser.until("document.querySelector('.action .notice input')");
    WebElement field = browser.find(".action .notice input");
    field.sendKeys(WRITE.substring(0, 5));
    browser.ready(2);
    // Looks go on meanwhile, and what is typed stays.
    field.sendKeys(WRITE.substring(5));
    assertThat(browser.accessibilityFindings()).isEmpty();
    browser.click("Use");
    browser.until("document.body.innerText.includes('Restarted')");
    assertThat(connect.changes).contains("POST /connectors/" + SINK + "/tasks/0/restart");
    browser.until("!document.body.innerText.includes('boom')");
    browser.until("!document.body.innerText.includes('Restart what failed')");
    browser.script("sessionStorage.clear()");
  }

  @Test
  void onThisMachine_itNeedsTheTokenToo_andOneThatWritesReads() {
    browser.openOnly(here + "/#/pipeline");
    browser.find(".notice input").sendKeys(WRITE);
    browser.click("Use");
    browser.ready(1);
    browser.click("中文");
    browser.until("document.body.innerText.includes('重启失败的部分')");
    browser.click("重启失败的部分");
    browser.until("document.body.innerText.includes('已重新启动')");
    browser.script("sessionStorage.clear(); localStorage.clear()");
  }
}
