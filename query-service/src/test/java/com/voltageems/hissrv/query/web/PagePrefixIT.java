package com.voltageems.hissrv.query.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.testkit.RequiresServer;
import com.voltageems.hissrv.testkit.RequiresServer.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The page behind a proxy that has it under a path of its own, beside other sites. */
@RequiresServer(Server.CHROMEDRIVER)
class PagePrefixIT extends OnSharedSite {
  private static final String FOLDER = "/site7/history";
  private static final String OTHER = "/site8/history";

  private Gate gate;

  @BeforeEach
  void start() throws IOException {
    gate = new Gate(site.url(), FOLDER, OTHER);
  }

  @AfterEach
  void stop() {
    browser.script("localStorage.clear(); sessionStorage.clear()");
    // Else it would go on asking a proxy that is gone.
    browser.openOnly("about:blank");
    // Tests that refuse something are complained of; the others look themselves.
    List<String> unused = browser.complaints();
    gate.close();
  }

  private static boolean downloaded(Path folder, String end) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.anyMatch(file -> file.toString().endsWith(end));
    }
  }

  @Test
  void everything_staysUnderThePath() {
    for (String view : List.of("completeness", "storage", "pipeline", "explore")) {
      browser.open(gate.url() + FOLDER + "/#/" + view);
    }
    for (String end : List.of("CSV of what is shown", "Picture (PNG)")) {
      browser.click("Download");
      browser.click(end);
    }
    await("both files")
        .atMost(Duration.ofMinutes(2))
        .until(() -> downloaded(page.downloads(), ".csv") && downloaded(page.downloads(), ".png"));
    // What generators of clients and viewers of the document ask.
    assertThat(
            browser.later(
                "const done = arguments[0]; fetch('openapi.json').then((a) => a.json())"
                    + ".then((d) => done(new URL(d.servers[0].url, location.href).pathname))"
                    + ".catch((e) => done(String(e)))"))
        .isEqualTo(FOLDER + "/");

    assertThat(gate.astray()).isEmpty();
    // This site has no storage to look at.
    assertThat(browser.complaints())
        .allSatisfy(one -> assertThat(one).contains(FOLDER + "/storage"));
  }

  @Test
  void withoutTheSlash_thePageFindsItself() {
    browser.open(gate.url() + FOLDER + "#/pipeline");

    assertThat(browser.address()).isEqualTo(gate.url() + FOLDER + "/#/pipeline");
  }

  @Test
  void views_areOfOneSiteOnly() {
    browser.open(gate.url() + FOLDER + "/");
    browser.click("Views");
    browser.find("input[maxlength='80']").sendKeys("mine");
    browser.click("Save");
    browser.click("Views");
    browser.untilCount(".views a", 1);

    browser.open(gate.url() + OTHER + "/");
    browser.click("Views");
    browser.find("input[maxlength='80']");
    assertThat(browser.all(".views a")).isEmpty();
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void token_isOfOneSiteOnly() {
    String token = "read-token-of-site-7";
    gate.answer(Gate.ALL, 401, "application/json", "{\"detail\": \"a token is needed\"}", token);
    browser.openOnly(gate.url() + FOLDER + "/#/pipeline");
    browser.find(".notice input").sendKeys(token);
    browser.click("Use");
    browser.ready(1);

    browser.openOnly(gate.url() + OTHER + "/#/pipeline");
    browser.find(".notice input");
    assertThat(browser.script("return Object.keys(sessionStorage).join()"))
        .asString()
        .contains(FOLDER)
        .doesNotContain(OTHER);
  }
}
