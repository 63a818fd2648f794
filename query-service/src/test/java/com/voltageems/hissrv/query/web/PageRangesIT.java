package com.voltageems.hissrv.query.web;

import static com.voltageems.hissrv.query.web.SharedSite.SUN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.testkit.RequiresServer;
import com.voltageems.hissrv.testkit.RequiresServer.Server;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** Moving in time: by mouse, fingers, keys and calendar, and a live view that goes on. */
@RequiresServer(Server.CHROMEDRIVER)
class PageRangesIT extends OnSharedSite {
  @Test
  void timeLabels_doNotRunIntoEachOther() {
    // Of yesterday: the site's last sample may be older than five minutes by now.
    Instant morning = site.midnight(1).plus(Duration.ofHours(10));
    String fiveMinutes = morning + "_" + morning.plus(Duration.ofMinutes(5));
    for (String range : List.of(fiveMinutes, "1h", "6h", "24h", "48h", "7d")) {
      page.explore("r=" + range + "&p=" + SUN);
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
    page.explore("r=48h&p=" + SUN);
    assertThat(browser.text()).contains("means of 5 min");
    browser.requests();

    browser.shows(() -> browser.drag(0, 0.4, 0.5, false));

    assertThat(browser.text()).contains("means of 30 s");
    assertThat(browser.address()).containsPattern("r=20[^&]*Z_20[^&]*Z&p=");
    assertThat(browser.requests().toString()).contains("interval=30s");
    String zoomed = browser.address();
    browser.shows(browser::back);
    assertThat(browser.address()).contains("r=48h");
    assertThat(browser.text()).contains("means of 5 min");
    // A zoomed address opened by somebody else shows the same.
    browser.open(zoomed);
    assertThat(browser.text()).contains("means of 30 s");
  }

  @Test
  void zoomedView_isNotUndoneByTheNextRefresh() {
    page.explore("r=1h&p=" + SUN);
    browser.shows(() -> browser.drag(0, 0.2, 0.4, false));
    String zoomed = browser.address();
    Object bounds = browser.script("return JSON.stringify(hissrv.plots[0].scales.x)");
    browser.script("hissrv.refresh()");
    await()
        .atMost(Duration.ofMinutes(1))
        .pollDelay(Duration.ofMillis(1500))
        .untilAsserted(() -> assertThat(browser.address()).isEqualTo(zoomed));
    assertThat(browser.script("return JSON.stringify(hissrv.plots[0].scales.x)")).isEqualTo(bounds);
  }

  @Test
  void shiftAndDragging_pans() {
    page.explore("r=6h&p=" + SUN);
    Number before = (Number) browser.script("return hissrv.plots[0].scales.x.min");

    browser.shows(() -> browser.drag(0, 0.3, 0.8, true));

    Number after = (Number) browser.script("return hissrv.plots[0].scales.x.min");
    assertThat(before.doubleValue() - after.doubleValue()).isBetween(2.5 * 3600, 3.5 * 3600);
  }

  @Test
  void twoFingers_zoom() {
    page.explore("r=6h&p=" + SUN);

    browser.shows(() -> browser.pinch(0, 0.4, 0.6, 0.1, 0.9));

    Number width =
        (Number)
            browser.script("return hissrv.plots[0].scales.x.max - hissrv.plots[0].scales.x.min");
    assertThat(width.doubleValue()).as("a quarter of six hours").isBetween(5000.0, 5800.0);
    assertThat(browser.address()).containsPattern("r=20[^&]*Z_20[^&]*Z&p=");
  }

  @Test
  void yesterdaysPeak_isFoundInTwoClicks() {
    page.explore("r=1h&p=" + SUN);

    browser.click("Range …");
    browser.shows(() -> browser.click("Yesterday"));

    assertThat(browser.cell("PV power", "Max")).isEqualTo("48.00 12:00");
    assertThat(browser.cell("PV power", "Energy")).startsWith("366.").endsWith("kWh");
  }

  @Test
  void live_fetchesOnlyWhatIsNew() {
    page.explore("r=1h&p=" + SUN);
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
  void keyboard_movesTheCrosshair_andTheRange() {
    page.explore("r=24h&p=" + SUN);
    WebElement stage = browser.find(".stage");
    assertThat(stage.getAttribute("aria-label")).contains("PV power: last").contains("highest");

    stage.sendKeys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);
    assertThat(browser.cell("PV power", "At cursor")).isNotEqualTo("–");
    assertThat(browser.find("[aria-live=polite].hidden").getAttribute("textContent"))
        .contains("PV power");
    browser.shows(() -> stage.sendKeys("+"));
    assertThat(browser.address()).contains("Z_20");
  }

  @Test
  void calendar_choosesADay() {
    page.explore("r=1h&p=" + SUN);
    browser.click("Range …");
    int day =
        Integer.parseInt(site.midnight(1).atZone(MadeUpSite.ZONE).toString().substring(8, 10));
    if (browser.all(".days button[aria-current]").size() == 1 && day > 20 && today() == 1) {
      browser.click("Previous month");
    }

    browser.shows(() -> browser.all(".days button").get(day - 1).click());

    assertThat(browser.cell("PV power", "Max")).isEqualTo("48.00 12:00");
  }

  private int today() {
    return site.midnight(0).atZone(MadeUpSite.ZONE).getDayOfMonth();
  }
}
