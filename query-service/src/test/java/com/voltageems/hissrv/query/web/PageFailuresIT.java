package com.voltageems.hissrv.query.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.testkit.RequiresServer;
import com.voltageems.hissrv.testkit.RequiresServer.Server;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every state that is not well says what is happening and what to do. */
@RequiresServer(Server.CHROMEDRIVER)
class PageFailuresIT {
  private static final String VIEW = "/#/explore?r=1h&p=telemetry,channel=1002,type=m,interval=:1";
  private static final String HTML = "<!doctype html><title>502 Bad Gateway</title><h1>nginx</h1>";
  private static final String AWAY =
      "{\"error\":\"store_unavailable\",\"message\":\"the database gives no answer that can be used\"}";

  private static MadeUpSite site;
  private static Gate gate;
  private static Browser browser;

  @BeforeAll
  static void start(@TempDir Path dir) throws Exception {
    site = new MadeUpSite(dir.resolve("questdb"), Instant.now());
    gate = new Gate(site.url());
    browser = new Browser("en-GB", dir);
  }

  @AfterAll
  static void stop() {
    browser.close();
    gate.close();
    site.close();
  }

  @BeforeEach
  void works() {
    gate.letThrough();
  }

  @Test
  void proxysHtml_isNamedAsWhatItIs_andThePageGoesOnWhenItIsGone() {
    gate.answer(Gate.ALL, 502, "text/html", HTML, "");
    browser.openOnly(gate.url() + VIEW);

    assertThat(browser.find(".notice").getText())
        .contains("The answer came from", "status 502", "502 Bad Gateway", "proxy")
        .doesNotContain("token '<'");
    gate.letThrough();
    browser.ready(1);
    browser.untilCount(".notice", 0);
  }

  @Test
  void loginPage_withStatus200_isNamedToo() {
    gate.answer(Gate.ALL, 200, "text/html", "<title>Sign in</title>", "");
    browser.openOnly(gate.url() + VIEW);

    assertThat(browser.find(".notice").getText()).contains("Sign in", "sign in there and reload");
  }

  /** What stands in the page itself is then not run, and not applied. */
  @Test
  void proxysOwnPolicy_leavesThePageItsChartAndItsStyle() {
    List<String> unused = browser.complaints(); // of the tests before
    gate.policy("default-src 'self'");
    browser.open(gate.url() + VIEW);

    assertThat(browser.script("return hissrv.plots[0].data[0].length > 100")).isEqualTo(true);
    assertThat(browser.script("return document.querySelector('style').sheet === null"))
        .isEqualTo(true);
    assertThat(
            browser.script(
                "return getComputedStyle(document.querySelector('.u-over')).position === 'absolute'"
                    + " && getComputedStyle(document.documentElement).getPropertyValue('--card')"))
        .isEqualTo("#fff");
    // Its colours are those of the style, not of a chart that was drawn before it.
    assertThat(browser.script("return hissrv.plots[0].axes[0].stroke()")).isEqualTo("#55626f");
    assertThat(browser.complaints()).isNotEmpty().allMatch(one -> one.contains("inline"));
  }

  @Test
  void slowAnswer_isSaidToBeSlow_untilItComes() {
    for (String path : List.of("/catalogue", "/query")) {
      gate.hold(path);
      browser.openOnly(gate.url() + VIEW);

      browser.until("document.body.innerText.includes('Still waiting for the service')");
      assertThat(browser.find(".live").getText()).as(path).isNotEqualTo("Live");
      gate.letThrough();
      browser.ready(1);
      browser.until("!document.body.innerText.includes('Still waiting for the service')");
    }
  }

  @Test
  void unauthorised_offersAToken_andTakesIt() {
    gate.answer(Gate.ALL, 401, "application/json", "{\"message\":\"no token\"}", "s3cret");
    browser.openOnly(gate.url() + VIEW);

    assertThat(browser.find(".notice").getText()).contains("Not allowed", "A token is needed");
    browser.find(".notice input").sendKeys("s3cret");
    browser.click("Use");
    browser.ready(1);
    assertThat(browser.address()).doesNotContain("s3cret");
    browser.script("sessionStorage.clear()");
  }

  @Test
  void databaseAway_keepsTheCurveAndSaysSo_andComesBackByItself() {
    browser.open(gate.url() + VIEW);
    gate.answer("/query", 503, "application/json", AWAY, "");
    browser.script("hissrv.refresh()");

    browser.until("document.querySelector('.panel .notice')");
    assertThat(browser.find(".panel .notice").getText())
        .contains(
            "the database gives no answer that can be used", "Pipeline shows which part is down");
    browser.untilSays(".live", "No answer");
    assertThat(browser.script("return hissrv.plots[0].data[0].length > 100")).isEqualTo(true);
    gate.letThrough();
    browser.until("!document.querySelector('.panel .notice')");
    browser.untilSays(".live", "Live");
  }

