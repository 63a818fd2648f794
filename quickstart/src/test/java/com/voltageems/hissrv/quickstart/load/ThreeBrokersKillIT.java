package com.voltageems.hissrv.quickstart.load;

import static com.voltageems.hissrv.quickstart.HistorySystem.SINK;
import static com.voltageems.hissrv.quickstart.HistorySystem.SOURCE;
import static org.assertj.core.api.Assertions.assertThat;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
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

  private final Installation installation = Installation.find();
  @RegisterExtension final Parts parts = new Parts();

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
        parts.add(
            RedisServer.start(dir.resolve("redis"), "--appendonly", "yes", "--appendfsync", "no"));
    database = parts.add(QuestDb.prepare(dir.resolve("questdb")));
    brokers = KafkaBroker.startCluster(dir.resolve("kafka"), 3);
    brokers.forEach(parts::add);
    worker =
        parts.add(
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
    worker.submit(SINK, Connectors.sink(installation, database));
    worker.submit(SOURCE, Load.source(installation, redis));
    int port = Ports.free();
    Path config =
        Files.writeString(
            dir.resolve("query-service.yml"),
            QueryService.settings(
                port, database, bootstrapServers(), worker.url(), Duration.ofSeconds(10)));
    history = new HistoryClient("http://127.0.0.1:" + port);
    parts.add(QueryService.start(installation, config, port));
  }

  private String bootstrapServers() {
    return brokers.stream().map(KafkaBroker::bootstrapServers).collect(Collectors.joining(","));
  }

  @Test
  void brokersKilled_nothingLostNothingTwice_andTold() throws Exception {
    int rounds = Math.max(1, Integer.getInteger("hissrv.kill.rounds", 1) / 10);
    long seed = Long.getLong("hissrv.kill.seed", System.nanoTime());
    System.out.println("kill rounds " + rounds + ", seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    Load load = parts.add(new Load(redis));
    Arrivals arrivals = parts.add(new Arrivals(bootstrapServers(), database, "connect-" + SINK));
    arrivals.await(load.pushed());
    awaitUp();
    for (int round = 0; round < rounds; round++) {
      for (KafkaBroker broker : brokers) {
        broker.kill();
        Expect.health(
            history, "up", text -> assertThat(text).contains("2 brokers; ", "lack a copy"));
        arrivals.await(load.pushed());
        broker.restart();
        awaitUp();
      }
      KafkaBroker left = brokers.get(random.nextInt(brokers.size()));
      List<KafkaBroker> away = brokers.stream().filter(broker -> broker != left).toList();
      away.forEach(KafkaBroker::kill);
      Expect.health(history, "down", text -> {});
      away.forEach(KafkaBroker::relaunch);
      away.forEach(KafkaBroker::awaitReady);
      awaitUp();
      arrivals.await(load.pushed());
      System.out.printf("kill: round %d of %d, %s%n", round + 1, rounds, arrivals);
    }
    arrivals.awaitWindows();
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
    Expect.health(
        history,
        "up",
        text -> assertThat(text).contains("3 brokers").doesNotContain("lack a copy"));
  }
}
