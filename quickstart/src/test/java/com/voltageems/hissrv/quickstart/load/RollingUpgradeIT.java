package com.voltageems.hissrv.quickstart.load;

import static com.voltageems.hissrv.quickstart.HistorySystem.SINK;
import static com.voltageems.hissrv.quickstart.HistorySystem.SOURCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.quickstart.HistoryClient;
import com.voltageems.hissrv.quickstart.Installation;
import com.voltageems.hissrv.quickstart.site.Connectors;
import com.voltageems.hissrv.quickstart.site.Expect;
import com.voltageems.hissrv.quickstart.site.QueryService;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.Parts;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.QuestDb;
import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;

/**
 * A site with exactly-once support is upgraded under load, as docs/operate/change.md says, and then
 * rolled back: three workers one by one from Connect 3.9 to the current one, the two services one
 * by one. Every element and entry is in its topic once, every window too; what the sink has
 * committed is in the database at any moment.
 *
 * <p>The older version is this one, in the older worker; where the property {@code
 * hissrv.older.root} names another checkout, it is what is built there.
 */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class RollingUpgradeIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private final Installation newer = Installation.find();
  private final Installation older = older();
  @RegisterExtension final Parts parts = new Parts();
  private final ConnectWorker[] workers = new ConnectWorker[3];
  private final Service[] services = new Service[2];

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path dir;

  private RedisServer redis;
  private QuestDb database;
  private KafkaBroker kafka;

  private record Service(ServerProcess process, HistoryClient client) {}

  private static Installation older() {
    String root = System.getProperty("hissrv.older.root");
    return root == null ? Installation.find() : new Installation(Path.of(root));
  }

  @BeforeEach
  void start() {
    redis =
        parts.add(
            RedisServer.start(dir.resolve("redis"), "--appendonly", "yes", "--appendfsync", "no"));
    database = parts.add(QuestDb.prepare(dir.resolve("questdb")));
    kafka = parts.add(KafkaBroker.start(dir.resolve("kafka")));
  }

  @Test
  void upgradedAndRolledBackUnderLoad_nothingLostNothingTwice() throws Exception {
    for (int i = 0; i < workers.length; i++) {
      workers[i] = worker("older-" + i, older, ConnectWorker.Version.V3_9);
    }
    for (ConnectWorker worker : workers) {
      worker.awaitReady();
    }
    database.awaitReady();
    submit();
    Load load = parts.add(new Load(redis));
    Arrivals arrivals =
        parts.add(new Arrivals(kafka.bootstrapServers(), database, "connect-" + SINK));
    arrivals.await(load.pushed());
    for (int i = 0; i < services.length; i++) {
      services[i] = service("older-" + i, older);
    }
    awaitUp();

    for (int i = 0; i < workers.length; i++) {
      replace(i, "newer-" + i, newer, ConnectWorker.Version.CURRENT);
      arrivals.await(load.pushed());
      if (i < services.length) {
        services[i].process().close();
        services[i] = service("newer-" + i, newer);
        awaitUp();
      }
    }
    System.out.printf("upgraded: %s%n", arrivals);

    for (int i = workers.length - 1; i >= 0; i--) {
      replace(i, "back-" + i, older, ConnectWorker.Version.V3_9);
      arrivals.await(load.pushed());
      if (i < services.length) {
        services[i].process().close();
        services[i] = service("back-" + i, older);
        awaitUp();
      }
    }

    arrivals.awaitWindows();
    long pushed = load.end();
    arrivals.await(pushed);
    arrivals.end();
    System.out.printf("upgraded and rolled back: pushed %d, %s%n", pushed, arrivals);
    assertThat(arrivals.failure()).isNull();
    assertThat(arrivals.repeated()).isEmpty();
    assertThat(arrivals.missingWindows()).isEmpty();
    awaitUp();
    try (RedisClient client = RedisClient.create(redis.uri())) {
      await()
          .atMost(LIMIT)
          .until(() -> client.exists("archive:pending", "archive:pending:inflight") == 0);
      assertThat(client.exists("archive:pending:rejected")).isFalse();
    }
    for (Service service : services) {
      Map<Long, Double> live =
          service.client().points("telemetry", Map.of("channel", "1001"), "voltage");
      assertThat(live).as("live values").isNotEmpty();
    }
  }

  private void replace(int i, String name, Installation of, ConnectWorker.Version version)
      throws Exception {
    workers[i].close();
    workers[i] = worker(name, of, version);
    workers[i].awaitReady();
    await(name)
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(() -> workers[i].isRunning(SOURCE, 2) && workers[i].isRunning(SINK, 2));
  }

  private ConnectWorker worker(String name, Installation of, ConnectWorker.Version version) {
    return parts.add(
        ConnectWorker.prepare(
            dir.resolve(name),
            kafka.bootstrapServers(),
            List.of(of.sourceArchive(), of.sinkArchive()),
            Map.of(
                "consumer.metadata.max.age.ms", "2000",
                "session.timeout.ms", "6000",
                "consumer.session.timeout.ms", "6000",
                "scheduled.rebalance.max.delay.ms", "3000"),
            version,
            List.of()));
  }

  private void submit() {
    Map<String, String> sink = Connectors.sink(older, database);
    sink.put("tasks.max", "2");
    workers[0].submit(SINK, sink);
    Map<String, String> source = Load.source(older, redis);
    source.put("tasks.max", "2");
    workers[0].submit(SOURCE, source);
    await()
        .atMost(LIMIT)
        .until(() -> workers[0].isRunning(SOURCE, 2) && workers[0].isRunning(SINK, 2));
  }

  private Service service(String name, Installation of) throws IOException {
    int port = Ports.free();
    Path folder = Files.createDirectories(dir.resolve("service-" + name));
    Path config =
        Files.writeString(
            folder.resolve("hissrv.yml"),
            """
            redis:
              url: %s
            questdb:
              url: %s
              jdbc_url: %s
            kafka:
              bootstrap_servers: %s
            api:
              port: %d
            connect:
              url: [%s]
            retention:
              policies:
                - {name: realtime, duration: 30d}
                - {name: minutes, duration: 365d}
            downsampling:
              grace: 5s
              tasks:
                - name: minutes
                  source: realtime
                  target: minutes
                  interval: 1m
                  aggregations: [{function: MEAN, alias: avg}]
            """
                .formatted(
                    redis.uri(),
                    database.url(),
                    database.jdbcUrl(),
                    kafka.bootstrapServers(),
                    port,
                    Arrays.stream(workers)
                        .map(ConnectWorker::url)
                        .collect(Collectors.joining("\", \"", "\"", "\""))));
    ServerProcess process = parts.add(QueryService.start(of, config, port));
    return new Service(process, new HistoryClient("http://127.0.0.1:" + port));
  }

  /** Both services, each with what keeps it from being so. */
  private void awaitUp() {
    for (Service service : services) {
      if (service.process().isAlive()) {
        Expect.up(service.client());
      }
    }
  }
}
