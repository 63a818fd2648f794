package com.voltageems.hissrv.query.web;

import static com.voltageems.hissrv.query.web.SharedSite.CHILLER;
import static com.voltageems.hissrv.query.web.SharedSite.METER;
import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.testkit.RequiresServer;
import com.voltageems.hissrv.testkit.RequiresServer.Server;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** Everything by the keyboard: what is drawn anew under a key does not take the focus away. */
@RequiresServer(Server.CHROMEDRIVER)
class PageKeysIT extends OnSharedSite {
  private static final int MOST_TABS = 120;

  /** Presses Tab until a control has the focus; {@code e} is the control in the condition. */
  private void tabTo(String condition) {
    String found =
        "const e = document.activeElement; return e !== document.body && Boolean("
            + condition
            + ")";
    for (int i = 0; i < MOST_TABS; i++) {
      press(Keys.TAB);
      if (Boolean.TRUE.equals(browser.script(found))) {
        return;
      }
    }
    throw new AssertionError("no Tab leads to " + condition);
  }

  private void press(CharSequence key) {
    browser.driver().switchTo().activeElement().sendKeys(key);
  }

  private Object focused(String property) {
    return browser.script("return document.activeElement." + property);
  }

  @Test
  void fromTheFirstPage_toAnotherDevice_aGap_theCalendar_thePipeline_andBack() {
    browser.open(site.url() + "/");
    browser.until("document.querySelector('.devices input')");

    tabTo("e.matches('.devices summary') && e.textContent.includes('Chiller')");
    press(Keys.ENTER);
    browser.until("document.querySelector('.devices input[data-key*=\"1004\"]')");
    tabTo("e.matches('input[data-key*=\"1004\"]')");
    browser.shows(() -> press(Keys.SPACE));
    assertThat(browser.text()).contains("Supply temperature");

    tabTo("e.matches('.range-name')");
    press(Keys.ENTER);
    press(Keys.ARROW_DOWN);
    assertThat(focused("innerText")).isEqualTo("Yesterday");
    browser.shows(() -> press(Keys.ENTER));
    assertThat(focused("className")).asString().contains("range-name");

    tabTo("e.matches('.gap')");
    browser.shows(() -> press(Keys.ENTER));
    assertThat(focused("className")).isEqualTo("value gap");

    tabTo("e.innerText === 'Completeness'");
    browser.shows(() -> press(Keys.ENTER));
    assertThat(focused("innerText")).isEqualTo("Completeness");
    tabTo("e.matches('.share-by-day button')");
    browser.shows(() -> press(Keys.ENTER));
    assertThat(focused("id")).isEqualTo("main");

    tabTo("e.innerText === 'Pipeline'");
    browser.shows(() -> press(Keys.ENTER));
    assertThat(focused("innerText")).isEqualTo("Pipeline");
    browser.shows(browser::back);
    assertThat(browser.address()).contains("#/explore");
  }

  /** A live chart is drawn anew every few seconds. */
  @Test
  void liveFigures_keepTheFocus() {
    page.explore("r=1h&p=" + METER + ":1+2");
    browser.script("document.querySelectorAll('.legend button.value')[3].focus()");
    Object line = focused("closest('tr').dataset.line");

    browser.shows(() -> browser.script("hissrv.refresh()"));

    assertThat(line).isEqualTo("Voltage L2");
    assertThat(focused("closest('tr')?.dataset.line")).isEqualTo(line);
  }

  /** A laptop that slept: its clock went on, its timers did not. */
  @Test
  void page_thatSlept_looksAtOnce() {
    page.explore("r=7d&p=" + CHILLER + ":1");
    page.questions();

    browser.shows(() -> browser.script("const now = Date.now; Date.now = () => now() + 3600e3"));

    assertThat(page.questions()).isNotEmpty();
  }

  /** One that is set, on the other hand, tells nothing of the site. */
  @Test
  void browsersClockThatIsSet_movesNoChart() {
    for (String by : List.of("-7200e3", "+7200e3")) {
      page.explore("r=1h&p=" + METER + ":1");
      browser.script("const now = Date.now; Date.now = () => now() " + by);
      browser.ready((int) browser.times() + 2);

      browser.until("Math.abs(hissrv.plots[0].scales.x.max - new Date().getTime() / 1000) < 600");
    }
  }
}
