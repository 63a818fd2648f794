package com.voltageems.hissrv.query.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.catalogue.ZoneOffsets;
import com.voltageems.hissrv.query.store.questdb.QuestDbWriter;
import com.voltageems.hissrv.testkit.RequiresServer;
import com.voltageems.hissrv.testkit.RequiresServer.Server;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page's clock is the site's, wherever the browser stands, and it is Java's. */
@RequiresServer(Server.CHROMEDRIVER)
class PageTimesIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final String SUN = "telemetry,channel=1002,type=m,interval=:1";

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
  void asItIs() {
    gate.letThrough();
  }

  private static List<Long> bounds() {
    return List.of(
        ((Number) browser.script("return Math.round(hissrv.plots[0].scales.x.min)")).longValue(),
        ((Number) browser.script("return Math.round(hissrv.plots[0].scales.x.max)")).longValue());
  }

  @Test
  void daysAndWeeks_areTheSites() {
    LocalDate today = LocalDate.now(MadeUpSite.ZONE);
    LocalDate monday = today.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
    Map<String, List<LocalDate>> ranges =
        Map.of(
            "today", List.of(today, today.plusDays(1)),
            "yesterday", List.of(today.minusDays(1), today),
            "week", List.of(monday, monday.plusDays(7)));
    ranges.forEach(
        (range, days) -> {
          browser.open(site.url() + "/#/explore?r=" + range + "&p=" + SUN);
          assertThat(bounds())
              .as(range)
              .isEqualTo(
                  days.stream()
                      .map(day -> day.atStartOfDay(MadeUpSite.ZONE).toEpochSecond())
                      .toList());
        });
  }

  /** An hour is missing in March and comes twice in October; the labels say so. */
  @Test
  void daysOnWhichTheClocksChange_haveJavasTimes() throws Exception {
    gate.answer(
        "/catalogue",
        200,
        "application/json",
        JSON.writeValueAsString(
            Map.of(
                "now", System.currentTimeMillis(),
                "site", Map.of("name", Map.of(), "timezone", BERLIN.getId()),
                "channels", List.of(),
                "offsets", ZoneOffsets.of(BERLIN, Instant.now()))),
        "");
    for (String night : List.of("2025-03-29T22:00:00Z", "2025-10-25T22:00:00Z")) {
      Instant start = Instant.parse(night);
      List<String> lines = new ArrayList<>();
      for (int minute = 0; minute < 8 * 60; minute++) {
        lines.add("night,channel=7 1=" + minute + " " + (start.toEpochMilli() + minute * 60_000L));
      }
      new QuestDbWriter(site.database().url()).write("night", lines);
      browser.open(
          gate.url()
              + "/#/explore?r="
              + start
              + "_"
              + start.plusSeconds(8 * 3600)
              + "&p=night,channel=7:1");

      @SuppressWarnings("unchecked")
      List<List<Object>> labels =
          (List<List<Object>>)
              browser.script(
                  "const a = hissrv.plots[0].axes[0];"
                      + "return a._splits.map((s, i) => [s, a._values[i].split('\\n')[0]])");
      assertThat(labels).hasSizeGreaterThan(4);
      for (List<Object> label : labels) {
        Instant at = Instant.ofEpochSecond(((Number) label.get(0)).longValue());
        assertThat(label.get(1))
            .as(at.toString())
            .isEqualTo(DateTimeFormatter.ofPattern("HH:mm").format(at.atZone(BERLIN)));
      }
    }
  }
}
