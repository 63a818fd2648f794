package com.voltageems.hissrv.query.web;

import static com.voltageems.hissrv.query.web.SharedSite.CHILLER;
import static com.voltageems.hissrv.query.web.SharedSite.METER;
import static com.voltageems.hissrv.query.web.SharedSite.SUN;
import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.testkit.RequiresServer;
import com.voltageems.hissrv.testkit.RequiresServer.Server;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The page as people come to it: first view, addresses, languages, sizes, access for everybody. */
@RequiresServer(Server.CHROMEDRIVER)
class PageIT extends OnSharedSite {
  @Test
  void firstView_hasNamedCurvesWithoutAClick() {
    browser.open(site.url() + "/");

    assertThat(browser.text())
        .contains("Harbour site", "Grid meter · Grid power", "PV inverter · PV power")
        .contains("Battery · Battery power", "State of charge");
    assertThat(browser.script("return hissrv.plots[0].data[1].length > 100")).isEqualTo(true);
    assertThat(browser.address()).contains("#/explore?r=6h&p=telemetry,channel=1001");
    assertThat(browser.title()).contains("Last 6 hours", "Harbour site");
    browser.untilSays(".strip li.up", "Database");
  }

  /** What the address names is asked for at once, and not once more when its names are known. */
  @Test
  void whatTheAddressNames_isAskedForOnce() {
    for (String range : List.of("r=48h", page.until(Duration.ofDays(2)))) {
      if (asked(range, METER + ":1+7")) {
        assertThat(page.questions()).singleElement().asString().contains("field=1&field=7");
      }

      // One of the three is a state: asked for ahead as numbers, then as what it is.
      if (asked(range, METER + ":1+7+30")) {
        assertThat(page.questions())
            .satisfiesExactlyInAnyOrder(
                one -> assertThat(one).contains("functions=mean,min,max", "field=30"),
                one -> assertThat(one).contains("function=last", "field=30"));
      }
      assertThat(browser.all(".states .u-over")).as("the state is drawn as one").hasSize(1);
      assertThat(browser.all(".legend tbody tr")).hasSize(2);

      // A text has no mean, so it is not guessed to be a number.
      if (asked(range, CHILLER + ":mode")) {
        assertThat(page.questions()).singleElement().asString().contains("function=last");
      }
    }
  }

  /**
   * Opens a view; whether what it asked ahead can have served. A range that ends now has moved on
   * after three seconds, and is asked for again.
   */
  private boolean asked(String range, String points) {
    browser.asksNothing();
    page.explore(range + "&p=" + points);
    return !range.equals("r=48h")
        || Boolean.TRUE.equals(browser.script("return performance.now() < 3000"));
  }

  @Test
  void unknownChannel_isSaidToBeUnknown_andNothingElseIsShown() {
    page.explore("r=1h&p=telemetry,channel=9999,type=m,interval=:1");

    assertThat(browser.find(".hint").getText()).contains("9999").contains("no such device");
    assertThat(browser.address()).contains("channel=9999");
    assertThat(browser.all(".legend tbody tr")).isEmpty();
  }

  /** One point that is not there (any more) takes nothing from the others. */
  @Test
  void unknownPoint_isSaidToBeUnknown_andTheOthersAreDrawn() {
    page.explore("r=1h&p=" + METER + ":1+99;gone,channel=1001:1");

    assertThat(browser.find(".hint").getText()).contains("Grid meter", "no such device or point");
    assertThat(browser.cell("Voltage L1", "Last")).containsPattern("^2[23]\\d\\.\\d$");
    assertThat(browser.all(".panel .notice")).isEmpty();
    browser.complaints(); // The question that was asked before names were known is refused.
  }

  @Test
  void linkThatCannotBeRead_saysWhatIsLeftOut() {
    page.explore("r=99y&fn=evil&p=" + SUN + "&p=%E0%A4%A");

    assertThat(browser.find(".hint").getText()).contains("ignored: r=99y, fn=evil, p=%E0%A4%A");
    assertThat(browser.cell("PV power", "Last")).isNotEqualTo("–");
    browser.shows(() -> browser.click("24h"));
    assertThat(browser.all(".hint")).isEmpty();
    browser.open(site.url() + "/#/nothing");
    assertThat(browser.find(".hint").getText()).contains("ignored: nothing");
  }

  @Test
  void emptyRange_saysSo_andLeadsToTheLastValues() {
    page.explore("r=2020-01-01T00:00:00Z_2020-01-02T00:00:00Z&p=" + SUN);

    assertThat(browser.find(".hint").getText()).contains("nothing was stored in this range");
    browser.shows(() -> browser.click("Go to the last values"));
    assertThat(browser.cell("PV power", "Last")).containsPattern("\\d");
  }

  @Test
  void view_isKeptUnderAName() {
    page.explore("r=yesterday&p=" + SUN + "&p=" + CHILLER + ":mode");
    browser.click("Views");
    browser.find(".popover input").sendKeys("Sun of yesterday");
    browser.click("Save");
    page.explore("r=1h&p=" + METER + ":1");

    browser.click("Views");
    browser.shows(() -> browser.click("Sun of yesterday"));

    assertThat(browser.address()).contains("r=yesterday&n=Sun%20of%20yesterday&p=" + SUN);
    assertThat(browser.title()).contains("Sun of yesterday");
    String kept = browser.address();
    browser.open(kept);
    assertThat(browser.all(".panel")).as("both charts, by the address alone").hasSize(2);
  }

