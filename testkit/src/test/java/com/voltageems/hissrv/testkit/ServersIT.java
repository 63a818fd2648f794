package com.voltageems.hissrv.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every server starts, answers, is killed, comes back, and leaves no process behind. */
class ServersIT {
  @TempDir Path dir;

  @Test
  void redis_killedAndRestarted() {
    try (RedisServer redis = RedisServer.start(dir)) {
      long first = redis.process().pid();
      redis.kill();
      assertThat(Ports.isOpen(redis.port())).isFalse();
      redis.restart();
      assertThat(redis.process().pid()).isNotEqualTo(first);
      assertThat(Ports.isOpen(redis.port())).isTrue();
    }
  }

  @Test
  void embeddedRedis_answersWithoutAnInstalledOne() {
    try (RedisServer redis = RedisServer.startEmbedded(dir)) {
      assertThat(Ports.isOpen(redis.port())).isTrue();
    }
  }

  @Test
  void brokerAndWorker_startAndStop() {
    try (KafkaBroker broker = KafkaBroker.start(dir.resolve("kafka"));
        ConnectWorker worker =
            ConnectWorker.start(
                dir.resolve("connect"), broker.bootstrapServers(), List.of(), Map.of())) {
      assertThat(worker.send("GET", "/connectors", null).status()).isEqualTo(200);
    }
  }

  @Test
  void questDb_answers() {
    try (QuestDb database = QuestDb.start(dir)) {
      assertThat(database.process().isAlive()).isTrue();
    }
  }

  @Test
  @RequiresServer(RequiresServer.Server.INFLUXDB_1)
  void influxDb1_answers() {
    try (InfluxDb1 database = InfluxDb1.start(dir)) {
      assertThat(database.process().isAlive()).isTrue();
    }
  }

  @Test
  void parentKilled_childrenEnd() throws IOException {
    Path pids = dir.resolve("pids");
    ServerProcess parent =
        ServerProcess.startJvm(
            "parent",
            System.getProperty("java.class.path"),
            List.of("-Xmx64m"),
            Map.of(),
            Parent.class.getName(),
            List.of(dir.toString()),
            dir.resolve("parent.log"));
    await().atMost(Duration.ofMinutes(3)).until(() -> Files.exists(pids));
    List<ProcessHandle> children =
        Files.readAllLines(pids).stream()
            .map(Long::parseLong)
            .map(pid -> ProcessHandle.of(pid).orElseThrow())
            .toList();
    assertThat(children).hasSize(2).allMatch(ProcessHandle::isAlive);

    parent.kill();

    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
  }

  /** Starts a native server and a JVM, writes their pids down, and waits to be killed. */
  static final class Parent {
    private Parent() {}

    public static void main(String[] args) throws Exception {
      Path dir = Path.of(args[0]);
      try (RedisServer redis = RedisServer.start(dir.resolve("redis"));
          QuestDb database = QuestDb.start(dir.resolve("questdb"))) {
        Path draft = dir.resolve("pids.new");
        Files.writeString(draft, redis.process().pid() + "\n" + database.process().pid() + "\n");
        Files.move(draft, dir.resolve("pids"));
        new CountDownLatch(1).await();
      }
    }
  }
}