  /** The page says that it tries again by itself; so it does, where nothing is live either. */
  @Test
  void pastRangeAndCalendar_comeBackByThemselves() {
    for (String view :
        List.of("/#/explore?r=yesterday&p=" + VIEW.split("p=", 2)[1], "/#/completeness")) {
      gate.answer("/aggregate", 503, "application/json", AWAY, "");
      gate.answer("/completeness", 503, "application/json", AWAY, "");
      browser.openOnly(gate.url() + view);

      assertThat(browser.find(".notice").getText())
          .contains("the database gives no answer that can be used");
      gate.letThrough();
      browser.ready(1);
      browser.until("!document.querySelector('.notice')");
    }
  }

  /** The list of devices, too, and says so once only. */
  @Test
  void listOfDevices_comesBackByItself() {
    gate.answer("/tags", 503, "application/json", AWAY, "");
    browser.open(gate.url() + VIEW);

    browser.until("document.querySelector('.picker .notice')");
    int before = (int) browser.times();
    browser.ready(before + 2);
    browser.untilCount(".picker .notice", 1);
    gate.letThrough();
    browser.until("document.querySelector('.devices input')");
    browser.untilCount(".picker .notice", 0);
  }

  @Test
  void health503_isNoGreenDot() {
    gate.answer(
        "/health",
        503,
        "application/json",
        "{\"status\":\"down\",\"parts\":{\"store\":{\"state\":\"down\",\"message\":\"away\"}}}",
        "");
    browser.openOnly(gate.url() + VIEW);
    browser.until("document.querySelector('.strip li.down')");

    browser.untilSays(".strip", "Database");
    browser.untilSays(".strip", "down");
    browser.untilCount(".strip li.up", 0);
    gate.answer("/health", 503, "text/html", HTML, "");
    browser.until(
        "document.querySelector('.strip').textContent.includes('in front of the service')");
  }

  @Test
  void emptyDatabase_saysThatNothingIsThereYet() {
    gate.answer("/measurements", 200, "application/json", "{\"measurements\":[]}", "");
    browser.openOnly(gate.url() + "/");

    assertThat(browser.find(".hint").getText()).contains("this service reads is still empty");
    browser.untilSays(".strip li.up", "Database");
    // Without Kafka nobody knows whether something waits.
    browser.shows(() -> browser.click("Pipeline"));
    browser.untilSays(".verdict", "the others are not configured");
    gate.letThrough();
    browser.shows(() -> browser.click("Explore"));
  }

  @Test
  void refusedQuery_isToldWithTheServicesWords() {
    browser.openOnly(
        gate.url()
            + "/#/explore?r=2000-01-01T00:00:00Z_2026-01-01T00:00:00Z&p="
            + VIEW.split("p=", 2)[1]);

    browser.until("document.querySelector('.panel .notice')");
    assertThat(browser.find(".panel .notice").getText()).contains("query.max.range", "366 days");
  }

  @Test
  void pipeline_tellsWhatStands_sinceWhen_atWhichRecord_andWhy() {
    gate.answer("/status", 200, "application/json", Statuses.STUCK, "");
    gate.answer("/health", 503, "application/json", Statuses.STUCK_HEALTH, "");
    browser.open(gate.url() + "/#/pipeline");

    assertThat(browser.text())
        .contains("hissrv.pending, partition 1, offset 4711", "HTTP 500: engine is closed")
        .contains("READONLY You can't write against a read only replica.")
        .contains("9\u202f340", "17", "stalled");
    browser.untilCount(".strip li.degraded", 2);
    assertThat(texts(".strip li.degraded")).hasSize(2).allMatch(one -> one.endsWith("stalled"));
    assertThat(source("pending")).startsWith("pending list\tstalled");
    assertThat(source("live")).startsWith("live hash\treading");
    assertThat(browser.accessibilityFindings()).isEmpty();
  }

  /** In one go: what is drawn again and again is gone while one asks for it piece by piece. */
  private static List<String> texts(String selector) {
    Object all =
        browser.script(
            "return [...document.querySelectorAll(arguments[0])]"
                + ".map((one) => one.innerText).join('\\n\\n\\n')",
            selector);
    return List.of(String.valueOf(all).split("\n\n\n", -1));
  }

