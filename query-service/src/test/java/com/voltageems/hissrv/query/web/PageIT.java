package com.voltageems.hissrv.query.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.testkit.RequiresServer;
import com.voltageems.hissrv.testkit.RequiresServer.Server;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** What people do with the page, by clicks, over two days of a made-up site. */
@RequiresServer(Server.CHROMEDRIVER)
class PageIT {
  private static final String SUN = "telemetry,channel=1002,type=m,interval=:1";
  private static final String METER = "telemetry,channel=1001,type=m,interval=";
  private static final String CHILLER = "telemetry,channel=1004,type=m,interval=";

  private static Path downloads;
  private static MadeUpSite site;
  private static Browser browser;

  @BeforeAll
  static void start(@TempDir Path dir) throws Exception {
    downloads = Files.createDirectories(dir.resolve("downloads"));
    site = new MadeUpSite(dir.resolve("questdb"), Instant.now());
    browser = new Browser("en-GB", downloads);
  }

  @AfterAll
  static void stop() {
    browser.close();
    site.close();
  }

  @BeforeEach
  void usualSize() {
    browser.size(1440, 900, 1, false);
  }

  @AfterEach
  void nothingLeftTheHost_andTheBrowserHadNothingToSay() {
    assertThat(browser.allRequests())
        .allSatisfy(one -> assertThat(one.getHost()).isEqualTo("127.0.0.1"));
    assertThat(browser.complaints()).isEmpty();
  }

  private static void open(String view) {
    browser.open(site.url() + "/#/explore?" + view);
  }

  /** A cell of the table below a chart, by the line's name and the column's. */
  private static String cell(String line, String column) {
    return String.valueOf(
        browser.script(
            "const row = [...document.querySelectorAll('.legend tbody tr')]"
                + ".find((one) => one.dataset.line === arguments[0]);"
                + "const heads = [...row.closest('table').querySelectorAll('thead tr > *')];"
                + "return row.children[heads.findIndex((h) => h.textContent === arguments[1])]"
                + ".innerText.replace(/\\s+/g, ' ').trim()",
            line,
            column));
  }

  @Test
  void firstView_hasNamedCurvesWithoutAClick() {
    browser.open(site.url() + "/");

    assertThat(browser.text())
        .contains("Harbour site", "Grid meter · Grid power", "PV inverter · PV power")
        .contains("Battery · Battery power", "State of charge");
    assertThat(browser.script("return hissrv.plots[0].data[1].length > 100")).isEqualTo(true);
    assertThat(browser.address()).contains("#/explore?r=6h&p=telemetry,channel=1001");
    assertThat(browser.title()).contains("Last 6 hours", "Harbour site");
    assertThat(browser.find(".strip li.up").getText()).startsWith("Database");
  }

  /** What the address names is asked for at once, and not once more when its names are known. */
  @Test
  void whatTheAddressNames_isAskedForOnce() {
    browser.requests();
    open("r=48h&p=" + METER + ":1+7");
    assertThat(questions()).singleElement().asString().contains("field=1&field=7");

    // One of the three is a state: asked for ahead as numbers, then as what it is.
    open("r=48h&p=" + METER + ":1+7+30");
    assertThat(questions())
        .satisfiesExactlyInAnyOrder(
            one -> assertThat(one).contains("functions=mean,min,max", "field=30"),
            one -> assertThat(one).contains("function=last", "field=30"));
    assertThat(browser.all(".states .u-over")).as("the state is drawn as one").hasSize(1);
    assertThat(browser.all(".legend tbody tr")).hasSize(2);

    // A text has no mean, so it is not guessed to be a number.
    open("r=48h&p=" + CHILLER + ":mode");
    assertThat(questions()).singleElement().asString().contains("function=last");
  }

  private static List<String> questions() {
    return browser.requests().stream()
        .filter(one -> List.of("/query", "/aggregate").contains(one.getPath()))
        .map(one -> String.valueOf(one.getQuery()))
        .toList();
  }

