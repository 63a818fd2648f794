package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.RequiresServer;
import com.voltageems.hissrv.testkit.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.params.XAddParams;

/**
 * A fail-over by Sentinel under a worker with exactly-once support: list, stream, hash, channel.
 */
class SentinelWorkerIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir private Path dir;

  /** Adds elements and entries, and changes a hash; returns the next number. */
  private static long write(int port, long from, long to) {
    try (RedisClient client = RedisClient.create("127.0.0.1", port)) {
      for (long n = from; n < to; n++) {
        client.lpush(
            "q",
            "{\"measurement\":\"m\",\"fields\":{\"n\":"
                + n
                + "},\"timestamp\":"
                + (1_700_000_000_000L + n)
                + "}");
        client.xadd("s", Map.of("n", String.valueOf(n)), new XAddParams());
        client.hset("comsrv:1:m", "1", String.valueOf(n));
        client.publish("comsrv:2:m", "1:" + n);
      }
    }
    return to;
  }

  private static List<Long> numbers(TopicReader topics, String topic, String field) {
    return topics.received().stream()
        .filter(record -> record.topic().equals(topic))
        .map(record -> (long) record.field(field))
        .sorted()
        .toList();
  }

  @Test
  @RequiresServer(RequiresServer.Server.REDIS)
  void failOverUnderLoad_nothingThatTheReplicaHasIsLost() throws IOException {
    try (RedisServer primary = RedisServer.start(Files.createDirectory(dir.resolve("a")));
        RedisServer replica = RedisServer.start(Files.createDirectory(dir.resolve("b")));
        KafkaBroker broker = KafkaBroker.start(dir.resolve("kafka"));
        ConnectWorker worker =
            ConnectWorker.start(
                dir.resolve("connect"), broker.bootstrapServers(), Plugin.archive(), Map.of())) {
      try (RedisClient client = RedisClient.create("127.0.0.1", replica.port())) {
        client.executeCommand(
            new CommandArguments(Protocol.Command.REPLICAOF)
                .add("127.0.0.1")
                .add(String.valueOf(primary.port())));
      }
      int port = Ports.free();
      Path conf = dir.resolve("sentinel.conf");
      Files.writeString(
          conf,
          """
          port %d
          bind 127.0.0.1
          dir %s
          sentinel monitor site 127.0.0.1 %d 1
          sentinel down-after-milliseconds site 3000
          sentinel failover-timeout site 15000
          """
              .formatted(port, dir, primary.port()));
      try (ServerProcess sentinel =
              ServerProcess.startNative(
                  "sentinel",
                  List.of(
                      RequiresServer.Server.REDIS.find().orElseThrow(),
                      conf.toString(),
                      "--sentinel"),
                  Map.of(),
                  dir.resolve("sentinel.log"));
          TopicReader topics = new TopicReader(broker.bootstrapServers(), "w\\..*")) {
        assertThat(sentinel).isNotNull();
        Map<String, String> config = new HashMap<>();
        config.put("connector.class", RedisSourceConnector.class.getName());
        config.put("exactly.once.support", "requested");
        config.put("redis.mode", "sentinel");
        config.put("redis.nodes", "127.0.0.1:" + port);
        config.put("redis.sentinel.master", "site");
        config.put("topic.prefix", "w.");
        config.put("poll.interval.ms", "50");
        config.put("batch.max.records", "20");
        config.put("sources", "p,e,live,up");
        config.put("sources.p.type", "list");
        config.put("sources.p.key", "q");
        config.put("sources.e.type", "stream");
        config.put("sources.e.key", "s");
        config.put("sources.live.type", "hash");
        config.put("sources.live.pattern", "comsrv:1:*");
        config.put("sources.up.type", "pubsub");
        config.put("sources.up.pattern", "comsrv:2:*");
        config.put("topic.creation.default.replication.factor", "1");
        config.put("topic.creation.default.partitions", "1");
        config.put("topic.creation.default.retention.ms", "-1");
        worker.submit("w", config);
        long next = write(primary.port(), 0, 100);
        await()
            .atMost(LIMIT)
            .untilAsserted(() -> assertThat(numbers(topics, "w.p", "n")).hasSize(100));
        next = write(primary.port(), next, 1_000);
        try (Connection client =
            new Connection(
                new HostAndPort("127.0.0.1", primary.port()),
                DefaultJedisClientConfig.builder().socketTimeoutMillis(60_000).build())) {
          // What is acknowledged by the replica cannot be lost by the fail-over.
          client.sendCommand(Protocol.Command.SET, "last", "1");
          assertThat(client.getOne()).isNotNull();
          client.sendCommand(Protocol.Command.WAIT, "1", "30000");
          assertThat(client.getOne()).isEqualTo(1L);
        }
        primary.kill();
        await()
            .atMost(LIMIT)
            .until(
                () -> {
                  try (RedisClient client = RedisClient.create("127.0.0.1", replica.port())) {
                    return client.info("replication").contains("role:master");
                  }
                });
        long last = write(replica.port(), next, 1_200);
        List<Long> all = LongStream.range(0, last).boxed().toList();
        await()
            .atMost(LIMIT)
            .untilAsserted(
                () -> {
                  // Claims that the replica did not get yet are taken once more.
                  assertThat(numbers(topics, "w.p", "n").stream().distinct().toList())
                      .isEqualTo(all);
                  assertThat(numbers(topics, "w.e", "n")).isEqualTo(all);
                  assertThat(numbers(topics, "w.live", "1")).contains(last - 1);
                });
        // A subscription comes back after the fail-over.
        await()
            .atMost(LIMIT)
            .untilAsserted(
                () -> {
                  long unused = write(replica.port(), 5_000, 5_001);
                  assertThat(numbers(topics, "w.up", "1")).contains(5_000L);
                });
        assertThat(worker.status("w").path("tasks").findValuesAsText("state"))
            .containsOnly("RUNNING");
      }
    }
  }
}