  /** The row of a source in the view of the pipeline. */
  private static String source(String name) {
    return texts(".tasks tbody tr").stream()
        .filter(row -> row.startsWith(name + " "))
        .findFirst()
        .orElseThrow();
  }

  /** A clock that is off, and an alert that nobody takes, hold nothing up. */
  @Test
  void pipeline_saysOfNothingThatItStandsStill_whereItDoesNot() {
    gate.answer("/status", 200, "application/json", Statuses.IMPAIRED, "");
    gate.answer("/health", 503, "application/json", Statuses.IMPAIRED_HEALTH, "");
    browser.open(gate.url() + "/#/pipeline");

    browser.untilCount(".strip li.degraded", 4);
    assertThat(texts(".strip li.degraded")).allMatch(one -> one.endsWith("degraded"));
    assertThat(texts(".stage-box.degraded .state")).containsExactly("degraded", "degraded");
    // Its last attempt failed a moment ago; and what a task said that is silent is as old as that.
    assertThat(source("live")).startsWith("live hash\tretrying");
    assertThat(source("events")).startsWith("events stream\tlast report");
    assertThat(browser.text()).doesNotContain("stalled");
    browser.click("中文");
    browser.until("document.body.innerText.includes('有异常')");
    assertThat(browser.text()).doesNotContain("停滞 ", "停滞\t");
    browser.click("English");
    browser.script("localStorage.clear()");
  }

  /** Nothing had failed, yet it reads nothing though something waits. */
  @Test
  void sourceThatReadsNothing_isNotSaidToMove() {
    gate.answer("/status", 200, "application/json", Statuses.UNREAD, "");
    browser.open(gate.url() + "/#/pipeline");

    assertThat(source("pending")).startsWith("pending list\tstalled");
    assertThat(texts(".stage-box.degraded .state")).containsExactly("stalled");
  }

  /** What was told before looks as old as it is, and says since when nothing came. */
  @Test
  void serviceAwayUnderAnOpenPage_saysSinceWhen_andNothingLooksAlive() {
    gate.answer("/storage", 200, "application/json", Statuses.STORAGE, "");
    gate.answer("/status", 200, "application/json", Statuses.STUCK, "");
    for (String view : List.of("pipeline", "storage")) {
      browser.open(gate.url() + "/#/" + view);
      browser.untilSays(".strip", "Database");
      gate.answer("/status", 502, "text/html", HTML, "");
      gate.answer("/storage", 502, "text/html", HTML, "");
      gate.answer(Gate.ALL, 502, "text/html", HTML, "");

      browser.untilSays(".notice", "The service last answered at ");
      browser.untilSays(".strip", "The service last answered at ");
      browser.untilSays(".message", "This information is ");
      browser.untilCount(view.equals("pipeline") ? ".tasks.stale" : ".complete.stale", 1);
      if (view.equals("pipeline")) {
        assertThat(texts(".stage-box .state")).hasSize(4).containsOnly("as last received");
        assertThat(browser.all(".stage-box:not(.off)")).isEmpty();
      }
      // Whoever is about to press it can.
      browser.script("document.querySelector('.notice button').focus()");
      long looks = gate.count("/" + (view.equals("pipeline") ? "status" : "storage"));
      await()
          .atMost(Duration.ofMinutes(2))
          .until(
              () -> gate.count("/" + (view.equals("pipeline") ? "status" : "storage")) > looks + 1);
      assertThat(browser.script("return document.activeElement.innerText")).isEqualTo("Try again");
      assertThat(browser.accessibilityFindings()).isEmpty();

      gate.letThrough();
      gate.answer("/storage", 200, "application/json", Statuses.STORAGE, "");
      gate.answer("/status", 200, "application/json", Statuses.STUCK, "");
      browser.untilCount(".stale", 0);
      browser.untilCount(".notice", 0);
    }
  }

  /** Each press asks once, and not for ever after. */
  @Test
  void impatientOperator_doesNotMultiplyTheQuestions() {
    gate.answer(Gate.ALL, 502, "text/html", HTML, "");
    browser.openOnly(gate.url() + VIEW);
    for (int i = 0; i < 8; i++) {
      long before = gate.count("/catalogue");
      browser.find(".notice button");
      browser.script("document.querySelector('.notice button').click()");
      await().atMost(Duration.ofMinutes(2)).until(() -> gate.count("/catalogue") > before);
    }
    browser.find(".notice button");
    gate.letThrough();
    long before = gate.count("/catalogue");
    browser.ready(1);
    long looks = gate.count("/status");
    await().atMost(Duration.ofMinutes(2)).until(() -> gate.count("/status") >= looks + 3);
    assertThat(gate.count("/catalogue") - before).isLessThanOrEqualTo(2);
  }

