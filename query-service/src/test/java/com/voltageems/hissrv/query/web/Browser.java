package com.voltageems.hissrv.query.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.testkit.RequiresServer.Server;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import org.openqa.selenium.By;
import org.openqa.selenium.JavascriptException;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The installed Chromium, driven by its own driver; nothing is downloaded. */
final class Browser implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final ChromeDriver driver;
  private final List<URI> requests = new ArrayList<>();

  /**
   * @param language of the browser, such as {@code zh-CN}
   * @param downloads where files go
   */
  Browser(String language, Path downloads) {
    ChromeOptions options = new ChromeOptions();
    options.setBinary(Server.CHROMIUM.find().orElseThrow());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--hide-scrollbars",
        "--lang=" + language);
    options.setExperimentalOption(
        "prefs",
        Map.of(
            "intl.accept_languages",
            language,
            "download.default_directory",
            downloads.toAbsolutePath().toString()));
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    options.setCapability("goog:loggingPrefs", logs);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(new File(Server.CHROMEDRIVER.find().orElseThrow()))
            .usingAnyFreePort()
            .build();
    this.driver = new ChromeDriver(service, options);
    driver.manage().timeouts().scriptTimeout(Duration.ofMinutes(5));
    size(1440, 900, 1, false);
  }

  /** The window in CSS pixels. */
  void size(int width, int height, double scale, boolean dark) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", scale, "mobile", false));
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  /** Shows the page as on paper, or as on a screen again. */
  void print(boolean on) {
    script("dispatchEvent(new Event(arguments[0]))", on ? "beforeprint" : "afterprint");
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia", Map.of("media", on ? "print" : "", "features", List.of()));
  }

  /** A fresh page at an address, and waits until it shows what it was asked for. */
  void open(String url) {
    openOnly(url);
    ready(1);
  }

  void openOnly(String url) {
    driver.get("about:blank");
    driver.get(url);
  }

  /** Waits until the view has shown an answer so many times since it was opened. */
  void ready(int times) {
    until("Number(document.body.dataset.ready || 0) >= " + times);
  }

  long times() {
    return ((Number) script("return Number(document.body.dataset.ready || 0)")).longValue();
  }

  /** Does something and waits until the view has shown the answer. */
  void shows(Runnable action) {
    long before = times();
    action.run();
    ready((int) before + 1);
  }

  void until(String condition) {
    await(condition)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(60))
        .ignoreException(JavascriptException.class)
        .untilAsserted(
            () -> assertThat(script("return Boolean(" + condition + ")")).isEqualTo(true));
  }

  /** Waits until something has this text in it; what comes by itself comes when it comes. */
  void untilSays(String selector, String words) {
    await(words + " in " + selector)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(60))
        .untilAsserted(
            () ->
                assertThat(
                        script(
                            "return [...document.querySelectorAll(arguments[0])]"
                                + ".map((one) => one.innerText).join('\\n')",
                            selector))
                    .asString()
                    .contains(words));
  }

  /** Waits until so many are there. */
  void untilCount(String selector, int count) {
    await(count + " of " + selector)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(60))
        .untilAsserted(() -> assertThat(all(selector)).hasSize(count));
  }

  Object script(String text, Object... arguments) {
    Object answer = driver.executeScript(text, arguments);
    return answer == null ? "" : answer;
  }

  /** A script that calls its last argument when it is done. */
  Object later(String text, Object... arguments) {
    return Objects.requireNonNull(driver.executeAsyncScript(text, arguments));
  }

  WebElement find(String selector) {
    await(selector)
        .atMost(PATIENCE)
        .ignoreException(StaleElementReferenceException.class)
        .until(() -> !driver.findElements(By.cssSelector(selector)).isEmpty());
    return driver.findElement(By.cssSelector(selector));
  }

  List<WebElement> all(String selector) {
    return driver.findElements(By.cssSelector(selector));
  }

  /** Clicks the control with this text or label. */
  void click(String text) {
    String quoted = "\"" + text + "\"";
    WebElement found =
        find(
            By.xpath(
                "//*[(self::button or self::a or self::label or self::summary or self::option)"
                    + " and (normalize-space()="
                    + quoted
                    + " or @aria-label="
                    + quoted
                    + ")]"));
    found.click();
  }

  private WebElement find(By by) {
    await(by.toString())
        .atMost(PATIENCE)
        .until(() -> driver.findElements(by).stream().anyMatch(WebElement::isDisplayed));
    return driver.findElements(by).stream()
        .filter(WebElement::isDisplayed)
        .findFirst()
        .orElseThrow();
  }

  /** Presses the mouse in a chart and lets it go elsewhere; both from its left, in parts of it. */
  void drag(int chart, double from, double to, boolean shift) {
    WebElement over = all(".u-over").get(chart);
    int width = over.getSize().getWidth();
    Actions actions = new Actions(driver);
    if (shift) {
      actions.keyDown(org.openqa.selenium.Keys.SHIFT);
    }
    actions
        .moveToElement(over, (int) (width * (from - 0.5)), 0)
        .clickAndHold()
        .moveByOffset((int) (width * (to - from) / 2), 0)
        .moveByOffset((int) (width * (to - from) / 2), 0)
        .release();
    if (shift) {
      actions.keyUp(org.openqa.selenium.Keys.SHIFT);
    }
    actions.perform();
  }

  /** Two fingers on a chart that move apart or together; places in parts of its width. */
  void pinch(int chart, double leftFrom, double rightFrom, double leftTo, double rightTo) {
    @SuppressWarnings("unchecked")
    List<Number> box =
        (List<Number>)
            script(
                "const b = document.querySelectorAll('.u-over')[arguments[0]]"
                    + ".getBoundingClientRect(); return [b.left, b.top + b.height / 2, b.width]",
                chart);
    touch("touchStart", box, leftFrom, rightFrom);
    touch("touchMove", box, (leftFrom + leftTo) / 2, (rightFrom + rightTo) / 2);
    touch("touchMove", box, leftTo, rightTo);
    touch("touchEnd", box);
  }

  private void touch(String type, List<Number> box, double... places) {
    List<Map<String, Object>> points = new ArrayList<>();
    for (double place : places) {
      points.add(
          Map.of(
              "x", box.get(0).doubleValue() + place * box.get(2).doubleValue(),
              "y", box.get(1).doubleValue(),
              "id", points.size()));
    }
    driver.executeCdpCommand(
        "Input.dispatchTouchEvent", Map.of("type", type, "touchPoints", points));
  }

  void hover(int chart, double at) {
    WebElement over = all(".u-over").get(chart);
    new Actions(driver)
        .moveToElement(over, (int) (over.getSize().getWidth() * (at - 0.5)), 0)
        .perform();
  }

  String text() {
    return driver.findElement(By.tagName("body")).getText();
  }

  String address() {
    return Objects.requireNonNull(driver.getCurrentUrl());
  }

  String title() {
    return Objects.requireNonNull(driver.getTitle());
  }

  void back() {
    driver.navigate().back();
  }

  /** What went over the network since the last look. */
  List<URI> requests() {
    List<URI> fresh = new ArrayList<>();
    for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE)) {
      JsonNode message = json(entry.getMessage()).path("message");
      if (message.path("method").asText().equals("Network.requestWillBeSent")) {
        String url = message.path("params").path("request").path("url").asText();
        if (url.startsWith("http") || url.startsWith("ws")) {
          fresh.add(URI.create(url));
        }
      }
    }
    requests.addAll(fresh);
    return fresh;
  }

  /** Leaves the page, which may be asking just now, and forgets what it asked. */
  void asksNothing() {
    openOnly("about:blank");
    requests();
  }

  /** Everything that went over the network since the browser was started. */
  List<URI> allRequests() {
    requests();
    return requests;
  }

  /** What the browser complains of since the last look: scripts, policies, missing files. */
  List<String> complaints() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .map(LogEntry::getMessage)
        .toList();
  }

  /** That nothing was asked of another host, and nothing was complained of. */
  void saidNothing() {
    assertThat(allRequests()).allSatisfy(one -> assertThat(one.getHost()).isEqualTo("127.0.0.1"));
    assertThat(complaints()).isEmpty();
  }

  /** A cell of the table below a chart, by the line's name and the column's. */
  String cell(String line, String column) {
    return String.valueOf(
        script(
            "const row = [...document.querySelectorAll('.legend tbody tr')]"
                + ".find((one) => one.dataset.line === arguments[0]);"
                + "const heads = [...row.closest('table').querySelectorAll('thead tr > *')];"
                + "return row.children[heads.findIndex((h) => h.textContent === arguments[1])]"
                + ".innerText.replace(/\\s+/g, ' ').trim()",
            line,
            column));
  }

  /** Serious and critical findings of axe-core in the page as it is. */
  List<String> accessibilityFindings() {
    try (InputStream in = Browser.class.getResourceAsStream("/axe.min.js")) {
      driver.executeScript(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    JsonNode found =
        json(
            String.valueOf(
                later(
                    "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']})"
                        + ".then((r) => done(JSON.stringify(r.violations)));")));
    List<String> serious = new ArrayList<>();
    for (JsonNode one : found) {
      if (List.of("serious", "critical").contains(one.path("impact").asText())) {
        serious.add(
            one.path("id").asText() + ": " + one.path("nodes").path(0).path("html").asText());
      }
    }
    return serious;
  }

  void picture(Path file) {
    byte[] png = driver.getScreenshotAs(org.openqa.selenium.OutputType.BYTES);
    try {
      Files.write(file, png);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ChromeDriver driver() {
    return driver;
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    driver.quit();
  }
}
