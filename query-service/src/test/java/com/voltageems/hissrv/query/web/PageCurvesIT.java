package com.voltageems.hissrv.query.web;

import static com.voltageems.hissrv.query.web.SharedSite.CHILLER;
import static com.voltageems.hissrv.query.web.SharedSite.METER;
import static com.voltageems.hissrv.query.web.SharedSite.SUN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.query.store.questdb.QuestDbWriter;
import com.voltageems.hissrv.testkit.RequiresServer;
import com.voltageems.hissrv.testkit.RequiresServer.Server;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What a chart shows: units, gaps, states, comparison, energy; and taking it away. */
@RequiresServer(Server.CHROMEDRIVER)
class PageCurvesIT extends OnSharedSite {
  @Test
  void gapAtNoon_isAGap_andOneClickLeadsToIt() {
    page.explore("r=yesterday&p=" + CHILLER + ":1+mode;" + METER + ":7");

    assertThat(browser.cell("Chiller · Supply temperature", "Gaps"))
        .startsWith("11:5")
        .contains("12:40");
    assertThat(
            browser.script(
                "const u = hissrv.plots[0]; return u.data.some((d) => d.includes(null))"))
        .isEqualTo(true);
    browser.shows(() -> browser.find("button.gap").click());
    assertThat(browser.find(".range-name").getText()).contains("11:").contains("13:0");
    // Under the crosshair in the middle of it there is no value, but the meter has one.
    browser.hover(0, 0.5);
    assertThat(browser.cell("Chiller · Supply temperature", "At cursor")).isEqualTo("–");
    assertThat(browser.cell("Grid meter · Grid power", "At cursor")).isNotEqualTo("–");
  }

  @Test
  void eachUnit_hasItsAxis_andHoveringLeavesTheLastValueAlone() {
    page.explore("r=24h&p=" + METER + ":1+7;telemetry,channel=1003,type=m,interval=:1");

    assertThat(
            browser.script(
                "return Object.keys(hissrv.plots[0].scales)"
                    + ".filter((one) => one !== 'y').sort().join()"))
        .isEqualTo("%,V,kW,x");
    String last = browser.cell("Grid meter · Voltage L1", "Last");
    browser.hover(0, 0.3);
    assertThat(browser.cell("Grid meter · Voltage L1", "At cursor"))
        .containsPattern("^2[23]\\d\\.\\d$");
    assertThat(browser.cell("Grid meter · Voltage L1", "Last")).isEqualTo(last);
    assertThat(browser.find(".tip").getText()).contains("Voltage L1", "V", "kW");
  }

  @Test
  void oddValues_areDrawnWithinTheirAxes() {
    page.explore(
        page.until(Duration.ofHours(1))
            + "&p=odd,channel=one:1&p=odd,channel=equal:1&p=odd,channel=huge:1");

    assertThat(browser.cell("1", "Last")).isEqualTo("42.5");
    assertThat(
            browser.script(
                "return hissrv.plots.every((u) => { const {min, max} = u.scales.none;"
                    + "const v = u.data[1].filter((one) => typeof one === 'number');"
                    + "return v.length > 0 && v.every((one) => one > min && one < max) })"))
        .isEqualTo(true);
    // Labels of the axis of values have the room that they need.
    assertThat(
            browser.script(
                "return hissrv.plots.every((u) => { const a = u.axes[1]; u.ctx.font = a.font[0];"
                    + "return a._values.every((text) => u.ctx.measureText(text).width + 5 <= a._size) })"))
        .isEqualTo(true);
  }

  @Test
  void longText_isCutWhereItsBarEnds_andTheNoteSaysWhatIsDrawn() {
    page.explore("r=6h&p=odd,channel=text:mode");
    assertThat(browser.find(".note").getText()).isEqualTo("last of each 30 s");
    browser.script(
        "window.texts = []; const fill = CanvasRenderingContext2D.prototype.fillText;"
            + "CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {"
            + "  texts.push(text); fill.call(this, text, ...place); };"
            + "location.hash = arguments[0]",
        "#/explore?" + page.until(Duration.ofMinutes(15)) + "&p=odd,channel=text:mode");

    browser.until("texts.find((one) => one.startsWith('waits for'))");
    assertThat(browser.script("return texts.find((one) => one.startsWith('waits for'))").toString())
        .startsWith("waits for <b>somebody</b>")
        .endsWith("…")
        .hasSizeLessThan(200);
  }

  @Test
  void states_areATimeline_andReadableAsATable() {
    page.explore("r=yesterday&p=" + METER + ":30&p=" + CHILLER + ":mode");

    browser.all("button[aria-label='Values as a table']").get(0).click();
    assertThat(browser.find(".values").getText()).contains("open", "closed");
    browser.hover(0, 9.5 / 24);
    assertThat(browser.find(".tip:not([hidden])").getText()).contains("Breaker").contains("open");
  }

  @Test
  void comparison_drawsTheDayBefore() {
    page.explore("r=yesterday&p=" + SUN);

    browser.shows(() -> browser.click("Day before"));

    assertThat(browser.address()).contains("vs=1d");
    assertThat(browser.cell("PV power (day before)", "Max")).isEqualTo("40.00 12:00");
    browser.requests();
    browser.shows(() -> browser.click("Week before"));
    assertThat(browser.address()).contains("vs=7d");
    assertThat(page.questions())
        .anyMatch(one -> one.contains("start=" + site.midnight(8).toEpochMilli()));
  }

