package com.voltageems.hissrv.benchmarks;

import com.voltageems.hissrv.quickstart.Installation;
import com.voltageems.hissrv.quickstart.TemporaryFolder;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.InfluxDb1;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.RedisClient;

/**
 * Measures what a whole site needs on one small box: every part with the heap that {@code
 * deploy/systemd} gives it, all channels written once a second, windows aggregated, and a chart of
 * the last quarter of an hour queried every five seconds. Prints the peak resident memory of each
 * process so far, and the share of a core that it used.
 */
public final class EdgeBenchmark {
  private static final int FIELDS = 50;
  private static final List<String> BROKER = List.of("-Xms64m", "-Xmx192m", "-XX:+UseSerialGC");
  private static final List<String> WORKER = List.of("-Xms64m", "-Xmx192m", "-XX:+UseSerialGC");
  private static final List<String> SERVICE = List.of("-Xms16m", "-Xmx96m", "-XX:+UseSerialGC");

  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, ServerProcess> parts = new LinkedHashMap<>();
  private final SplittableRandom random = new SplittableRandom(1);

  private EdgeBenchmark() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    int seconds = args.length > 0 && args[0].equals("--short") ? 60 : 300;
    try (TemporaryFolder folder = TemporaryFolder.create()) {
      new EdgeBenchmark().run(folder.path(), seconds);
    }
  }

  private void run(Path dir, int seconds) throws IOException, InterruptedException {
    Installation installation = Installation.find();
    int port = Ports.free();
    try (RedisServer redis = RedisServer.start(dir.resolve("redis"), "--appendonly", "yes");
        InfluxDb1 database = InfluxDb1.start(dir.resolve("influxdb"));
        KafkaBroker kafka = KafkaBroker.start(dir.resolve("kafka"), BROKER);
        ConnectWorker worker =
            ConnectWorker.start(
                dir.resolve("connect"),
                kafka.bootstrapServers(),
                List.of(installation.sourceArchive(), installation.sinkArchive()),
                Map.of("consumer.metadata.max.age.ms", "5000"),
                ConnectWorker.Version.CURRENT,
                WORKER);
        ServerProcess service = service(installation, dir, port, database, kafka, worker)) {
      parts.put("redis", redis.process());
      parts.put("influxdb1", database.process());
      parts.put("kafka", kafka.process());
      parts.put("connect", worker.process());
      parts.put("query-service", service);
      send(database.url() + "/query?q=CREATE+DATABASE+ems", "POST");
      Map<String, String> sink = installation.connectorConfig("influx-sink-influxdb1.json");
      sink.put("influxdb.url", database.url());
      worker.submit("hissrv-influx-sink", sink);
      Map<String, String> source = installation.connectorConfig("redis-source.json");
      source.put("redis.uri", redis.uri());
      worker.submit("hissrv-redis-source", source);
      Figures.await("the service to answer", () -> Ports.isOpen(port));
      for (int channels : new int[] {10, 100}) {
        load(redis, "http://127.0.0.1:" + port, channels, seconds);
      }
    }
  }

  private static ServerProcess service(
      Installation installation,
      Path dir,
      int port,
      InfluxDb1 database,
      KafkaBroker kafka,
      ConnectWorker worker)
      throws IOException {
    Path file = dir.resolve("query.yml");
    Files.writeString(
        file,
        """
        http.port: %d
        store:
          type: influxdb1
          influxdb1.url: %s
          influxdb1.database: ems
        kafka.bootstrap.servers: %s
        connect.url: %s
        """
            .formatted(port, database.url(), kafka.bootstrapServers(), worker.url()));
    return ServerProcess.startJvm(
        "query-service",
        installation.queryServiceJar().toString(),
        SERVICE,
        Map.of(),
        "com.voltageems.hissrv.query.Main",
        List.of("--config", file.toString()),
        dir.resolve("query-service.log"));
  }

  private void load(RedisServer redis, String service, int channels, int seconds)
      throws IOException, InterruptedException {
    Figures.say("edge: %d channels of %d points once a second, %d s", channels, FIELDS, seconds);
    Map<String, Duration> before = cpu();
    long start = System.nanoTime();
    try (RedisClient client = RedisClient.create(redis.uri())) {
      for (int second = 0; second < seconds; second++) {
        write(client, channels);
        if (second % 5 == 0) {
          // The answer is empty or 404 until there is data; only the load of the query matters.
          send(service + "/query?measurement=telemetry&range=15m&interval=10s", "GET");
        }
        long next = start + TimeUnit.SECONDS.toNanos(second + 1L);
        TimeUnit.NANOSECONDS.sleep(Math.max(0, next - System.nanoTime()));
      }
    }
    double took = (System.nanoTime() - start) / 1e9;
    String load = "edge." + channels * FIELDS + "_points_per_s.";
    double all = 0;
    for (Map.Entry<String, ServerProcess> part : parts.entrySet()) {
      double peak = peakMegabytes(part.getValue().pid());
      all += peak;
      Figures.print(load + "rss_mb." + part.getKey(), peak, "MB");
      Duration used = part.getValue().cpuTime().minus(before.get(part.getKey()));
      Figures.print(
          load + "cpu." + part.getKey(), used.toMillis() / 10.0 / took, "percent of a core");
    }
    Figures.print(load + "rss_mb.all", all, "MB");
  }

  private Map<String, Duration> cpu() {
    Map<String, Duration> times = new LinkedHashMap<>();
    parts.forEach((name, part) -> times.put(name, part.cpuTime()));
    return times;
  }

  private void write(RedisClient client, int channels) {
    try (AbstractPipeline pipeline = client.pipelined()) {
      for (int channel = 1001; channel < 1001 + channels; channel++) {
        Map<String, String> hash = new HashMap<>();
        for (int field = 1; field <= FIELDS; field++) {
          hash.put(
              String.valueOf(field),
              String.format(Locale.ROOT, "%.2f", 220 + field + random.nextDouble(10)));
        }
        pipeline.hset("comsrv:" + channel + ":m", hash);
      }
      pipeline.sync();
    }
  }

  /** Returns the process's peak resident memory, from Linux's /proc. */
  private static double peakMegabytes(long pid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
      }
    }
    throw new IllegalStateException("/proc tells no VmHWM of " + pid);
  }

  private void send(String url, String method) throws IOException, InterruptedException {
    http.send(
        HttpRequest.newBuilder(URI.create(url))
            .timeout(Duration.ofSeconds(20))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.discarding());
  }
}
