package com.voltageems.hissrv.query.web;

import com.voltageems.hissrv.query.store.questdb.QuestDbWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * One made-up site and one browser for all classes that only look at it; closed when the last test
 * of the run is over.
 */
final class SharedSite implements BeforeAllCallback {
  static final String SUN = "telemetry,channel=1002,type=m,interval=:1";
  static final String METER = "telemetry,channel=1001,type=m,interval=";
  static final String CHILLER = "telemetry,channel=1004,type=m,interval=";

  /** What is shared. */
  record Open(MadeUpSite site, Browser browser, Path downloads) implements AutoCloseable {
    static Open start() {
      try {
        Path dir = Files.createTempDirectory(Path.of("target"), "shared-site");
        Path downloads = Files.createDirectory(dir.resolve("downloads"));
        MadeUpSite site = new MadeUpSite(dir.resolve("questdb"), Instant.now());
        odd(site);
        return new Open(site, new Browser("en-GB", downloads), downloads);
      } catch (Exception e) {
        throw new IllegalStateException("the made-up site does not start", e);
      }
    }

    /**
     * What no chart is made for: one point alone, equal values, very large ones, long texts; and
     * what the calendar is asked about: seconds of silence, and devices of three weeks ago.
     */
    private static void odd(MadeUpSite site) {
      long now = site.now().toEpochMilli();
      List<String> lines = new ArrayList<>();
      lines.add("odd,channel=one 1=42.5 " + (now - 60_000));
      long before = now - 21 * 86_400_000L;
      lines.add("odd,channel=dead 1=1 " + before);
      lines.add("odd,channel=back 1=1 " + before);
      for (long time = now - 600_000; time <= now; time += 1000) {
        lines.add("odd,channel=equal 1=7 " + time);
        lines.add("odd,channel=back 1=2 " + time);
        if ((now - time) / 1000 % 200 > 5) {
          lines.add("odd,channel=stutters 1=3 " + time);
        }
        lines.add("odd,channel=huge 1=" + (1.0e15 + (time - now) * 1e8) + " " + time);
        lines.add(
            "odd,channel=text mode=\"" + "waits for <b>somebody</b> ".repeat(30) + "\" " + time);
      }
      new QuestDbWriter(site.database().url()).write("odd", lines);
    }

    /** A view of curves. */
    void explore(String view) {
      browser.open(site.url() + "/#/explore?" + view);
    }

    /** So long until the last sample, which is as old as the run of tests: {@code r=} of a view. */
    String until(Duration length) {
      return "r=" + site.now().minus(length) + "_" + site.now();
    }

    /** What the database was asked since the last look. */
    List<String> questions() {
      return browser.requests().stream()
          .filter(one -> List.of("/query", "/aggregate").contains(one.getPath()))
          .map(one -> String.valueOf(one.getQuery()))
          .toList();
    }

    @Override
    public void close() {
      browser.close();
      site.close();
    }
  }

  private static Open open;

  /** What is shared, once a class that asks for it has begun. */
  static Open open() {
    return open;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    open =
        context
            .getRoot()
            .getStore(Namespace.GLOBAL)
            .getOrComputeIfAbsent(Open.class, type -> Open.start(), Open.class);
  }
}
