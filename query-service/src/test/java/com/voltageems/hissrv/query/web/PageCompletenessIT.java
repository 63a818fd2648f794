package com.voltageems.hissrv.query.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.testkit.RequiresServer;
import com.voltageems.hissrv.testkit.RequiresServer.Server;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** The calendar of completeness: what it colours, what it lists, and where it leads. */
@RequiresServer(Server.CHROMEDRIVER)
class PageCompletenessIT extends OnSharedSite {
  private void open() {
    browser.open(site.url() + "/#/completeness");
  }

  /** The cell of a device on a day of the site. */
  private WebElement cell(String device, LocalDate day) {
    return browser.find(".share-by-day button[aria-label^='" + device + ", " + day + "']");
  }

  private LocalDate day(int daysAgo) {
    return site.midnight(daysAgo).atZone(MadeUpSite.ZONE).toLocalDate();
  }

  /** From the calendar to the gap at noon in two clicks. */
  @Test
  void completeness_showsTheDays_andLeadsToTheGap() {
    browser.open(site.url() + "/#/explore?r=1h&p=" + SharedSite.SUN);
    browser.click("Completeness");
    browser.until("document.querySelector('.share-by-day tbody tr')");
    assertThat(browser.all(".share-by-day tbody td button").size()).isGreaterThan(3);
    assertThat(browser.text()).contains("Silences");
    // Yesterday the chiller said nothing for 40 minutes, which is less than whole.
    String yesterday = day(1).toString();
    assertThat(browser.all("td.whole button[aria-label*='" + yesterday + "']")).isNotEmpty();
    assertThat(browser.find("td:not(.whole) button[aria-label^='Chiller, " + yesterday + "']"))
        .extracting(WebElement::getText)
        .isEqualTo("97 %");

    browser.shows(() -> browser.click("Show"));
    assertThat(browser.address()).contains("#/explore?r=");
    assertThat(browser.cell("Supply temperature", "Gaps")).contains("12:40");
    // The states of the others stand below: often one of them is why.
    assertThat(browser.all(".panel")).hasSize(2);
    assertThat(browser.find(".panel + .panel .stage").getAttribute("aria-label"))
        .contains("Breaker: closed");
  }

  /** A device that began ten minutes ago has not missed the hours before. */
  @Test
  void firstDay_countsFromTheFirstSample() {
    open();

    String told = cell("equal", day(0)).getAttribute("title");
    assertThat(told).containsPattern("^6\\d\\d of \\d{3,4} samples, Since |^\\d+ of \\d+ samples$");
    assertThat(browser.all(".share-by-day button[aria-label^='equal, " + day(5) + "']")).isEmpty();
    assertThat(browser.all("button[aria-label^='equal, '][title*='Since ']")).hasSize(1);
  }

  /** It was there before the calendar begins: that it says nothing since is its own doing. */
  @Test
  void deviceThatCameBack_hasMissedTheDaysBefore() {
    open();

    assertThat(cell("back", day(5)).getText()).isEqualTo("0 %");
    assertThat(cell("back", day(13)).getText()).isEqualTo("0 %");
  }

  /** What has said nothing at all is not left out. */
  @Test
  void deviceThatSaysNothing_isThere() {
    open();

    String rows = browser.find(".share-by-day").getText();
    assertThat(rows).containsPattern("dead\\s+no live value in these days");
    assertThat(rows).containsOnlyOnce("no live value");
  }

  /** Seconds beside hours would hide these. */
  @Test
  void silencesOfSeconds_standBehindAFold() {
    open();
    WebElement fold = browser.find("details.short");
    assertThat(fold.getText()).matches("\\d+ of less than a minute");
    assertThat(browser.find(".silences").getText()).doesNotContainPattern(":\\d\\d(\\.\\d+)? 7 s");

    fold.findElement(By.tagName("summary")).click();
    assertThat(fold.getText()).contains("stutters").contains("7 s");
    WebElement seconds =
        fold.findElements(By.tagName("tr")).stream()
            .filter(row -> row.getText().matches("(?s)stutters.* 7 s.*"))
            .findFirst()
            .orElseThrow();
    browser.shows(() -> seconds.findElement(By.tagName("button")).click());
    assertThat(browser.address()).contains("odd,channel=stutters");
    assertThat(browser.cell("1", "Gaps")).endsWith("7 s");
  }