  @Test
  void timeLabels_doNotRunIntoEachOther() {
    for (String range : List.of("5m", "1h", "6h", "24h", "48h", "7d")) {
      open("r=" + range + "&p=" + SUN);
      // Labels are drawn: their widths and places are told by the axis itself.
      assertThat(
              browser.script(
                  "const u = hissrv.plots[0]; const a = u.axes[0]; const c = u.ctx;"
                      + "c.font = a.font[0]; const px = a._splits.map((s) => u.valToPos(s, 'x', true));"
                      + "const w = a._values.map((v) => Math.max(...String(v).split('\\n')"
                      + ".map((l) => c.measureText(l).width)));"
                      + "return px.slice(1).every((x, i) => x - px[i] > (w[i] + w[i + 1]) / 2 + 4)"
                      + " && px.length > 3"))
          .as(range)
          .isEqualTo(true);
    }
  }

  @Test
  void dragging_zoomsToFinerData_isInTheAddress_andBackUndoesIt() {
    open("r=48h&p=" + SUN);
    assertThat(browser.text()).contains("means of 5m");
    browser.requests();

    browser.shows(() -> browser.drag(0, 0.4, 0.5, false));

    assertThat(browser.text()).contains("means of 30s");
    assertThat(browser.address()).containsPattern("r=20[^&]*Z_20[^&]*Z&p=");
    assertThat(browser.requests().toString()).contains("interval=30s");
    String zoomed = browser.address();
    browser.shows(browser::back);
    assertThat(browser.address()).contains("r=48h");
    assertThat(browser.text()).contains("means of 5m");
    // A zoomed address opened by somebody else shows the same.
    browser.open(zoomed);
    assertThat(browser.text()).contains("means of 30s");
  }

  @Test
  void zoomedView_isNotUndoneByTheNextRefresh() {
    open("r=1h&p=" + SUN);
    browser.shows(() -> browser.drag(0, 0.2, 0.4, false));
    String zoomed = browser.address();
    Object bounds = browser.script("return JSON.stringify(hissrv.plots[0].scales.x)");
    browser.script("hissrv.refresh()");
    await()
        .pollDelay(Duration.ofMillis(1500))
        .untilAsserted(() -> assertThat(browser.address()).isEqualTo(zoomed));
    assertThat(browser.script("return JSON.stringify(hissrv.plots[0].scales.x)")).isEqualTo(bounds);
  }

  @Test
  void shiftAndDragging_pans() {
    open("r=6h&p=" + SUN);
    Number before = (Number) browser.script("return hissrv.plots[0].scales.x.min");

    browser.shows(() -> browser.drag(0, 0.3, 0.8, true));

    Number after = (Number) browser.script("return hissrv.plots[0].scales.x.min");
    assertThat(before.doubleValue() - after.doubleValue()).isBetween(2.5 * 3600, 3.5 * 3600);
  }

  @Test
  void twoFingers_zoom() {
    open("r=6h&p=" + SUN);

    browser.shows(() -> browser.pinch(0, 0.4, 0.6, 0.1, 0.9));

    Number width =
        (Number)
            browser.script("return hissrv.plots[0].scales.x.max - hissrv.plots[0].scales.x.min");
    assertThat(width.doubleValue()).as("a quarter of six hours").isBetween(5000.0, 5800.0);
    assertThat(browser.address()).containsPattern("r=20[^&]*Z_20[^&]*Z&p=");
  }

  @Test
  void yesterdaysPeak_isFoundInTwoClicks() {
    open("r=1h&p=" + SUN);

    browser.click("Range …");
    browser.shows(() -> browser.click("Yesterday"));

    assertThat(cell("PV power", "Max")).isEqualTo("48.00 12:00");
    assertThat(cell("PV power", "Energy")).startsWith("366.").endsWith("kWh");
  }

  @Test
  void gapAtNoon_isAGap_andOneClickLeadsToIt() {
    open("r=yesterday&p=" + CHILLER + ":1+mode;" + METER + ":7");

    assertThat(cell("Chiller · Supply temperature", "Gaps")).startsWith("11:5").contains("12:40");
    assertThat(
            browser.script(
                "const u = hissrv.plots[0]; return u.data.some((d) => d.includes(null))"))
        .isEqualTo(true);
    browser.shows(() -> browser.find("button.gap").click());
    assertThat(browser.find(".range-name").getText()).contains("11:").contains("13:0");
    // Under the crosshair in the middle of it there is no value, but the meter has one.
    browser.hover(0, 0.5);
    assertThat(cell("Chiller · Supply temperature", "At cursor")).isEqualTo("–");
    assertThat(cell("Grid meter · Grid power", "At cursor")).isNotEqualTo("–");
  }

