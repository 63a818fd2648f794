package com.voltageems.hissrv.quickstart.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.voltageems.hissrv.quickstart.Closer;
import com.voltageems.hissrv.quickstart.HistoryClient;
import com.voltageems.hissrv.quickstart.Installation;
import com.voltageems.hissrv.quickstart.QueryService;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.QuestDb;
import com.voltageems.hissrv.testkit.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A site on three brokers, each with a copy of every partition, under load: each broker in turn is
 * killed with {@code -9}, then two at once. With one away everything arrives all the same, and
 * {@code /health} tells what lacks a copy; with two away it tells that Kafka takes nothing. In the
 * end every element, entry and window is in its topic once; what the sink has committed is in the
 * database at any moment. A round takes two minutes: there are a tenth as many as the property
 * {@code hissrv.kill.rounds} says, at least one; {@code hissrv.kill.seed} says which two.
 */
class ThreeBrokersKillIT {
  private static final String SINK = "hissrv-influx-sink";
  private static final String SOURCE = "hissrv-redis-source";
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final Installation installation = Installation.find();
  private final List<AutoCloseable> parts = new ArrayList<>();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path dir;

  private RedisServer redis;
  private QuestDb database;
  private List<KafkaBroker> brokers;
  private ConnectWorker worker;
  private HistoryClient history;

  @BeforeEach
  void start() throws Exception {
    redis =
        part(RedisServer.start(dir.resolve("redis"), "--appendonly", "yes", "--appendfsync", "no"));
    database = part(QuestDb.prepare(dir.resolve("questdb")));
    brokers = KafkaBroker.startCluster(dir.resolve("kafka"), 3);
    brokers.forEach(this::part);
    worker =
        part(
            ConnectWorker.start(
                dir.resolve("connect"),
                bootstrapServers(),
                List.of(installation.sourceArchive(), installation.sinkArchive()),
                Map.of(
                    "offset.storage.replication.factor", "3",
                    "config.storage.replication.factor", "3",
                    "status.storage.replication.factor", "3",
                    "consumer.metadata.max.age.ms", "2000")));
    database.awaitReady();
    submit();
    int port = Ports.free();
    Path config =
        Files.writeString(
            dir.resolve("query-service.yml"),
            """
            http.port: %d
            store.type: questdb
            store.questdb.url: %s
            kafka.bootstrap.servers: %s
            connect.url: %s
            connect.source: %s
            connect.sink: %s
            connect.commit.interval: 1s
            stuck.after.ms: 10000
            health.interval: 1s
            """
                .formatted(
                    port, database.jdbcUrl(), bootstrapServers(), worker.url(), SOURCE, SINK));
    history = new HistoryClient("http://127.0.0.1:" + port);
    part(QueryService.start(installation, config, port));
  }

  @AfterEach
  void stop() {
    parts.forEach(Closer::closeQuietly);
  }

  private <T extends AutoCloseable> T part(T part) {
    parts.add(0, part);
    return part;
  }

  private String bootstrapServers() {
    return brokers.stream().map(KafkaBroker::bootstrapServers).collect(Collectors.joining(","));
  }

  private void submit() {
    Map<String, String> sink = installation.connectorConfig("influx-sink-questdb.json");
    sink.put("influxdb.url", database.url());
    worker.submit(SINK, sink);
    Map<String, String> source = installation.connectorConfig("redis-source.json");
    source.put("redis.uri", redis.uri());
    source.put("sources", "live,archive1m,pending,events");
    source.keySet().removeIf(key -> key.startsWith("sources.archive5m."));
    source.put("sources.archive1m.scan", "false");
    source.put("sources.live.pattern", "comsrv:*");
    source.put("sources.events.type", "stream");
    source.put("sources.events.key", "events");
    source.put("aggregation.windows", "1m");
    // Small claims, so that each kill meets some in flight.
    source.put("batch.max.records", "50");
    source.put("poll.interval.ms", "100");
    source.put("status.interval.ms", "1000");
    worker.submit(SOURCE, source);
  }

  @Test
  void brokersKilled_nothingLostNothingTwice_andTold() throws Exception {
    int rounds = Math.max(1, Integer.getInteger("hissrv.kill.rounds", 1) / 10);
    long seed = Long.getLong("hissrv.kill.seed", System.nanoTime());
    System.out.println("kill rounds " + rounds + ", seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    Load load = part(new Load(redis));
    Arrivals arrivals = part(new Arrivals(bootstrapServers(), database, "connect-" + SINK));
    arrivals.await(load.pushed());
    awaitUp();
    for (int round = 0; round < rounds; round++) {
      for (KafkaBroker broker : brokers) {
        broker.kill();
        awaitTold("up", text -> assertThat(text).contains("2 brokers; ", "lack a copy"));
        arrivals.await(load.pushed());
        broker.restart();
        awaitUp();
      }
      KafkaBroker left = brokers.get(random.nextInt(brokers.size()));
      List<KafkaBroker> away = brokers.stream().filter(broker -> broker != left).toList();
      away.forEach(KafkaBroker::kill);
      awaitTold("down", text -> {});
      away.forEach(KafkaBroker::relaunch);
      away.forEach(KafkaBroker::awaitReady);
      awaitUp();
      arrivals.await(load.pushed());
      System.out.printf("kill: round %d of %d, %s%n", round + 1, rounds, arrivals);
    }
    long pushed = load.end();
    arrivals.await(pushed);
    // The last whole minute of the load.
    arrivals.awaitWindow(System.currentTimeMillis() / 60_000 - 1);
    arrivals.end();
    System.out.printf("brokers killed: pushed %d, %s%n", pushed, arrivals);
    assertThat(arrivals.failure()).isNull();
    assertThat(arrivals.repeated()).isEmpty();
    assertThat(arrivals.missingWindows()).isEmpty();
    awaitUp();
  }

  /** Nobody complains, and every partition has its three copies. */
  private void awaitUp() {
    awaitTold("up", text -> assertThat(text).contains("3 brokers").doesNotContain("lack a copy"));
  }

  private void awaitTold(String status, Consumer<String> expected) {
    await(status)
        .atMost(LIMIT)
        .ignoreExceptions()
        .untilAsserted(
            () -> {
              JsonNode health = history.get("/health");
              String text = health.toString();
              expected.accept(text);
              assertThat(health.path("status").asText()).as(text).isEqualTo(status);
            });
  }
}