  /** Four questions to the database at a time are all there are; the state is not one of them. */
  @Test
  void slowDatabase_leavesTheStateOfThePartsAlone() {
    gate.hold("/query");
    StringBuilder view = new StringBuilder("/#/explore?r=1h");
    for (int channel = 1001; channel <= 1004; channel++) {
      view.append("&p=telemetry,channel=").append(channel).append(",type=m,interval=:1");
    }
    browser.openOnly(gate.url() + view + "&p=inst,instance=1,type=M:1");

    browser.untilSays(".strip li.up", "Database");
    long looks = gate.count("/status");
    await().atMost(Duration.ofMinutes(2)).until(() -> gate.count("/status") >= looks + 2);
    gate.letThrough();
    browser.ready(1);
  }

  /** A live chart whose answer does not come is not of now. */
  @Test
  void slowAnswerOfALiveChart_isNotCalledLive() {
    browser.open(gate.url() + VIEW);
    browser.untilSays(".live", "Live");
    gate.hold("/query");

    browser.until("document.querySelector('.live').innerText.startsWith('Loading')");
    // Whoever looks again does not ask again; one more where the first was given up meanwhile.
    long asked = gate.count("/query");
    for (int i = 0; i < 5; i++) {
      browser.script("document.dispatchEvent(new Event('visibilitychange'))");
    }
    long looks = gate.count("/status");
    await().atMost(Duration.ofMinutes(2)).until(() -> gate.count("/status") >= looks + 2);
    assertThat(gate.count("/query") - asked).isLessThan(3);
    gate.letThrough();
    browser.untilSays(".live", "Live");
  }

  /** An answer that takes too long does not mean that a part is down. */
  @Test
  void answerThatTakesTooLong_saysWhatHelps() {
    gate.tooLong(call -> call.getPath().equals("/query"));
    browser.openOnly(gate.url() + VIEW);

    browser.untilSays(".panel .notice", "choose a shorter range or longer windows");
    assertThat(browser.find(".panel .notice").getText()).doesNotContain("which part is down");
  }

  /** Under the name of what was asked for nothing else is drawn, whatever comes and whenever. */
  @Test
  void curvesOfBefore_areNotTakenForThoseOfAnotherDevice() {
    browser.open(gate.url() + VIEW);
    String other = VIEW.substring(1).replace("channel=1002", "channel=1003");
    String more = other.replace(":1", ":1+2");

    // While it is under way the title is that of what is drawn.
    gate.hold("/query", "1003");
    browser.script("location.hash = arguments[0]", other);
    browser.untilSays(".message .hint", "Still waiting for the service");
    assertThat(browser.find(".panel h2").getText()).isEqualTo("PV inverter");
    // Back again; the late answer is for nobody.
    browser.shows(() -> browser.script("location.hash = arguments[0]", VIEW.substring(1)));
    gate.letThrough();
    browser.ready((int) browser.times() + 1);
    assertThat(browser.find(".panel h2").getText()).isEqualTo("PV inverter");
    assertThat(browser.all(".legend tbody tr")).hasSize(1);
    assertThat(browser.cell("PV power", "Last")).isNotEmpty();

    // A failure leaves what is right of it, and nothing else.
    gate.answer("/query", 503, "application/json", AWAY, "");
    browser.script("location.hash = arguments[0]", other);
    browser.untilSays(".panel h2", "Battery");
    browser.untilSays(".panel .notice", "the database gives no answer that can be used");
    assertThat(browser.find(".panel").getDomAttribute("data-lines")).isEqualTo("0");
    assertThat(browser.all(".legend tbody tr")).isEmpty();
    assertThat(browser.script("return Boolean(hissrv.plots[0])")).isEqualTo(false);
    gate.letThrough();
    browser.until("document.querySelectorAll('.legend tbody tr').length === 1");
    gate.answer("/query", 503, "application/json", AWAY, "");
    browser.script("location.hash = arguments[0]", more);
    browser.untilSays(".panel .notice", "the database gives no answer that can be used");
    browser.untilSays(".panel .note", "every point · as last received");
    assertThat(browser.all(".legend tbody tr")).hasSize(1);
    assertThat(browser.find(".panel h2").getText()).isEqualTo("Battery");
  }