  @Test
  void eachUnit_hasItsAxis_andHoveringLeavesTheLastValueAlone() {
    open("r=24h&p=" + METER + ":1+7;telemetry,channel=1003,type=m,interval=:1");

    assertThat(
            browser.script(
                "return Object.keys(hissrv.plots[0].scales)"
                    + ".filter((one) => one !== 'y').sort().join()"))
        .isEqualTo("%,V,kW,x");
    String last = cell("Grid meter · Voltage L1", "Last");
    browser.hover(0, 0.3);
    assertThat(cell("Grid meter · Voltage L1", "At cursor")).containsPattern("^2[23]\\d\\.\\d$");
    assertThat(cell("Grid meter · Voltage L1", "Last")).isEqualTo(last);
    assertThat(browser.find(".tip").getText()).contains("Voltage L1", "V", "kW");
  }

  @Test
  void unknownChannel_isSaidToBeUnknown_andNothingElseIsShown() {
    open("r=1h&p=telemetry,channel=9999,type=m,interval=:1");

    assertThat(browser.find(".hint").getText()).contains("9999").contains("no such device");
    assertThat(browser.address()).contains("channel=9999");
    assertThat(browser.all(".legend tbody tr")).isEmpty();
  }

  @Test
  void emptyRange_saysSo_andLeadsToTheLastValues() {
    open("r=2020-01-01T00:00:00Z_2020-01-02T00:00:00Z&p=" + SUN);

    assertThat(browser.find(".hint").getText()).contains("nothing was stored in this range");
    browser.shows(() -> browser.click("Go to the last values"));
    assertThat(cell("PV power", "Last")).containsPattern("\\d");
  }

  @Test
  void states_areATimeline_andReadableAsATable() {
    open("r=yesterday&p=" + METER + ":30&p=" + CHILLER + ":mode");

    browser.all("button[aria-label='Values as a table']").get(0).click();
    assertThat(browser.find(".values").getText()).contains("open", "closed");
    browser.hover(0, 9.5 / 24);
    assertThat(browser.find(".tip:not([hidden])").getText()).contains("Breaker").contains("open");
  }

  @Test
  void comparison_drawsTheDayBefore() {
    open("r=yesterday&p=" + SUN);

    browser.shows(() -> browser.click("Day before"));

    assertThat(browser.address()).contains("vs=1d");
    assertThat(cell("PV power (day before)", "Max")).isEqualTo("40.00 12:00");
    browser.requests();
    browser.shows(() -> browser.click("Week before"));
    assertThat(browser.address()).contains("vs=7d");
    assertThat(questions())
        .anyMatch(one -> one.contains("start=" + site.midnight(8).toEpochMilli()));
  }

  @Test
  void energy_ofPowerAndOfACounter() {
    open("r=yesterday&p=" + SUN + ";" + METER + ":20");

    browser.shows(() -> browser.click("Energy"));

    assertThat(Double.parseDouble(cell("PV inverter · PV power", "Sum"))).isBetween(366.0, 367.4);
    assertThat(cell("Grid meter · Imported energy", "Sum")).isEqualTo("408.0");
  }

