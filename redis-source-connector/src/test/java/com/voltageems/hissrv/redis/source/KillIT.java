package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Worker, Redis and broker are killed with {@code kill -9} at random moments under load. A round
 * kills each of them once, in random order; {@code -Dhissrv.kill.rounds} says how many.
 */
class KillIT {
  private static final Logger log = LoggerFactory.getLogger(KillIT.class);
  private static final int ROUNDS = Integer.getInteger("hissrv.kill.rounds", 1);

  /** One element and one window, or neither when this number was pushed before. */
  private static final String PUSH =
      """
      if redis.call('SADD', 'seen', ARGV[1]) == 0 then return 0 end
      redis.call('LPUSH', 'archive:pending', '{"measurement":"m","fields":{"n":' .. ARGV[1] .. '}}')
      local key = 'archive:1m:' .. (ARGV[2] + ARGV[1]) .. ':' .. (ARGV[1] % 7)
      redis.call('HSET', key, 'n_last', ARGV[1])
      redis.call('ZADD', 'archive:index:1m', redis.call('INCR', 'seq'), key)
      return 1
      """;

  /** Kept after a failure: the servers' logs tell what happened. */
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path dir;

  private final Random random = new Random();

  /**
   * Three days ago: inside the topics' retention, which goes by the records' own time. The broker
   * removes older ones soon after they were written, and they would look lost.
   */
  private static final long FIRST_WINDOW = System.currentTimeMillis() / 1000 - 3 * 86_400;

  @Test
  @Timeout(value = 4, unit = TimeUnit.HOURS)
  void exactlyOnce_everyElementAndWindowOnce() {
    run(Map.of(), true);
  }

  @Test
  @Timeout(value = 4, unit = TimeUnit.HOURS)
  void withoutExactlyOnce_everyElementAndWindowAtLeastOnce() {
    run(Map.of("exactly.once.source.support", "disabled"), false);
  }

  private void run(Map<String, String> workerConfig, boolean once) {
    try (RedisServer redis =
            RedisServer.start(
                dir.resolve("redis"), "--appendonly", "yes", "--appendfsync", "always");
        KafkaBroker broker = KafkaBroker.start(dir.resolve("kafka"));
        ConnectWorker worker =
            ConnectWorker.start(
                dir.resolve("connect"),
                broker.bootstrapServers(),
                Plugin.archive(),
                workerConfig)) {
      submit(worker, redis);
      Load load = new Load(redis.port());
      load.thread.start();
      for (int round = 0; round < ROUNDS; round++) {
        List<Runnable> kills =
            new ArrayList<>(
                List.of(
                    () -> {
                      log.info("killing the worker");
                      worker.kill();
                      worker.restart();
                    },
                    () -> {
                      log.info("killing the redis");
                      redis.kill();
                      redis.restart();
                    },
                    () -> {
                      log.info("killing the broker");
                      broker.kill();
                      broker.restart();
                    }));
        Collections.shuffle(kills, random);
        for (Runnable kill : kills) {
          awaitRunning(worker);
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500 + random.nextInt(2500)));
          kill.run();
        }
      }
      awaitRunning(worker);
      Set<Long> pushed = load.finish(redis.port());
      assertDelivered(broker, worker, pushed, once);
    }
  }

  private static void submit(ConnectWorker worker, RedisServer redis) {
    Map<String, String> config = new HashMap<>();
    config.put("connector.class", RedisSourceConnector.class.getName());
    config.put("tasks.max", "2");
    config.put("redis.uri", "redis://127.0.0.1:" + redis.port());
    config.put("sources", "pending,archive1m");
    config.put("sources.pending.type", "list");
    config.put("sources.pending.key", "archive:pending");
    config.put("sources.archive1m.type", "archive");
    config.put("sources.archive1m.window", "1m");
    config.put("sources.archive1m.scan", "false");
    config.put("exactly.once.support", "requested");
    config.put("batch.max.records", "50");
    config.put("poll.interval.ms", "50");
    config.put("producer.override.transaction.timeout.ms", "10000");
    worker.submit("kill", config);
  }

  /** A task that failed, for instance because its broker was away too long, is started again. */
  private static void awaitRunning(ConnectWorker worker) {
    await()
        .atMost(Duration.ofSeconds(150))
        .pollInterval(Duration.ofMillis(500))
        .ignoreExceptions()
        .until(
            () -> {
              if (worker.isRunning("kill", 2)) {
                return true;
              }
              for (JsonNode task : worker.status("kill").path("tasks")) {
                if (task.path("state").asText().equals("FAILED")) {
                  worker.send(
                      "POST", "/connectors/kill/restart?includeTasks=true&onlyFailed=true", null);
                }
              }
              return false;
            });
  }

  private static void assertDelivered(
      KafkaBroker broker, ConnectWorker worker, Set<Long> pushed, boolean once) {
    try (TopicReader topics = new TopicReader(broker.bootstrapServers(), "hissrv\\..*")) {
      await()
          .atMost(Duration.ofSeconds(150))
          .untilAsserted(
              () -> {
                awaitRunning(worker);
                topics.received();
                assertThat(missing(pushed, numbers(topics, "hissrv.pending", "n"))).isEmpty();
                assertThat(missing(pushed, numbers(topics, "hissrv.archive1m", "n_last")))
                    .isEmpty();
              });
      // Nothing may come after all has come: some polls more.
      for (int i = 0; i < 10; i++) {
        topics.received();
      }
      if (once) {
        assertThat(numbers(topics, "hissrv.pending", "n")).doesNotHaveDuplicates();
        assertThat(numbers(topics, "hissrv.archive1m", "n_last")).doesNotHaveDuplicates();
      }
      assertThat(pushed).hasSizeGreaterThan(100);
    }
  }

  private static Set<Long> missing(Set<Long> pushed, List<Long> arrived) {
    Set<Long> missing = new HashSet<>(pushed);
    arrived.forEach(missing::remove);
    return missing;
  }

  private static List<Long> numbers(TopicReader topics, String topic, String field) {
    return topics.received().stream()
        .filter(record -> record.topic().equals(topic))
        .map(record -> (long) record.field(field))
        .toList();
  }

  /** Pushes numbers, each until Redis has confirmed it. */
  private static final class Load {
    final Thread thread = new Thread(this::run, "load");
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private final int port;

    Load(int port) {
      this.port = port;
    }

    private void run() {
      long n = 0;
      try (RedisClient client = RedisClient.create("127.0.0.1", port)) {
        while (!stop.get()) {
          try {
            client.eval(PUSH, List.of(), List.of(String.valueOf(n), String.valueOf(FIRST_WINDOW)));
            n++;
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
          } catch (JedisException e) {
            // Redis is being killed: the same number again, which the script takes only once.
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
          }
        }
      } catch (RuntimeException e) {
        failure.set(e);
      }
    }

    /** What Redis has taken. */
    Set<Long> finish(int redisPort) {
      stop.set(true);
      await().atMost(Duration.ofSeconds(30)).until(() -> !thread.isAlive());
      assertThat(failure.get()).isNull();
      try (RedisClient client = RedisClient.create("127.0.0.1", redisPort)) {
        return client.smembers("seen").stream().map(Long::valueOf).collect(Collectors.toSet());
      }
    }
  }
}