  /** With storage blocked, as some browsers' settings do, the page stayed empty. */
  @Test
  void browserThatStoresNothing_hasThePage_andSaysWhatIsLost() {
    Object forbids =
        browser
            .driver()
            .executeCdpCommand(
                "Page.addScriptToEvaluateOnNewDocument",
                Map.of(
                    "source",
                    "for (const one of ['localStorage', 'sessionStorage'])"
                        + " Object.defineProperty(window, one, {get() {"
                        + " throw new DOMException('denied', 'SecurityError'); }})"))
            .get("identifier");
    try {
      page.explore("r=1h&p=" + SUN);
      browser.shows(() -> browser.click("中文"));
      assertThat(browser.text()).contains("光伏功率");
      browser.shows(() -> browser.click("English"));
      browser.click("Views");
      browser.find(".popover input").sendKeys("Sun");
      browser.click("Save");
      browser.untilSays(".popover", "This browser stores nothing for this page");
      assertThat(browser.accessibilityFindings()).isEmpty();
    } finally {
      browser
          .driver()
          .executeCdpCommand(
              "Page.removeScriptToEvaluateOnNewDocument", Map.of("identifier", forbids));
      browser.openOnly("about:blank");
    }
  }

  @Test
  void language_changesByAClick_andStays() {
    page.explore("r=1h&p=" + SUN);
    browser.shows(() -> browser.click("中文"));

    assertThat(browser.text()).contains("港区站", "光伏功率", "设备");
    assertThat(browser.script("return document.documentElement.lang")).isEqualTo("zh-CN");
    page.explore("r=6h&p=" + SUN);
    assertThat(browser.text()).contains("光伏功率");
    browser.shows(() -> browser.click("English"));
    assertThat(browser.text()).contains("PV power");
  }

  @Test
  void addressOfTheFirstPage_isStillUnderstood() {
    browser.open(site.url() + "/#m=telemetry&t.channel=1002&t.interval=&f=1&range=15m");

    assertThat(browser.cell("PV power", "Last")).isNotEqualTo("–");
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
    page.explore("r=1h&p=" + SUN);
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
        assertThat(
                ((Number)
                        browser.script(
                            "return document.querySelector('.pipeline')"
                                + ".getBoundingClientRect().width / innerWidth"))
                    .doubleValue())
            .as(view + " uses the width of " + width)
            .isGreaterThan(0.85);
      }
    }
    browser.complaints(); // This service has no /storage.
    browser.size(1440, 900, 1, false);
  }

  @Test
  void everyWidth_isUsed_andNothingSticksOut() {
    for (int width : new int[] {360, 768, 1440, 3840}) {
      browser.size(width, 900, 1, false);
      page.explore("r=24h&p=" + METER + ":1+7");
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
    page.explore("r=24h&p=" + METER + ":1");
    assertThat(browser.script("return document.querySelector('.u-over').clientHeight > 420"))
        .isEqualTo(true);
  }

  /** What is read from some metres: the head, the list, the figures and what is drawn. */
  @Test
  void wall_hasLargeLetters() {
    browser.size(3840, 2160, 1, false);
    page.explore("r=24h&p=" + METER + ":7;" + CHILLER + ":mode");

    // The state of the parts is asked for after the chart.
    browser.until("document.querySelector('.strip li')");
    for (String what : List.of("h1", "nav a", ".strip li", ".picker h2", ".legend tbody th")) {
      assertThat(
              ((Number)
                      browser.script(
                          "const e = document.querySelector(arguments[0]);"
                              + "return parseFloat(getComputedStyle(e).fontSize) * e.currentCSSZoom",
                          what))
                  .doubleValue())
          .as(what)
          .isGreaterThanOrEqualTo(20);
    }
    // The drawing's letters, and the line of the date below the times.
    assertThat(
            browser.script(
                "const [text, size] = hissrv.plots[0].axes[0].font;"
                    + "return parseFloat(text) === size && size >= 19"))
        .isEqualTo(true);
    // The crosshair is where the pointer is, and the picker stays within the window.
    browser.hover(0, 0.5);
    assertThat(
            browser.script(
                "const u = hissrv.plots[0];"
                    + "return Math.abs(u.cursor.left - u.over.clientWidth / 2) < 2"))
        .isEqualTo(true);
    assertThat(
            browser.script(
                "return document.querySelector('.picker').getBoundingClientRect().bottom"
                    + " <= innerHeight"))
        .isEqualTo(true);
  }

  /** On paper: charts as wide as it, no buttons, and dark letters also of a dark page. */
  @Test
  void paper_hasWhatIsRead() {
    browser.size(1440, 900, 1, true);
    page.explore("r=24h&p=" + METER + ":7;" + CHILLER + ":mode");
    browser.size(700, 900, 1, true);
    browser.print(true);

    assertThat(
            browser.script(
                "const seen = (one) => document.querySelector(one).checkVisibility();"
                    + "return ['.toolbar', '.picker', 'nav', '.panel-head button'].some(seen)"
                    + " || !seen('.print-only') || !seen('.legend')"))
        .isEqualTo(false);
    assertThat(browser.find(".print-only").getText())
        .matches("Last 24 hours · \\d\\d-\\d\\d \\d\\d:\\d\\d – .*\\d\\d:\\d\\d");
    assertThat(
            browser.script(
                "return [...document.querySelectorAll('canvas')].every((one) => {"
                    + "const box = one.getBoundingClientRect();"
                    + "return box.width > 500 && box.right <= innerWidth && box.height > 60;"
                    + "}) && document.documentElement.scrollWidth <= innerWidth"))
        .isEqualTo(true);
    assertThat(browser.script("return getComputedStyle(document.body).color"))
        .isEqualTo("rgb(21, 32, 43)");
    assertThat(browser.script("return getComputedStyle(document.querySelector('canvas')).filter"))
        .asString()
        .contains("invert");
    browser.print(false);
  }
}
