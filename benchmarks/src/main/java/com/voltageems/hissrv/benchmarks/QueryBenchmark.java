package com.voltageems.hissrv.benchmarks;

import com.voltageems.hissrv.quickstart.HistorySystem;
import com.voltageems.hissrv.quickstart.Installation;
import com.voltageems.hissrv.quickstart.TemporaryFolder;
import com.voltageems.hissrv.testkit.Ports;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/**
 * The query service against the same question put to the database itself by HTTP: a day of one
 * channel in 5-minute means, and an hour of raw values. Ten channels of five fields, one sample a
 * second. What the service does in addition is to merge repeated writes, which a bare query does
 * not.
 */
public final class QueryBenchmark {
  private static final int CHANNELS = 10;
  private static final int FIELDS = 5;

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final HistorySystem system;
  private final int repeats;

  private QueryBenchmark(HistorySystem system, int repeats) {
    this.system = system;
    this.repeats = repeats;
  }

  public static void main(String[] args) throws Exception {
    boolean isShort = args.length > 0 && args[0].equals("--short");
    int rows = isShort ? 200_000 : 864_000;
    Figures.say("query: %d rows of %d fields, %d channels", rows, FIELDS, CHANNELS);
    try (TemporaryFolder folder = TemporaryFolder.create();
        HistorySystem system =
            new HistorySystem(
                Installation.find(), folder.path(), Ports.free(), false, line -> {})) {
      Lines lines = new Lines(system.database());
      for (int from = 0; from < rows; from += 10_000) {
        lines.post(Lines.text("bench", from, 10_000, CHANNELS, FIELDS));
      }
      Figures.await("every row", () -> system.database().rows("bench") == rows);
      new QueryBenchmark(system, isShort ? 20 : 50).run(rows / CHANNELS);
    }
  }

  private void run(int seconds) throws Exception {
    Instant start = Instant.ofEpochMilli(Lines.START);
    Instant end = start.plusSeconds(seconds);
    compare(
        "means",
        "/query?measurement=bench&channel=3&fields=f1&interval=5m&function=mean"
            + range(start, end),
        "select timestamp, avg(f1) from bench where channel = '3' and timestamp >= '%s' and timestamp < '%s' sample by 5m"
            .formatted(start, end));
    Instant hour = start.plusSeconds(3600);
    compare(
        "raw_hour",
        "/query?measurement=bench&channel=3&fields=f1" + range(start, hour),
        "select timestamp, f1 from bench where channel = '3' and timestamp >= '%s' and timestamp < '%s'"
            .formatted(start, hour));
  }

  private static String range(Instant start, Instant end) {
    return "&start=" + start + "&end=" + end;
  }

  private void compare(String name, String query, String sql) throws Exception {
    double service = medianMs(system.url() + query);
    double direct =
        medianMs(
            system.database().url()
                + "/exec?query="
                + URLEncoder.encode(sql, StandardCharsets.UTF_8));
    Figures.print("query." + name + "_ms", service, "ms");
    Figures.print("query." + name + "_direct_ms", direct, "ms");
    Figures.print("query." + name + "_vs_direct", service / direct, "ratio");
  }

  private double medianMs(String url) throws IOException, InterruptedException {
    double[] times = new double[repeats];
    for (int i = -5; i < repeats; i++) {
      long begun = System.nanoTime();
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(30)).build(),
              HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IllegalStateException(url + ": " + answer.statusCode() + " " + answer.body());
      }
      if (i >= 0) {
        times[i] = (System.nanoTime() - begun) / 1e6;
      }
    }
    Arrays.sort(times);
    return times[repeats / 2];
  }
}
