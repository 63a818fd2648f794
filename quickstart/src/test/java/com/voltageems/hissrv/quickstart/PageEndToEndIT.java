package com.voltageems.hissrv.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.RequiresServer;
import com.voltageems.hissrv.testkit.RequiresServer.Server;
import java.io.File;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import redis.clients.jedis.RedisClient;

/**
 * The demonstration as somebody sees it who opens the page: two days are there, carried through the
 * whole pipeline, with named and moving curves; yesterday's peak, the gap at noon and its reason
 * are a few clicks away, each counted from the page's address.
 */
@RequiresServer(Server.CHROMEDRIVER)
class PageEndToEndIT {
  private static final int MOST_CLICKS = 5;
  private static final long STEP = Past.STEP.toSeconds();
  private static final long PAST_STEPS = Past.LENGTH.dividedBy(Past.STEP);

  private final ChromeDriver driver = browser();
  private int clicks;

  @AfterEach
  void closeBrowser() {
    driver.quit();
  }

  @Test
  void demonstration_tellsItsStory(@TempDir Path dir) throws Exception {
    Site site = new Site(20260101, ZoneId.systemDefault());
    try (HistorySystem system =
            new HistorySystem(Installation.find(), dir, Ports.free(), false, line -> {});
        RedisClient redis = RedisClient.create(system.redis().uri());
        SiteSimulator simulator = new SiteSimulator(site, redis, Clock.systemUTC())) {
      long now = System.currentTimeMillis() / 1000;
      Past.push(site, redis, now);
      simulator.start();
      system.submitConnectors(List.of("5s"), Map.of());
      awaitPast(new HistoryClient(system.url()), site, now);
      begin(system.url());
      namedCurvesMove();
      begin(system.url());
      yesterdaysPeak();
      begin(system.url());
      gapAtNoonAndItsReason();
      begin(system.url());
      click(link("Completeness"));
      until("document.querySelector('.share-by-day tbody tr')");
      calendarIsNotRed();
      begin(system.url());
      gapAndItsReasonByTheCalendar();
    }
  }

  /**
   * Waits for every device: their elements take different partitions, and the page shows first what
   * was alive in the last minutes.
   */
  private static void awaitPast(HistoryClient history, Site site, long now) {
    for (Site.Channel channel : site.channels()) {
      List<Long> past =
          LongStream.iterate(now - Math.floorMod(now, STEP), second -> second - STEP)
              .skip(1)
              .limit(PAST_STEPS)
              .filter(second -> !site.isSilent(channel, second))
              .mapToObj(second -> second * 1000)
              .toList();
      await(channel.name())
          .atMost(Duration.ofMinutes(5))
          .pollInterval(Duration.ofSeconds(1))
          .until(
              () ->
                  history
                      .points(
                          "telemetry", Verification.liveTags(channel), channel.points().get(0).id())
                      .keySet()
                      .containsAll(past));
    }
  }