  @Test
  void phone_showsNames_theNewestDay_andWhatIsToBePressed() {
    browser.size(360, 800, 1, false);
    open();
    assertThat(
            browser.script(
                "const box = (one) => document.querySelector('.share-by-day tbody ' + one)"
                    + ".getBoundingClientRect();"
                    + "return box('td:last-child').right <= innerWidth && box('th').left >= 0"))
        .as("a phone shows names and the newest day")
        .isEqualTo(true);
    assertThat(
            browser.script(
                "return [...document.querySelectorAll('.silences button')].every((one) =>"
                    + " one.getBoundingClientRect().right <= innerWidth - 8)"))
        .isEqualTo(true);
  }

  /** The range of a question, in days. */
  private static double days(URI call) {
    Map<String, Instant> times = new HashMap<>();
    for (String one : call.getQuery().split("&", -1)) {
      if (one.startsWith("start=") || one.startsWith("end=")) {
        int equals = one.indexOf('=');
        times.put(one.substring(0, equals), Instant.parse(one.substring(equals + 1)));
      }
    }
    return Duration.between(times.get("start"), times.get("end")).toHours() / 24.0;
  }

  /** How many it names. */
  private static int devices(URI call) {
    return call.getQuery().split("&tag\\.", -1).length - 1;
  }

  private static boolean counts(URI call) {
    return call.getPath().equals("/completeness");
  }

  /** The calendar but for today, which goes on meanwhile, and since when who was silent. */
  private List<String> told(String url) {
    browser.open(url + "/#/completeness");
    browser.until("!document.querySelector('.message .hint')");
    List<String> told = new ArrayList<>();
    for (WebElement row : browser.all(".share-by-day tr")) {
      List<WebElement> cells = row.findElements(By.xpath("*"));
      cells.subList(0, cells.size() - 1).forEach(cell -> told.add(cell.getText()));
    }
    for (WebElement row : browser.all(".silences tbody tr")) {
      String from = row.findElement(By.tagName("td")).getText();
      // Without a date it is one of today, which goes on, too.
      if (from.contains("-")) {
        told.add(row.findElement(By.tagName("th")).getText() + " " + from);
      }
    }
    return told;
  }

  /** Day by day and device by device the same is told as at once. */
  @Test
  void databaseThatTakesLong_isAskedForLess_andTheSameIsTold() throws Exception {
    try (Gate gate = new Gate(site.url())) {
      List<String> atOnce = told(gate.url());
      assertThat(atOnce).hasSizeGreaterThan(100);
      gate.tooLong(call -> counts(call) && days(call) > 1.1);
      assertThat(told(gate.url())).as("day by day").isEqualTo(atOnce);
      gate.tooLong(call -> counts(call) && (days(call) > 1.1 || devices(call) == 0));
      assertThat(told(gate.url())).as("some devices at a time").isEqualTo(atOnce);
      gate.tooLong(call -> counts(call) && (days(call) > 1.1 || devices(call) != 1));
      assertThat(told(gate.url())).as("device by device").isEqualTo(atOnce);

      String yesterday = "start=" + site.midnight(1).toString().substring(0, 19);
      gate.tooLong(
          call ->
              counts(call)
                  && (days(call) > 1.1
                      || devices(call) != 1
                      || (call.getQuery().contains(yesterday)
                          && !call.getQuery().contains("tag.channel=equal"))));
      told(gate.url());
      assertThat(browser.find(".share-by-day").getText()).contains("?");
      assertThat(browser.find("[title='The database did not count this day in time']").getText())
          .isEqualTo("?");
      browser.openOnly(site.url() + "/#/completeness"); // nothing asks a gate that is closed
      assertThat(browser.complaints()).allMatch(one -> one.contains("504"));
    }
  }

  /** While days are still being counted, those that are stand there. */
  @Test
  void daysThatAreCounted_areShownMeanwhile() throws Exception {
    try (Gate gate = new Gate(site.url())) {
      String third = "start=" + site.midnight(3).toString().substring(0, 19);
      gate.tooLong(call -> counts(call) && days(call) > 1.1);
      gate.hold("/completeness", third);
      browser.openOnly(gate.url() + "/#/completeness");
      browser.until("document.querySelector('.message .hint')?.textContent.includes('3 of 14')");
      assertThat(cell("Chiller", day(1)).getText()).isEqualTo("97 %");
      assertThat(browser.all(".share-by-day thead th")).hasSize(4);
      gate.letThrough();
      browser.ready(1);
      assertThat(browser.all(".share-by-day thead th")).hasSize(15);
      browser.openOnly(site.url() + "/#/completeness"); // nothing asks a gate that is closed
      assertThat(browser.complaints()).allMatch(one -> one.contains("504"));
    }
  }
}