  /** Who leaves the calendar does not wait for it elsewhere. */
  @Test
  void calendarThatIsLeft_isNotAskedForAnyMore() {
    browser.open(gate.url() + VIEW);
    gate.hold("/completeness");
    browser.script(
        "const plain = fetch; window.ended = 0;"
            + "window.fetch = (path, how) => {"
            + "  if (path.startsWith('completeness')) {"
            + "    how.signal.addEventListener('abort', () => window.ended++);"
            + "  }"
            + "  return plain(path, how);"
            + "}");
    browser.click("Completeness");
    await().atMost(Duration.ofMinutes(2)).until(() -> gate.count("/completeness") > 0);
    browser.shows(() -> browser.click("Explore"));
    browser.until("window.ended > 0");
  }

  /** The service was changed under an open page: it says so, and reloads when it is told to. */
  @Test
  void serviceOfAnotherVersion_isToldByAnOpenPage() {
    browser.open(gate.url() + VIEW);
    browser.untilSays(".strip li.up", "Database");
    assertThat(browser.all(".strip button")).isEmpty();
    gate.answer(
        "/status", 200, "application/json", "{\"page\":\"0123456789abcdef\"," + Statuses.PLAIN, "");

    browser.untilSays(".strip", "This page is from another version than the service");
    browser.script("window.before = true");
    gate.letThrough();
    browser.script("document.querySelector('.strip button').click()");
    browser.until("!window.before");
    browser.ready(1);
    assertThat(browser.address()).contains("channel=1002");
  }

  /** What is known of the service's own words is Chinese on a Chinese page; the rest is marked. */
  @Test
  void servicesWords_areChinese_whereTheirFormIsKnown() {
    gate.answer("/status", 200, "application/json", Statuses.STUCK, "");
    gate.answer("/health", 503, "application/json", Statuses.STUCK_HEALTH, "");
    browser.open(gate.url() + "/#/pipeline");
    browser.shows(() -> browser.click("中文"));

    assertThat(browser.text())
        .contains("Redis 是只读副本，不能写入（READONLY）", "HTTP 500：原文“engine is closed”");
    browser.until("document.querySelectorAll('.strip li.degraded').length === 2");
    assertThat(browser.all(".strip li.degraded"))
        .extracting(one -> String.valueOf(one.getAttribute("title")))
        .satisfiesExactly(
            one ->
                assertThat(one)
                    .isEqualTo(
                        "hissrv-redis-source task 0：pending 已停滞 5 分（自 2026-01-01 08:00:10）："
                            + "Redis 是只读副本，不能写入（READONLY）；9340 条等待"),
            one ->
                assertThat(one)
                    .contains("hissrv.pending 分区 1 偏移 4711 已停滞 5 分", "原文“engine is closed”")
                    .endsWith("已尝试 17 次，9340 条记录等待"));
    gate.answer("/storage", 503, "application/json", AWAY, "");
    browser.click("存储");
    browser.untilSays(".notice", "服务无法应答（状态 503）：数据库没有给出可用的应答");
    browser.click("English");
    browser.until(
        "document.body.innerText.includes('the database gives no answer that can be used')");
    browser.script("localStorage.clear()");
  }

  @Test
  void pipeline_tellsAlertsAndTheLastDeadLetters() {
    gate.answer("/status", 200, "application/json", Statuses.TROUBLE, "");
    browser.open(gate.url() + "/#/pipeline");

    assertThat(browser.text())
        .contains(
            "Alerts", "sync_failure", "critical", "raised", "failed_count in 1h > 100", "1042")
        .contains("Cannot be delivered: http://alerts answered 500")
        .contains("handled by another service")
        .contains("Last dead letters", "hissrv.live, partition 2, offset 4711")
        .contains("field 'p' is a text");
    assertThat(browser.accessibilityFindings()).isEmpty();

    gate.answer(
        "/sync",
        202,
        "application/json",
        "{\"state\":\"waiting\",\"waiting_for\":[\"task 0: pending is being read\"]}",
        "");
    browser.click("Read Redis now");
    browser.until("document.body.innerText.includes('Not finished yet: task 0: pending')");
  }

  @Test
  void pipeline_tellsWhichTaskFailed_inItsOwnWords() {
    gate.answer("/status", 200, "application/json", Statuses.FAILED_TASK, "");
    browser.open(gate.url() + "/#/pipeline");

    assertThat(browser.text())
        .contains("Something is not working", "hissrv-influx-sink", "FAILED")
        .contains("influxdb.token: the database refused the token")
        .contains("12\u202f345", "1\u202f042")
        .doesNotContain("at com.voltageems");
    browser.click("Full stack trace");
    assertThat(browser.text()).contains("at com.voltageems");
    assertThat(browser.accessibilityFindings()).isEmpty();
    // It is read for longer than until the next look.
    browser.ready((int) browser.times() + 1);
    assertThat(browser.text()).contains("at com.voltageems");
  }
}