  private static ChromeDriver browser() {
    ChromeOptions options = new ChromeOptions();
    options.setBinary(Server.CHROMIUM.find().orElseThrow());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--window-size=1440,900",
        "--lang=en-GB");
    options.setExperimentalOption("prefs", Map.of("intl.accept_languages", "en-GB"));
    return new ChromeDriver(
        new ChromeDriverService.Builder()
            .usingDriverExecutable(new File(Server.CHROMEDRIVER.find().orElseThrow()))
            .usingAnyFreePort()
            .build(),
        options);
  }

  private void namedCurvesMove() {
    until("Number(document.body.dataset.ready) > 0");
    assertThat(text())
        .contains("Demonstration site", "Grid meter · Grid power", "PV inverter · PV power")
        .contains("Battery · Battery power", "Building · Load", "State of charge");
    String newest = "return hissrv.plots[0].scales.x.max";
    Object before = driver.executeScript(newest);
    until("hissrv.plots[0].scales.x.max > " + before);
  }

  /** Each search begins where everybody begins: at the page's address, with nothing chosen. */
  private void begin(String url) {
    driver.get("about:blank");
    driver.get(url + "/");
    until("Number(document.body.dataset.ready) > 0 && document.querySelector('.range-name')");
    clicks = 0;
  }

  private void yesterdaysPeak() {
    shows(
        () -> {
          click(driver.findElement(By.cssSelector(".range-name")));
          click(button("Yesterday"));
        });
    assertThat(clicks).isLessThanOrEqualTo(MOST_CLICKS);
    // The clouds leave between 40 and 46 kW of it, around noon.
    says(
        "tr[data-line='PV inverter · PV power'] td:nth-child(6)",
        peak -> assertThat(peak).containsPattern("^4[0-6]\\.\\d\\d\\s+1[0-3]:\\d\\d$"));
  }

  /** The text of an element, when all is drawn: a live chart may be drawn once more before. */
  private void says(String selector, Consumer<String> expected) {
    await(selector)
        .atMost(Duration.ofMinutes(2))
        .ignoreExceptions()
        .untilAsserted(
            () -> expected.accept(driver.findElement(By.cssSelector(selector)).getText()));
  }

  /** By the chart: the gap is listed beside the curve, and the states below it say why. */
  private void gapAtNoonAndItsReason() {
    shows(
        () -> {
          click(driver.findElement(By.cssSelector(".range-name")));
          click(button("Yesterday"));
        });
    says("button.gap", gap -> assertThat(gap).contains("12:40").contains("42 min"));
    shows(() -> click(driver.findElement(By.cssSelector("button.gap"))));
    reasonInTheTable();
  }

  /** By the calendar: nobody needs to know which device, or which day. */
  private void gapAndItsReasonByTheCalendar() {
    click(link("Completeness"));
    until("document.querySelector('.silences tbody tr')");
    List<WebElement> rows = driver.findElements(By.cssSelector(".silences tbody tr"));
    // The last two noons, one of them yesterday's, before the two minutes of every hour.
    assertThat(rows.get(0).getText()).contains("Chiller").contains("4").contains("min");
    shows(() -> click(rows.get(0).findElement(By.tagName("button"))));
    says("button.gap", gap -> assertThat(gap).contains("12:40"));
    reasonInTheTable();
  }

  private void reasonInTheTable() {
    click(driver.findElements(By.cssSelector("button[aria-label='Values as a table']")).get(1));
    assertThat(clicks).isLessThanOrEqualTo(MOST_CLICKS);
    says(
        ".values",
        values -> assertThat(values).contains("Link to the chiller").contains("no answer"));
  }

  /** A day is as complete as it was, whether it was sampled every other minute or every second. */
  private void calendarIsNotRed() {
    List<WebElement> cells = driver.findElements(By.cssSelector(".share-by-day td:not(.none)"));
    assertThat(cells).hasSizeGreaterThan(15);
    assertThat(cells)
        .extracting(cell -> Integer.parseInt(cell.getText().replaceAll("\\D", "")))
        .allMatch(percent -> percent >= 60);
  }

  private WebElement button(String text) {
    return driver.findElement(By.xpath("//button[normalize-space()='" + text + "']"));
  }

  private WebElement link(String text) {
    return driver.findElement(By.linkText(text));
  }

  private void click(WebElement element) {
    element.click();
    clicks++;
  }

  private void shows(Runnable action) {
    Object before = driver.executeScript("return Number(document.body.dataset.ready)");
    action.run();
    until("Number(document.body.dataset.ready) > " + before);
  }

  private void until(String condition) {
    await(condition)
        .atMost(Duration.ofMinutes(2))
        .ignoreExceptions()
        .untilAsserted(
            () ->
                assertThat(driver.executeScript("return Boolean(" + condition + ")"))
                    .isEqualTo(true));
  }

  private String text() {
    return Objects.requireNonNull(driver.findElement(By.tagName("body")).getText());
  }
}
