package com.voltageems.hissrv.query.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.testkit.RequiresServer;
import com.voltageems.hissrv.testkit.RequiresServer.Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pictures of each view in both languages, light, dark and on a phone. {@code
 * -Dhissrv.update.docs=true} puts them into {@code docs/page}.
 */
@RequiresServer(Server.CHROMEDRIVER)
class PagePicturesIT {
  private static final String EXPLORE =
      "/#/explore?r=48h&p=telemetry,channel=1001,type=m,interval=:7;"
          + "telemetry,channel=1002,type=m,interval=:1;telemetry,channel=1003,type=m,interval=:2"
          + "&p=telemetry,channel=1003,type=m,interval=:1;"
          + "telemetry,channel=1004,type=m,interval=:1+mode;"
          + "telemetry,channel=1001,type=m,interval=:30";

  @Test
  @Timeout(600)
  void everyView_inBothLanguages_lightDarkAndOnAPhone(@TempDir Path dir) throws Exception {
    Path docs =
        Boolean.getBoolean("hissrv.update.docs")
            ? Path.of("../docs/page")
            : Files.createDirectories(dir.resolve("pictures"));
    try (MadeUpSite site = new MadeUpSite(dir.resolve("questdb"), Instant.now());
        Gate gate = new Gate(site.url())) {
      for (String language : new String[] {"en", "zh"}) {
        try (Browser browser = new Browser(language.equals("en") ? "en-GB" : "zh-CN", dir)) {
          gate.letThrough();
          take(browser, gate.url() + EXPLORE, docs, "explore-" + language);
          take(browser, gate.url() + "/#/completeness", docs, "completeness-" + language);
          gate.answer("/storage", 200, "application/json", Statuses.STORAGE, "");
          take(browser, gate.url() + "/#/storage", docs, "storage-" + language);
          gate.answer("/status", 200, "application/json", Statuses.now(Statuses.STUCK), "");
          gate.answer("/health", 503, "application/json", Statuses.now(Statuses.STUCK_HEALTH), "");
          take(browser, gate.url() + "/#/pipeline", docs, "pipeline-" + language);
        }
      }
    }
  }

  private static void take(Browser browser, String url, Path docs, String name) throws Exception {
    for (String kind : new String[] {"light", "dark", "phone"}) {
      boolean phone = kind.equals("phone");
      browser.size(phone ? 390 : 1440, phone ? 844 : 900, 1, kind.equals("dark"));
      browser.open(url);
      browser.until("document.querySelector('.strip li')");
      if (name.startsWith("explore")) {
        browser.until("document.querySelector('.devices input')");
      }
      assertThat(browser.script("return document.documentElement.scrollWidth <= innerWidth"))
          .as(name + "-" + kind + " stays within its window")
          .isEqualTo(true);
      Path file = docs.resolve(name + "-" + kind + ".png");
      browser.picture(file);
      assertThat(Files.size(file)).as(name).isBetween(15_000L, 250_000L);
    }
  }
}
