package com.voltageems.hissrv.query.web;

import static com.voltageems.hissrv.query.web.SharedSite.SUN;
import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.site.SiteFile;
import com.voltageems.hissrv.query.site.live.LiveSite;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.RequiresServer;
import com.voltageems.hissrv.testkit.RequiresServer.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a service that runs by a site's file, while that file and the service change. */
@RequiresServer(Server.CHROMEDRIVER)
class PageSiteFileIT extends OnSharedSite {
  private final int port = Ports.free();

  @TempDir Path dir;
  private LiveSite service;
  private String url;

  @BeforeEach
  void serve() throws Exception {
    write("");
    start();
    url = "http://127.0.0.1:" + port;
  }

  @AfterEach
  void stop() {
    // A page that is still open would complain of a service that goes away.
    browser.openOnly("about:blank");
    service.close();
  }

  private void start() throws Exception {
    service =
        new LiveSite(
            new SiteFile(dir.resolve("hissrv.yml"), Map.of()),
            new StoreOnly(),
            "test",
            Clock.systemUTC());
    service.start();
  }

  private void write(String more) throws IOException {
    Path draft = dir.resolve("hissrv.yml.new");
    Files.writeString(
        draft,
        "api: {port: %d}\nquestdb: {jdbc_url: \"%s\"}\n%s\n"
            .formatted(port, site.database().jdbcUrl(), more));
    // In one go: the service may look at any moment.
    Files.move(
        draft,
        dir.resolve("hissrv.yml"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * What {@code hissrv_site_file_refused} tells a machine, the page tells people, with the place.
   */
  @Test
  void fileThatCannotBeUsed_isShownWithItsPlace_untilItCan() throws Exception {
    browser.open(url + "/#/pipeline");
    assertThat(browser.text()).doesNotContain("hissrv.yml");

    write("query: {max_row: 1}");
    browser.until("document.body.innerText.includes('hissrv.yml is invalid')");
    assertThat(browser.text())
        .contains("the previous one stays in use")
        .contains("hissrv.yml:3:9: query.max_row: unknown key; did you mean query.max_rows?");
    assertThat(browser.accessibilityFindings()).isEmpty();
    browser.click("中文");
    browser.until("document.body.innerText.includes('hissrv.yml 无法使用')");
    assertThat(browser.text()).contains("hissrv.yml:3:9：query.max_row：未知的键，是否指 query.max_rows？");
    browser.click("English");

    write("");
    browser.until("!document.body.innerText.includes('is invalid')");
    browser.script("localStorage.clear()");
  }

  /** On a wall nobody presses reload. */
  @Test
  void changedNames_areShownByAnOpenPage() throws Exception {
    browser.open(url + "/#/explore?r=1h&p=" + SUN);
    assertThat(browser.find(".panel h2").getText()).isEqualTo("1002");
    browser.until("document.querySelector('.strip li.up')");

    write("site: {channels: {1002: {name: Roof, points: {1: {name: Sunshine, unit: kW}}}}}");

    browser.until("document.querySelector('.legend tbody tr')?.dataset.line === 'Sunshine'");
    browser.untilSays(".panel h2", "Roof");
  }

  /**
   * The page asked for the names just before the service took the file, and for the file's time
   * just after: it kept the old names. They are as long, and of as many scripts, as names get.
   */
  @Test
  void namesThatChangeWhileThePageOpens_areShown_whateverTheirScript() throws Exception {
    String name = "مضخة 🔋 ".repeat(28).strip();
    write(
        "site: {channels: {1002: {name: \"%s\", points: {1: {name: \"%s\", unit: kW}}}}}"
            .formatted(name, "Leistung".repeat(25)));
    browser.open(url + "/#/explore?r=1h&p=" + SUN);
    browser.untilSays(".panel h2", "مضخة");
    for (int width : List.of(1280, 640, 360)) {
      browser.size(width, 720, width == 640 ? 2 : 1, false);
      assertThat(browser.script("return document.documentElement.scrollWidth <= innerWidth"))
          .as(width + " px")
          .isEqualTo(true);
    }
    assertThat(browser.accessibilityFindings()).isEmpty();
    browser.size(1440, 900, 1, false);
  }

  /** A live page goes on by itself when the service does, and is not "Live" meanwhile. */
  @Test
  void serviceStartedAgain_underALivePage() throws Exception {
    browser.open(url + "/#/explore?r=1h&p=" + SUN);
    browser.until("document.querySelector('.live.on')");

    service.close();
    browser.until("document.querySelector('.panel .notice')");
    assertThat(browser.find(".panel .notice").getText()).contains("The service cannot be reached");
    browser.untilSays(".live", "No answer");
    assertThat(browser.script("return hissrv.plots[0].data[0].length > 100")).isEqualTo(true);
    browser.until("document.querySelector('.strip').textContent.includes('cannot be reached')");
    // Since when, on both, for whoever comes by later.
    for (String place : List.of(".panel .notice", ".strip")) {
      browser.untilSays(place, "The service last answered at ");
      assertThat(browser.find(place).getText())
          .containsPattern("answered at \\d\\d:\\d\\d:\\d\\d\\.");
    }

    start();
    browser.until(
        "!document.querySelector('.panel .notice') && document.querySelector('.live.on')");
    browser.until("document.querySelector('.strip li.up')");
    // Refused, reset, empty or not connected, by what a call was doing when the service went.
    assertThat(browser.complaints()).allMatch(one -> one.contains("net::ERR_"));
  }
}