  /** No pixel belongs to the bars of two series, also beside those of the day before. */
  @Test
  void energyOfSeveralSeries_standsSideBySide() {
    String view = "r=yesterday&fn=energy&p=" + SUN + ";" + METER + ":7+20";
    for (String versus : List.of("", "&vs=1d")) {
      open(view + versus);

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
    open("r=24h&fn=count&every=1h&p=" + SUN);

    // A count of an hour that has just begun would be a plunge.
    assertThat(
            browser.script(
                "const d = hissrv.plots[0].data[1].filter((v) => typeof v === 'number');"
                    + "return d[d.length - 1] >= 60"))
        .isEqualTo(true);
  }

  @Test
  void points_areChosenByName_intoTheChartThatIsActive() {
    open("r=1h&p=" + SUN);

    browser.click("Add a chart");
    browser.find("input[type=search]").sendKeys("voltage");
    browser.shows(() -> browser.click("Voltage L2 V"));

    assertThat(browser.address())
        .contains("&p=" + SUN + "&p=telemetry,channel=1001,interval=,type=m:2");
    assertThat(browser.all(".panel")).hasSize(2);
    browser.hover(0, 0.8);
    assertThat(cell("Voltage L2", "At cursor")).as("one crosshair").isNotEqualTo("–");
    browser.shows(() -> browser.click("Remove PV power"));
    assertThat(browser.text()).contains("Tick points on the left");
  }

  @Test
  void view_isKeptUnderAName() {
    open("r=yesterday&p=" + SUN + "&p=" + CHILLER + ":mode");
    browser.click("Views");
    browser.find(".popover input").sendKeys("Sun of yesterday");
    browser.click("Keep");
    open("r=1h&p=" + METER + ":1");

    browser.click("Views");
    browser.shows(() -> browser.click("Sun of yesterday"));

    assertThat(browser.address()).contains("r=yesterday&n=Sun%20of%20yesterday&p=" + SUN);
    assertThat(browser.title()).contains("Sun of yesterday");
    String kept = browser.address();
    browser.open(kept);
    assertThat(browser.all(".panel")).as("both charts, by the address alone").hasSize(2);
  }

  @Test
  void live_fetchesOnlyWhatIsNew() {
    open("r=1h&p=" + SUN);
    browser.requests();
    int before = (int) browser.times();

    browser.script("window.drawn = hissrv.plots[0]");
    browser.ready(before + 1);

    assertThat(browser.script("return hissrv.plots[0] === window.drawn"))
        .as("the drawing stays, only its data changes")
        .isEqualTo(true);
    List<URI> queries =
        browser.requests().stream().filter(one -> one.getPath().equals("/query")).toList();
    assertThat(queries).isNotEmpty();
    long start = Long.parseLong(queries.get(0).getQuery().replaceAll(".*start=(\\d+).*", "$1"));
    assertThat(start).isGreaterThan(System.currentTimeMillis() - 60_000);
    assertThat(browser.script("return hissrv.plots[0].data[0].length > 600")).isEqualTo(true);
  }

  @Test
  void download_isWhatIsShown() throws Exception {
    open("r=yesterday&every=1h&fn=max&p=" + SUN + "&p=" + CHILLER + ":mode");
    browser.click("Download");
    browser.click("CSV of what is shown");
    browser.click("Download");
    browser.click("Picture (PNG)");

    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> file(".csv") != null && file(".png") != null);
    String text = Files.readString(file(".csv"), StandardCharsets.UTF_8);
    assertThat(text)
        .startsWith("\ufeffTime (Asia/Shanghai),UTC,PV inverter PV power (kW),Chiller Mode\r\n")
        .contains(" 12:00:00,")
        .contains("T04:00:00.000Z,48,cooling");
    assertThat(Files.size(file(".png"))).isGreaterThan(8000);
  }

  private static Path file(String ending) throws Exception {
    try (var files = Files.list(downloads)) {
      return files.filter(one -> one.toString().endsWith(ending)).findFirst().orElse(null);
    }
  }

