package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.testkit.ConnectRest;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.PowerCut;
import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.RequiresServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.RedisClient;

/**
 * The power of a box with Redis, one broker and a worker fails: unlike {@code kill -9}, that takes
 * what Kafka has acknowledged and the system has not put onto the disk. Redis, which writes
 * through, does not have it any more.
 */
@RequiresServer(RequiresServer.Server.C_COMPILER)
class PowerCutKillIT {
  private static final Logger LOG = LoggerFactory.getLogger(PowerCutKillIT.class);
  private static final int CUTS = Math.min(10, 2 + Integer.getInteger("hissrv.kill.rounds", 1));
  private static final Duration LONG = Duration.ofMinutes(3);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path dir;

  private int pushed;

  @Test
  @Timeout(value = 1, unit = TimeUnit.HOURS)
  void brokerThatWritesThrough_losesNothing() {
    PowerCut power = PowerCut.create(dir.resolve("power"));
    try (RedisServer redis =
            RedisServer.start(
                dir.resolve("redis"), Map.of(), "--appendonly", "yes", "--appendfsync", "always");
        KafkaBroker broker =
            // As in deploy/systemd/kafka.properties.
            KafkaBroker.start(
                dir.resolve("kafka"), "log.flush.interval.messages=1\n", power.environment());
        ConnectWorker worker =
            ConnectWorker.start(
                dir.resolve("connect"),
                broker.bootstrapServers(),
                Plugin.archive(),
                Map.of("session.timeout.ms", "6000"))) {
      submit(worker, redis);
      for (int cut = 0; cut < CUTS; cut++) {
        pushUntilMoving(redis);
        broker.kill();
        worker.kill();
        redis.kill();
        long taken = power.cut(dir.resolve("kafka").resolve("log"), ".log");
        LOG.info(
            "cut {} after {} elements: {} bytes of Kafka were not on the disk", cut, pushed, taken);
        redis.restart();
        broker.restart();
        worker.restart();
      }
      pushUntilMoving(redis);
      awaitAll(broker);
    }
  }

  private static void submit(ConnectWorker worker, RedisServer redis) {
    Map<String, String> config = new TreeMap<>();
    config.put("connector.class", RedisSourceConnector.class.getName());
    config.put("redis.uri", redis.uri());
    config.put("sources", "pending");
    config.put("sources.pending.type", "list");
    config.put("sources.pending.key", "archive:pending");
    config.put("topic.creation.default.partitions", "1");
    config.put("topic.creation.default.replication.factor", "1");
    config.put("batch.max.records", "20");
    config.put("poll.interval.ms", "50");
    ConnectRest rest = new ConnectRest(worker.url());
    rest.submit("source", config);
  }

  /** Pushes until some hundred elements more have left Redis, and stops in the middle of it. */
  private void pushUntilMoving(RedisServer redis) {
    try (RedisClient client = RedisClient.create("127.0.0.1", redis.port())) {
      int from = pushed;
      long deadline = System.nanoTime() + LONG.toNanos();
      while (pushed - from < 300 || client.llen("archive:pending") > 100) {
        assertThat(System.nanoTime()).as("elements leave Redis").isLessThan(deadline);
        client.lpush(
            "archive:pending", "{\"measurement\":\"m\",\"fields\":{\"n\":" + pushed + "}}");
        pushed++;
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
      }
    }
  }

  private void awaitAll(KafkaBroker broker) {
    BitSet arrived = new BitSet();
    int[] repeated = {0};
    try (TopicReader topics = new TopicReader(broker.bootstrapServers(), "hissrv\\.pending")) {
      await(pushed + " elements")
          .atMost(LONG)
          .pollInSameThread()
          .untilAsserted(
              () -> {
                for (TopicReader.Received record : topics.next()) {
                  int number = (int) record.field("n");
                  repeated[0] += arrived.get(number) ? 1 : 0;
                  arrived.set(number);
                }
                assertThat(arrived.nextClearBit(0)).isEqualTo(pushed);
              });
    }
    assertThat(repeated[0]).as("repeated").isZero();
    LOG.info("{} power cuts, {} elements: lost 0, repeated 0", CUTS, pushed);
  }
}
