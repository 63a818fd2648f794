package com.voltageems.hissrv.redis.source;

import com.voltageems.hissrv.redis.source.config.RedisSourceConfig;
import com.voltageems.hissrv.redis.source.jedis.JedisLink;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.testkit.RedisServer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;

/** A real Redis, empty before each test, and tasks on it that are driven without a worker. */
abstract class RedisTaskFixture {
  @TempDir static Path dir;
  static RedisServer redis;
  static RedisClient client;

  /** The offsets that tasks have stored; the next task starts with them. */
  final Map<Map<String, ?>, Map<String, ?>> stored = new HashMap<>();

  @BeforeAll
  static void startRedis() {
    redis = RedisServer.start(dir);
    client = RedisClient.create("127.0.0.1", redis.port());
  }

  @AfterAll
  static void stopRedis() {
    client.close();
    redis.close();
  }

  @BeforeEach
  void emptyRedis() {
    client.flushAll();
  }

  /**
   * Returns a task's configuration.
   *
   * @param more settings and their values in turn
   */
  static Map<String, String> config(Map<String, String> base, String... more) {
    Map<String, String> config = new HashMap<>(base);
    for (int i = 0; i < more.length; i += 2) {
      config.put(more[i], more[i + 1]);
    }
    return TaskHarness.config(redis.port(), config);
  }

  TaskHarness task(Map<String, String> base, String... more) {
    return new TaskHarness(config(base, more), stored);
  }

  /** Returns Redis's reply to a command for which jedis has no method. */
  static Object admin(String command, String... args) {
    RedisSourceConfig config =
        Readers.config(
            config(Map.of("sources", "p", "sources.p.type", "list", "sources.p.key", "q")));
    try (RedisLink link = new JedisLink(config.redis("admin"), () -> {})) {
      return Objects.requireNonNull(link.call(Command.of(command, args)));
    }
  }

  /** Returns all keys but the one that every connector with a list makes. */
  static Set<String> keys() {
    Set<String> keys = new HashSet<>(client.keys("*"));
    keys.remove("hissrv:lists");
    return keys;
  }

  /** Returns the values of each record's field {@code n}. */
  static List<Double> numbers(List<SourceRecord> records) {
    return records.stream().map(record -> TaskHarness.field(record, "n")).toList();
  }
}
