package com.voltageems.hissrv.query.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.site.SiteFile;
import com.voltageems.hissrv.query.site.live.LiveSite;
import com.voltageems.hissrv.testkit.InfluxDb1;
import com.voltageems.hissrv.testkit.RequiresServer;
import com.voltageems.hissrv.testkit.RequiresServer.Server;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/**
 * Ten days of one sample a minute, of which those older than three days have expired; hours of the
 * last six days are kept, so that of the four before nobody knows anything.
 */
@RequiresServer({Server.CHROMEDRIVER, Server.INFLUXDB_1})
class PageExpiredIT {
  private static final ZoneId ZONE = ZoneOffset.UTC;
  private static final String POINT = "&p=telemetry,channel=1001,type=m:1";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private static Instant now;
  private static InfluxDb1 database;
  private static LiveSite service;
  private static String url;
  private static Browser browser;

  @BeforeAll
  static void start(@TempDir Path dir) throws Exception {
    database = InfluxDb1.start(dir.resolve("influxdb"));
    influx("CREATE DATABASE site WITH SHARD DURATION 1d NAME autogen");
    now = Instant.now();
    long end = now.toEpochMilli();
    List<String> lines = new ArrayList<>();
    for (long time = end - Duration.ofDays(10).toMillis(); time < end; time += 60_000) {
      lines.add("telemetry,channel=1001,type=m 1=" + time / 60_000 % 50 + " " + time);
    }
    send("POST", database.url() + "/write?db=site&precision=ms", String.join("\n", lines));
    Path file = dir.resolve("hissrv.yml");
    Files.writeString(
        file,
        """
        api: {port: 0}
        influxdb: {version: 1, url: "%s", database: site}
        retention:
          policies:
            - {name: realtime, duration: 3d}
            - {name: hourly, duration: 60d}
        downsampling:
          tasks:
            - name: hourly_avg
              source: realtime
              target: hourly
              interval: 1h
              aggregations: [{function: MEAN, alias: avg}]
        """
            .formatted(database.url()));
    service =
        new LiveSite(new SiteFile(file, Map.of()), new StoreOnly(), "test", Clock.systemUTC());
    url = "http://127.0.0.1:" + service.start();
    settled("tasks", "ok");
    send(
        "POST",
        url + "/storage/backfill",
        "{\"task\":\"hourly_avg\",\"start\":\"now-6d\",\"end\":\"now\"}");
    settled("backfills", "done");
    // What it deletes does not come back, so somebody has to say it.
    send("POST", url + "/storage/apply", "{\"policy\":\"realtime\",\"duration\":\"3d\"}");
    settled("policies", "ok");
    dropExpired();
    browser = new Browser("en-GB", dir);
  }

  @AfterAll
  static void stop() {
    browser.close();
    service.close();
    database.close();
  }

  private static JsonNode influx(String statement) throws Exception {
    return JSON.readTree(send("POST", database.url() + "/query?q=" + encoded(statement), ""));
  }

  /** What InfluxDB itself does within half an hour. */
  private static void dropExpired() throws Exception {
    Instant oldest = now.minus(Duration.ofDays(3));
    int dropped = 0;
    for (JsonNode series : influx("SHOW SHARDS").at("/results/0/series")) {
      for (JsonNode shard : series.path("values")) {
        // Columns: id, database, retention policy, shard group, start, end, expiry, owners.
        if (shard.get(2).asText().equals("autogen")
            && shard.get(1).asText().equals("site")
            && !Instant.parse(shard.get(5).asText()).isAfter(oldest)) {
          influx("DROP SHARD " + shard.get(0).asInt());
          dropped++;
        }
      }
    }
    assertThat(dropped).isBetween(7, 8);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String send(String method, String address, String body) throws Exception {
    HttpResponse<String> answer =
        HTTP.send(
            HttpRequest.newBuilder(URI.create(address))
                .timeout(Duration.ofMinutes(2))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
    return answer.body();
  }

  /** Waits until all of such a list of {@code /storage} are in a state. */
  private static void settled(String list, String state) {
    await(list + " " + state)
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(
            () -> {
              JsonNode found = JSON.readTree(send("GET", url + "/storage", "")).path(list);
              assertThat(found).isNotEmpty();
              for (JsonNode one : found) {
                assertThat(one.path("state").asText()).as(one.toString()).isEqualTo(state);
              }
            });
  }

  private static LocalDate day(int daysAgo) {
    return LocalDate.ofInstant(now, ZONE).minusDays(daysAgo);
  }

  /** A whole day's range of a view. */
  private static String range(int daysAgo) {
    return "/#/explore?r="
        + day(daysAgo).atStartOfDay(ZONE).toInstant()
        + "_"
        + day(daysAgo - 1).atStartOfDay(ZONE).toInstant()
        + POINT;
  }

  /** What the calendar says of a day of the device. */
  private static WebElement cell(int daysAgo) {
    List<String> days =
        browser.all(".share-by-day thead th").stream().map(WebElement::getText).toList();
    int column = days.indexOf(day(daysAgo).toString().substring(5));
    assertThat(column).as(day(daysAgo) + " in " + days).isPositive();
    return browser.find(".share-by-day tbody tr > :nth-child(" + (column + 1) + ")");
  }

  /** What nobody knows any more is not called missing, and is nothing that leads anywhere. */
  @Test
  void dayOfWhichNobodyKnows_isAQuestionMark_andSaysWhy() {
    browser.open(url + "/#/completeness");

    for (int daysAgo : List.of(8, 9)) {
      assertThat(cell(daysAgo).getText()).as(daysAgo + " days ago").isEqualTo("?");
      assertThat(cell(daysAgo).getAttribute("innerHTML"))
          .contains("No longer known: the samples of this day have expired")
          .doesNotContain("button");
    }
    // The copy has counted these, and the samples those.
    for (int daysAgo : List.of(4, 5, 1, 2)) {
      assertThat(cell(daysAgo).getText()).as(daysAgo + " days ago").isEqualTo("100 %");
    }
    // Nobody knows of a silence either; that of now is since this test has stopped writing.
    for (WebElement silence : browser.all(".silences tbody tr")) {
      for (int daysAgo = 3; daysAgo <= 10; daysAgo++) {
        assertThat(silence.getText()).doesNotContain(day(daysAgo).toString());
      }
    }
    assertThat(browser.accessibilityFindings()).isEmpty();
  }

  /** From a day of the calendar whose samples are gone to what is kept of it. */
  @Test
  void expiredDay_leadsToTheWindowsThatAreKept() {
    browser.open(url + "/#/completeness");
    browser.shows(() -> cell(4).findElement(By.tagName("button")).click());

    browser.untilSays(".panel .hint", "have expired, and no copy has such windows");
    assertThat(browser.find(".panel").getDomAttribute("data-lines")).isEqualTo("0");
    browser.shows(() -> browser.click("Show means of each 1h"));

    assertThat(browser.address()).contains("every=1h").contains("fn=mean");
    browser.untilCount(".panel .hint", 0);
    assertThat(browser.find(".panel .note").getText()).isEqualTo("means of 1 h");
    assertThat(
            browser.script(
                "return hissrv.plots[0].data[1].filter((one) => typeof one === 'number').length"))
        .isEqualTo(24L);
  }

  /** Where no copy keeps it, no button leads there. */
  @Test
  void dayOfWhichNothingIsKept_offersNothing() {
    browser.open(url + range(8));

    browser.untilSays(".panel .hint", "have expired, and no copy has such windows");
    assertThat(browser.all(".panel .hint button")).isEmpty();
  }
}
