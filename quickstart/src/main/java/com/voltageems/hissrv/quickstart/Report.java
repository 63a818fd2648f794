package com.voltageems.hissrv.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;

/** Prints what the command says about a running system. */
final class Report {
  private static final int FIRST_ROWS = 5;

  private final PrintStream out;
  private final HistorySystem system;
  private final Site site;
  private final HistoryClient history;

  Report(PrintStream out, HistorySystem system, Site site, HistoryClient history) {
    this.out = out;
    this.system = system;
    this.site = site;
    this.history = history;
  }

  /** Prints the page's address and a call to paste for each endpoint. */
  void addresses(String window) {
    String url = system.url();
    out.println("Web page:  " + url + "/");
    out.println();
    for (String path :
        new String[] {
          "/health",
          "/status",
          "/measurements",
          "/latest?measurement=telemetry&channel=1001&type=m",
          "/query?measurement=telemetry&channel=1001&type=m&fields=1,2,3&range=5m&limit=10",
          "/query?measurement=telemetry&channel=1001&tag.interval="
              + window
              + "&fields=1_avg,1_min,1_max,1_count&range=5m",
          "/query?measurement=telemetry&channel=1001&type=m&fields=7&range=15m&interval=1m&function=mean",
          "/query?measurement=custom_metrics&range=5m&format=csv"
        }) {
      out.println("  curl '" + url + path + "'");
    }
    out.println();
  }

  /** Prints the first rows of the first channel's first point. */
  void firstRows() throws InterruptedException {
    Site.Channel channel = site.channels().get(0);
    Site.Point point = channel.points().get(0);
    NavigableMap<Long, Double> rows =
        history.points("telemetry", Verification.liveTags(channel), point.id());
    out.printf(
        "First rows: measurement telemetry, channel %d (%s), field %s (%s)%n",
        channel.id(), channel.name(), point.id(), point.name());
    int printed = 0;
    for (Map.Entry<Long, Double> row : rows.entrySet()) {
      out.printf("  %s  %s%n", Instant.ofEpochMilli(row.getKey()), row.getValue());
      if (++printed == FIRST_ROWS) {
        break;
      }
    }
    out.println();
  }

  /** Prints one line: how much has passed each part, and what still waits. */
  void progress(SiteSimulator simulator) throws InterruptedException {
    JsonNode status = history.get("/status");
    out.printf(
        Locale.ROOT,
        "%tT  Redis %,d points written | Kafka %,d records processed, lag %d, %d dead letters"
            + " | database %,d rows%n",
        System.currentTimeMillis(),
        simulator.pointsWritten(),
        status.path("processed").asLong(),
        status.path("queue_size").asLong(),
        status.path("failed").asLong(),
        system.questDb().rows("telemetry")
            + system.questDb().rows("model_data")
            + system.questDb().rows("custom_metrics"));
  }
}