  @Test
  void keyboard_movesTheCrosshair_andTheRange() {
    open("r=24h&p=" + SUN);
    WebElement stage = browser.find(".stage");
    assertThat(stage.getAttribute("aria-label")).contains("PV power: last").contains("highest");

    stage.sendKeys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);
    assertThat(cell("PV power", "At cursor")).isNotEqualTo("–");
    assertThat(browser.find("[aria-live=polite].hidden").getAttribute("textContent"))
        .contains("PV power");
    browser.shows(() -> stage.sendKeys("+"));
    assertThat(browser.address()).contains("Z_20");
  }

  @Test
  void calendar_choosesADay() {
    open("r=1h&p=" + SUN);
    browser.click("Range …");
    int day =
        Integer.parseInt(site.midnight(1).atZone(MadeUpSite.ZONE).toString().substring(8, 10));
    if (browser.all(".days button[aria-current]").size() == 1 && day > 20 && today() == 1) {
      browser.click("Month before");
    }

    browser.shows(() -> browser.all(".days button").get(day - 1).click());

    assertThat(cell("PV power", "Max")).isEqualTo("48.00 12:00");
  }

  private static int today() {
    return site.midnight(0).atZone(MadeUpSite.ZONE).getDayOfMonth();
  }

  @Test
  void language_changesByAClick_andStays() {
    open("r=1h&p=" + SUN);
    browser.shows(() -> browser.click("中文"));

    assertThat(browser.text()).contains("港区站", "光伏功率", "设备");
    assertThat(browser.script("return document.documentElement.lang")).isEqualTo("zh-CN");
    open("r=6h&p=" + SUN);
    assertThat(browser.text()).contains("光伏功率");
    browser.shows(() -> browser.click("English"));
    assertThat(browser.text()).contains("PV power");
  }

  @Test
  void addressOfTheFirstPage_isStillUnderstood() {
    browser.open(site.url() + "/#m=telemetry&t.channel=1002&t.interval=&f=1&range=15m");

    assertThat(cell("PV power", "Last")).isNotEqualTo("–");
  }

  @Test
  void oldAndNewSamples_ofDifferentSteps_areNoGaps() {
    open("r=1h&p=" + SUN);

    assertThat(cell("PV power", "Gaps")).isEmpty();
  }

  /** From the calendar to the gap at noon in two clicks. */
  @Test
  void completeness_showsTheDays_andLeadsToTheGap() {
    browser.open(site.url() + "/#/explore?r=1h&p=" + SUN);
    browser.click("Completeness");
    browser.until("document.querySelector('.share-by-day tbody tr')");
    assertThat(browser.all(".share-by-day tbody td button").size()).isGreaterThan(3);
    assertThat(browser.text()).contains("Silences");
    // Yesterday the chiller said nothing for 40 minutes, which is less than whole.
    String yesterday = site.midnight(1).atZone(MadeUpSite.ZONE).toLocalDate().toString();
    assertThat(browser.all("td.whole button[aria-label*='" + yesterday + "']")).isNotEmpty();
    assertThat(browser.find("td:not(.whole) button[aria-label^='Chiller, " + yesterday + "']"))
        .extracting(WebElement::getText)
        .isEqualTo("97 %");

    browser.click("Show");
    browser.until("location.hash.startsWith('#/explore?r=') && hissrv.plots?.length > 0");
    assertThat(browser.all(".panel")).hasSize(1);
  }

  @Test
  void everybody_canUseIt() {
    for (Map.Entry<String, String> view :
        Map.of(
                "explore",
                "/#/explore?r=48h&p=" + SUN + ";" + METER + ":1&p=" + CHILLER + ":mode",
                "unknown",
                "/#/explore?r=1h&p=telemetry,channel=9999,type=m,interval=:1",
                "pipeline",
                "/#/pipeline",
                "completeness",
                "/#/completeness")
            .entrySet()) {
      for (boolean dark : new boolean[] {false, true}) {
        browser.size(1440, 900, 1, dark);
        browser.open(site.url() + view.getValue());
        assertThat(browser.accessibilityFindings()).as(view.getKey() + dark).isEmpty();
      }
    }
    browser.size(1440, 900, 1, false);
    open("r=1h&p=" + SUN);
    browser.click("Range …");
    assertThat(browser.accessibilityFindings()).as("calendar").isEmpty();
  }

  @Test
  void everyView_staysWithinAPhone_andUsesAWall() {
    for (String view : List.of("completeness", "pipeline", "storage")) {
      for (int width : new int[] {360, 3840}) {
        browser.size(width, 800, 1, false);
        browser.openOnly(site.url() + "/#/" + view);
        browser.until("document.querySelector('main .card, main .notice')");
        assertThat(browser.script("return document.documentElement.scrollWidth <= innerWidth"))
            .as(view + width)
            .isEqualTo(true);
      }
    }
    browser.complaints(); // This service has no /storage.
    browser.size(1440, 900, 1, false);
  }

  @Test
  void everyWidth_isUsed_andNothingSticksOut() {
    for (int width : new int[] {360, 768, 1440, 3840}) {
      browser.size(width, 900, 1, false);
      open("r=24h&p=" + METER + ":1+7");
      assertThat(browser.script("return document.documentElement.scrollWidth <= innerWidth"))
          .as(width + " px")
          .isEqualTo(true);
      assertThat(
              ((Number)
                      browser.script(
                          "return document.querySelector('.u-over').clientWidth / innerWidth"))
                  .doubleValue())
          .as(width + " px")
          .isGreaterThan(0.55);
    }
    browser.size(1440, 900, 1, false);
    open("r=24h&p=" + METER + ":1");
    assertThat(browser.script("return document.querySelector('.u-over').clientHeight > 420"))
        .isEqualTo(true);
  }
}
