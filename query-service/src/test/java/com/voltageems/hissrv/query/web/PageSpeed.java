package com.voltageems.hissrv.query.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.store.questdb.QuestDbWriter;
import com.voltageems.hissrv.testkit.RequiresServer;
import com.voltageems.hissrv.testkit.RequiresServer.Server;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small, soon there, and fluid; compared with what cannot be avoided in the same browser. */
@RequiresServer(Server.CHROMEDRIVER)
class PageSpeed {
  private static final int POINTS = 100_000;

  /** What the modules may take to come and to be read, beside that. */
  private static final int LOADING_MS = 250;

  private static MadeUpSite site;
  private static Browser browser;
  private static long start;

  @BeforeAll
  static void start(@TempDir Path dir) throws Exception {
    Instant now = Instant.now();
    site = new MadeUpSite(dir.resolve("questdb"), now);
    start = now.toEpochMilli() / 1000 * 1000 - POINTS * 1000L;
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < POINTS; i++) {
      lines.add(
          "many,channel=7 1=" + (Math.sin(i / 900.0) + i % 7 / 10.0) + " " + (start + i * 1000L));
    }
    new QuestDbWriter(site.database().url()).write("many", lines);
    browser = new Browser("en-GB", dir);
  }

  @AfterAll
  static void stop() {
    browser.close();
    site.close();
  }

  @Test
  void page_isUnder300kBCompressed() {
    browser.open(site.url() + "/");

    Number bytes =
        (Number)
            browser.script(
                "return performance.getEntriesByType('resource')"
                    + ".filter((one) => /\\.(js|css|svg)$/.test(new URL(one.name).pathname))"
                    + ".concat(performance.getEntriesByType('navigation'))"
                    + ".reduce((sum, one) => sum + one.encodedBodySize, 0)");
    System.out.println("the page is " + bytes + " bytes compressed");
    assertThat(bytes.longValue()).isBetween(30_000L, 300_000L);
  }

  /**
   * The bare query and an empty page, one after the other, are what no page can do without. The
   * quickest of several rounds counts, for the machine may be busy with something else.
   */
  @Test
  void firstChart_isSoonThere() {
    String view = "/#/explore?r=48h&p=telemetry,channel=1001,type=m,interval=:1+2+7";
    List<Double> chart = new ArrayList<>();
    List<Double> bare = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      browser.open(site.url() + view);
      chart.add(
          ((Number) browser.script("return performance.getEntriesByName('shown')[0].startTime"))
              .doubleValue());
      String query =
          String.valueOf(
              browser.script(
                  "return performance.getEntriesByType('resource').map((one) => one.name)"
                      + ".find((one) => one.includes('/aggregate?'))"));
      browser.openOnly(site.url() + "/favicon.svg");
      Number empty =
          (Number)
              browser.script(
                  "const n = performance.getEntriesByType('navigation')[0]; return n.duration");
      Number asked =
          (Number)
              browser.later(
                  "const done = arguments[1]; const t = performance.now(); fetch(arguments[0])"
                      + ".then((r) => r.json()).then(() => done(performance.now() - t))",
                  query);
      bare.add(empty.doubleValue() + asked.doubleValue());
    }
    System.out.printf("first chart %.0f ms, bare %.0f ms%n", quickest(chart), quickest(bare));
    assertThat(quickest(chart)).isLessThan(1.5 * quickest(bare) + LOADING_MS);
  }

  @Test
  void hundredThousandPoints_stayFluid() {
    browser.open(
        site.url()
            + "/#/explore?r="
            + Instant.ofEpochMilli(start)
            + "_"
            + Instant.ofEpochMilli(start + POINTS * 1000L)
            + "&every=raw&p=many,channel=7:1");
    assertThat(browser.script("return hissrv.plots[0].data[0].length")).isEqualTo((long) POINTS);

    String frames =
        """
        const done = arguments[0];
        const own = hissrv.plots[0];
        const box = document.body.appendChild(document.createElement('div'));
        const alone = new uPlot({width: own.width, height: own.height,
          series: [{}, {stroke: 'teal', points: {show: false}}]}, own.data.slice(0, 2), box);
        const tick = () => new Promise((resolve) => requestAnimationFrame(resolve));
        const median = (all) => all.sort((a, b) => a - b)[all.length >> 1];
        const measure = async (move) => {
          const times = [];
          for (let i = 0; i < 60; i++) {
            await tick();
            const from = performance.now();
            move((i % 20) * 12);
            await Promise.resolve();
            await Promise.resolve();
            times.push(performance.now() - from);
          }
          return median(times);
        };
        (async () => {
          const {min, max} = own.scales.x;
          const scale = (max - min) / own.over.clientWidth;
          const bare = await measure((px) => alone.setScale('x', {min: min - px * scale, max: max - px * scale}));
          hissrv.startPan(own, {clientX: 0});
          const page = await measure((px) => hissrv.panBy(px));
          done([page, bare]);
        })();
        """;
    @SuppressWarnings("unchecked")
    List<Number> medians = (List<Number>) browser.later(frames);
    double page = medians.get(0).doubleValue();
    double bare = medians.get(1).doubleValue();
    System.out.printf(
        "a frame of %d points: page %.1f ms, uPlot alone %.1f ms%n", POINTS, page, bare);
    assertThat(page).isLessThanOrEqualTo(2 * bare);
  }

  private static double quickest(List<Double> all) {
    return all.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }
}