  @Test
  void energy_ofPowerAndOfACounter() {
    page.explore("r=yesterday&p=" + SUN + ";" + METER + ":20");

    browser.shows(() -> browser.click("Energy"));

    assertThat(Double.parseDouble(browser.cell("PV inverter · PV power", "Sum")))
        .isBetween(366.0, 367.4);
    // 17 kWh an hour up to the day's last sample: of 23:59:59 if the site was made just after it.
    assertThat(Double.parseDouble(browser.cell("Grid meter · Imported energy", "Sum")))
        .isBetween(408.0, 408.3);
  }

  /** No pixel belongs to the bars of two series, also beside those of the day before. */
  @Test
  void energyOfSeveralSeries_standsSideBySide() {
    String view = "r=yesterday&fn=energy&p=" + SUN + ";" + METER + ":7+20";
    for (String versus : List.of("", "&vs=1d")) {
      page.explore(view + versus);

      // Along a line just above and one just below zero, for negative bars.
      @SuppressWarnings("unchecked")
      Map<String, Object> found =
          (Map<String, Object>)
              browser.script(
                  "const u = hissrv.plots[0]; const {left, width} = u.bbox;"
                      + "const paths = u.series.slice(1).map((s) => s._paths.fill);"
                      + "const own = paths.map(() => 0); let shared = 0;"
                      + "for (const s of u.series.slice(1)) {"
                      + "  for (const away of [-2, 2]) {"
                      + "    const y = u.valToPos(0, s.scale, true) + away;"
                      + "    for (let x = left; x < left + width; x++) {"
                      + "      const at = paths.filter((p, i) => u.series[i + 1].scale === s.scale"
                      + "        && u.ctx.isPointInPath(p, x + 0.5, y));"
                      + "      shared += at.length > 1 ? 1 : 0;"
                      + "      at.forEach((p) => own[paths.indexOf(p)]++);"
                      + "    }"
                      + "  }"
                      + "}"
                      + "return {own, shared}");
      assertThat(found.get("shared")).as(view + versus).isEqualTo(0L);
      assertThat((List<?>) found.get("own"))
          .hasSize(versus.isEmpty() ? 3 : 6)
          .allSatisfy(one -> assertThat((Long) one).isGreaterThan(20));
    }
  }

  @Test
  void unfinishedWindow_isNotPartOfTheLine() {
    page.explore("r=24h&fn=count&every=1h&p=" + SUN);

    // A count of an hour that has just begun would be a plunge.
    assertThat(
            browser.script(
                "const d = hissrv.plots[0].data[1].filter((v) => typeof v === 'number');"
                    + "return d[d.length - 1] >= 60"))
        .isEqualTo(true);
  }

  @Test
  void points_areChosenByName_intoTheChartThatIsActive() {
    page.explore("r=1h&p=" + SUN);

    browser.click("Add a chart");
    browser.find("input[type=search]").sendKeys("voltage");
    browser.shows(() -> browser.click("Voltage L2 V"));

    assertThat(browser.address())
        .contains("&p=" + SUN + "&p=telemetry,channel=1001,interval=,type=m:2");
    assertThat(browser.all(".panel")).hasSize(2);
    browser.hover(0, 0.8);
    assertThat(browser.cell("Voltage L2", "At cursor")).as("one crosshair").isNotEqualTo("–");
    browser.shows(() -> browser.click("Remove PV power"));
    assertThat(browser.text()).contains("Tick points on the left");
  }

  @Test
  void download_isWhatIsShown() throws Exception {
    page.explore("r=yesterday&every=1h&fn=max&p=" + SUN + "&p=" + CHILLER + ":mode");
    browser.click("Download");
    browser.click("CSV of what is shown");
    browser.click("Download");
    browser.click("Picture (PNG)");

    await().atMost(Duration.ofMinutes(1)).until(() -> file(".csv") != null && file(".png") != null);
    String text = Files.readString(file(".csv"), StandardCharsets.UTF_8);
    assertThat(text)
        .startsWith("\ufeffTime (Asia/Shanghai),UTC,PV inverter PV power (kW),Chiller Mode\r\n")
        .contains(" 12:00:00,")
        .contains("T04:00:00.000Z,48,cooling");
    assertThat(Files.size(file(".png"))).isGreaterThan(8000);
  }

  private Path file(String ending) throws Exception {
    try (var files = Files.list(page.downloads())) {
      return files.filter(one -> one.toString().endsWith(ending)).findFirst().orElse(null);
    }
  }

  @Test
  void oldAndNewSamples_ofDifferentSteps_areNoGaps() {
    page.explore("r=1h&p=" + SUN);

    assertThat(browser.cell("PV power", "Gaps")).isEmpty();
  }

  /**
   * As after a standstill of the pipeline: nothing comes for a while, and then all of it at once.
   */
  @Test
  void whatComesLate_isDrawn_andNoGap() {
    QuestDbWriter database = new QuestDbWriter(site.database().url());
    long start = System.currentTimeMillis() - 600_000;
    database.write("late", late(start, start + 300_000));
    page.explore("r=1h&p=late,channel=x:1");
    browser.ready((int) browser.times() + 1);
    assertThat(browser.script("return hissrv.plots[0].data[0].length")).isEqualTo(60L);

    long end = System.currentTimeMillis();
    List<String> rest = late(start + 300_000, end);
    database.write("late", rest);

    browser.until(
        "hissrv.plots[0].data[1].filter((one) => one !== null).length === " + (60 + rest.size()));
  }

  private static List<String> late(long from, long to) {
    return LongStream.iterate(from, time -> time < to, time -> time + 5000)
        .mapToObj(time -> "late,channel=x 1=2 " + time)
        .toList();
  }
}
