package com.voltageems.hissrv.benchmarks.query;

import com.voltageems.hissrv.benchmarks.Figures;
import com.voltageems.hissrv.benchmarks.Lines;
import com.voltageems.hissrv.quickstart.Installation;
import com.voltageems.hissrv.quickstart.TemporaryFolder;
import com.voltageems.hissrv.testkit.InfluxDb1;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.ServerProcess;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares the query service with the same question sent directly to the database by HTTP, and with
 * itself. The data: one day of channels with five fields, one sample a second; and a second
 * measurement in which every hundredth sample was written twice. Both sides use the same client,
 * connection and compression (none). Figures are medians of pairs that take turns.
 */
public final class QueryBenchmark {
  private static final int FIELDS = 5;
  private static final int PAIRS = 30;
  private static final int DAY = 86_400;
  private static final int AT_ONCE = 20_000;
  private static final String PLAIN = "bench";
  private static final String REPEATED = "bench_repeats";

  private final QueryClient client = new QueryClient();
  private final QueryTarget target;
  private final int channels;

  private QueryBenchmark(QueryTarget target, boolean isShort) {
    this.target = target;
    this.channels = isShort ? 4 : 10;
  }

  public static void main(String[] args) throws Exception {
    List<String> options = List.of(args);
    boolean isShort = options.contains("--short");
    try (TemporaryFolder folder = TemporaryFolder.create()) {
      if (!options.contains("--without=questdb")) {
        try (QueryTarget target = QueryTarget.questDb(folder.path().resolve("questdb"))) {
          new QueryBenchmark(target, isShort).run(folder.path());
        }
      }
      if (InfluxDb1.isInstalled() && !options.contains("--without=influxdb1")) {
        QueryTarget.Influx one =
            QueryTarget.Influx.version1(InfluxDb1.start(folder.path().resolve("influxdb1")));
        try (one) {
          QueryBenchmark benchmark = new QueryBenchmark(one, isShort);
          benchmark.client.body(one.create());
          benchmark.run(folder.path());
        }
      }
      Optional<QueryTarget> two = InfluxDb2Target.find();
      if (two.isPresent() && !options.contains("--without=influxdb2")) {
        try (QueryTarget target = two.get()) {
          new QueryBenchmark(target, isShort).run(folder.path());
        }
      }
    }
  }

  private void run(Path folder) throws Exception {
    int rows = DAY * channels;
    Figures.say("query %s: %d rows of %d fields, %d pairs", target.name(), rows, FIELDS, PAIRS);
    fill(PLAIN, rows, false);
    fill(REPEATED, rows, true);
    int port = Ports.free();
    Path config = folder.resolve(target.name() + ".yml");
    Files.writeString(
        config,
        "http.port: " + port + "\nquery.cache.closed: 1h\nquery.timeout: 1m\n" + target.settings());
    try (ServerProcess service =
        ServerProcess.startJvm(
            "query-service",
            Installation.find().queryServiceJar().toString(),
            List.of("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC"),
            Map.of(),
            "com.voltageems.hissrv.query.Main",
            List.of("--config", config.toString()),
            folder.resolve(target.name() + ".log"))) {
      service.awaitReady(Duration.ofMinutes(1), () -> Ports.isOpen(port));
      measure("http://127.0.0.1:" + port);
    }
  }

  private void fill(String table, int rows, boolean repeated) throws Exception {
    for (int from = 0; from < rows; from += AT_ONCE) {
      client.body(
          target.write(Lines.text(table, from, Math.min(AT_ONCE, rows - from), channels, FIELDS)));
    }
    if (repeated) {
      // Writes every hundredth second again, as happens if a request was answered too late.
      StringBuilder again = new StringBuilder();
      for (int second = 0; second < DAY; second += 100) {
        again.append(Lines.text(table, second * channels, channels, channels, FIELDS));
      }
      client.body(target.write(again.toString()));
    }
    HttpRequest count = target.count(table);
    int expected = repeated && target.name().equals("questdb") ? rows + DAY / 100 * channels : rows;
    Figures.await(
        "every row of " + table,
        () -> client.text(count).matches("(?s).*[\\[,]" + expected + "].*"));
  }

  private void measure(String service) throws Exception {
    Instant start = Instant.ofEpochMilli(Lines.START);
    Instant hour = start.plusSeconds(3600);
    Instant day = start.plusSeconds(DAY);
    String plain = service + "/query?cache=no&fields=f1&channel=3&measurement=" + PLAIN;
    String repeated = service + "/query?cache=no&fields=f1&channel=3&measurement=" + REPEATED;
    String means = "&interval=5m&function=mean" + range(start, day);
    String rawDay = plain + "&limit=100000" + range(start, day);
    ratio("raw_hour_vs_direct", plain + range(start, hour), target.points(PLAIN, "3", start, hour));
    ratio("raw_day_vs_direct", rawDay, target.points(PLAIN, "3", start, day));
    ratio("means_vs_direct", plain + means, target.means(PLAIN, "3", start, day));
    ratio("means_vs_direct.repeats", repeated + means, target.means(REPEATED, "3", start, day));
    String aggregate =
        service
            + "/aggregate?cache=no&interval=5m&fields=f1&channel=3&measurement="
            + PLAIN
            + range(start, day);
    ratio("aggregate_vs_one", aggregate, get(plain + means));
    // The database's time for all eight functions, which may be several times that of one.
    ratio("aggregate_vs_direct", aggregate, target.eight(PLAIN, "3", start, day));
    ratio(
        "latest_vs_direct",
        service + "/latest?measurement=" + PLAIN + range(start, day),
        target.latest(PLAIN, start, day));
    ratio(
        "downsample_vs_plain",
        plain + "&max_points=1000&limit=100000" + range(start, day),
        get(rawDay));
    rates(service, aggregate.replace("cache=no&", ""));
  }

  private static String range(Instant start, Instant end) {
    return "&start=" + start + "&end=" + end;
  }

  private static HttpRequest get(String url) {
    return HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(60)).build();
  }

  private void ratio(String name, String asked, HttpRequest other) throws Exception {
    QueryClient.Pair pair = client.pairs(get(asked), other, PAIRS);
    String figure = "query." + name + "." + target.name();
    Figures.print(figure, pair.first() / pair.second(), "ratio");
    Figures.print(figure + ".ms", pair.first(), "ms");
    Figures.print(figure + ".other_ms", pair.second(), "ms");
  }

  /**
   * Compares an answer from the cache with a constant one of about the same size, from the same
   * server.
   */
  private void rates(String service, String asked) throws Exception {
    HttpRequest constant = get(service + "/openapi.json");
    int size = client.body(constant).length;
    String whole = new String(client.body(get(asked)), StandardCharsets.UTF_8);
    int rows = 288;
    int limit = Math.max(1, Math.min(rows, (int) ((long) rows * size / whole.length())));
    HttpRequest cached = get(asked + "&limit=" + limit);
    Figures.say("%d bytes from memory, %d constant", client.body(cached).length, size);
    QueryClient.Pair pair = client.pairs(cached, constant, PAIRS * 20);
    Figures.print(
        "query.cached_vs_constant." + target.name(), pair.second() / pair.first(), "ratio");
  }
}
