package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.RedisServer;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.RedisClient;

/**
 * Pauses, resumes and stops the connector, restarts it and its tasks, and changes its settings
 * (number of tasks, order of the sources, sizes) all the time, under load, while a worker leaves
 * the group and joins it: all in order, nothing is killed.
 */
class ChangingWorkersKillIT {
  private static final int ROUNDS = Integer.getInteger("hissrv.kill.rounds", 1);
  private static final String CONNECTOR = "changing";
  private static final String URL = "/connectors/" + CONNECTOR;
  private static final int HASHES = 20;
  private static final long FIRST_WINDOW = System.currentTimeMillis() / 1000 - 3 * 86_400;
  private static final Duration LONG = Duration.ofMinutes(4);
  private static final Map<String, String> FIELDS =
      Map.of(
          "hissrv.one", "n", "hissrv.two", "n", "hissrv.archive", "n_last", "hissrv.events", "n");

  private static final String PUSH =
      """
      local n, first = tonumber(ARGV[1]), tonumber(ARGV[2])
      local element = '{"measurement":"m","fields":{"n":' .. n .. '}}'
      local window = string.format('archive:1m:%d:%d', first + n, n % 7)
      redis.call('LPUSH', 'one', element)
      redis.call('LPUSH', 'two', element)
      redis.call('HSET', window, 'n_last', n)
      redis.call('ZADD', 'archive:index:1m', redis.call('INCR', 'seq'), window)
      redis.call('XADD', 'events', '*', 'n', n)
      redis.call('HSET', string.format('comsrv:%d:m', n % ARGV[3]), 'n', n)
      """;

  @TempDir Path dir;

  private final List<ConnectWorker> workers = new ArrayList<>();
  private final Map<String, String> config = new HashMap<>();
  private final Map<String, BitSet> arrived = new TreeMap<>();
  private final Map<String, Integer> newest = new HashMap<>();
  private final List<String> repeated = new ArrayList<>();
  private final AtomicInteger pushed = new AtomicInteger();
  private long lookedNanos = System.nanoTime();

  @ParameterizedTest
  @Timeout(value = 4, unit = TimeUnit.HOURS)
  @ValueSource(strings = {"enabled", "disabled"})
  void nothingIsLost_andWithExactlyOnceNothingRepeated(String exactlyOnce) throws Exception {
    Map<String, String> settings =
        Map.of("exactly.once.source.support", exactlyOnce, "session.timeout.ms", "6000");
    try (RedisServer redis = RedisServer.start(dir.resolve("redis"));
        KafkaBroker broker = KafkaBroker.start(dir.resolve("kafka"));
        ConnectWorker first = worker("connect-1", broker, settings);
        ConnectWorker second = worker("connect-2", broker, settings);
        ConnectWorker third = worker("connect-3", broker, settings);
        RedisClient client = RedisClient.create("127.0.0.1", redis.port());
        TopicReader topics = new TopicReader(broker.bootstrapServers(), "hissrv\\.[a-z]+")) {
      workers.addAll(List.of(first, second));
      configure(redis);
      insist("PUT", "/config", config);
      AtomicBoolean loading = new AtomicBoolean(true);
      Thread load = new Thread(() -> push(client, loading), "load");
      load.start();
      try {
        for (int round = 0; round < ROUNDS; round++) {
          change(third);
          insist("PUT", "/config", config);
          insist("PUT", "/resume", null);
          awaitArrived(topics, pushed.get());
        }
      } finally {
        loading.set(false);
        load.join(60_000);
      }
      awaitArrived(topics, pushed.get());
      // Nothing may come after everything has arrived: poll some more times.
      for (int i = 0; i < 10; i++) {
        poll(topics);
      }
      assertThat(pushed.get()).isGreaterThan(100);
      if (exactlyOnce.equals("enabled")) {
        assertThat(repeated).isEmpty();
      }
      await().atMost(LONG).until(() -> client.exists("one:inflight", "two:inflight") == 0);
    }
  }

  private ConnectWorker worker(String name, KafkaBroker broker, Map<String, String> settings) {
    return ConnectWorker.start(
        dir.resolve(name), broker.bootstrapServers(), Plugin.archive(), settings);
  }

  private void configure(RedisServer redis) {
    config.put("connector.class", RedisSourceConnector.class.getName());
    config.put("redis.uri", redis.uri());
    config.put("sources", "one,two,archive,events,live");
    for (String list : List.of("one", "two")) {
      config.put("sources." + list + ".type", "list");
      config.put("sources." + list + ".key", list);
    }
    config.put("sources.archive.type", "archive");
    config.put("sources.archive.window", "1m");
    config.put("sources.archive.scan", "false");
    config.put("sources.events.type", "stream");
    config.put("sources.events.key", "events");
    config.put("sources.live.type", "hash");
    config.put("sources.live.pattern", "comsrv:*");
    config.put("topic.creation.default.partitions", "-1");
    config.put("topic.creation.default.replication.factor", "-1");
    config.put("topic.creation.default.message.timestamp.type", "LogAppendTime");
    config.put("batch.max.records", "50");
    config.put("poll.interval.ms", "50");
    config.put("tasks.max", "3");
    config.put("producer.override.transaction.timeout.ms", "10000");
  }

  private void push(RedisClient client, AtomicBoolean loading) {
    while (loading.get()) {
      client.eval(
          PUSH,
          List.of(),
          List.of(
              String.valueOf(pushed.get()), String.valueOf(FIRST_WINDOW), String.valueOf(HASHES)));
      pushed.incrementAndGet();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(12));
    }
  }

  /** Lets the worker leave and join twice, while three others change everything else. */
  private void change(ConnectWorker worker) throws InterruptedException {
    AtomicBoolean changing = new AtomicBoolean(true);
    List<Thread> threads =
        List.of(
            new Thread(() -> repeat(changing, this::halt), "halting"),
            new Thread(() -> repeat(changing, this::configureAnew), "configuring"),
            new Thread(() -> repeat(changing, this::restart), "restarting"));
    threads.forEach(Thread::start);
    Random random = new Random();
    for (int i = 0; i < 2; i++) {
      worker.close();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2000 + random.nextInt(2000)));
      worker.restart();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2000 + random.nextInt(2000)));
    }
    changing.set(false);
    for (Thread thread : threads) {
      thread.join(120_000);
      assertThat(thread.isAlive()).as(thread.getName()).isFalse();
    }
  }

  private interface Change {
    void once(Random random);
  }

  private static void repeat(AtomicBoolean changing, Change change) {
    Random random = new Random();
    while (changing.get()) {
      change.once(random);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(1500)));
    }
  }

  private void halt(Random random) {
    boolean unused = call("PUT", random.nextInt(3) == 0 ? "/stop" : "/pause", null);
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(300)));
    unused = call("PUT", "/resume", null);
  }

  private void configureAnew(Random random) {
    Map<String, String> changed = new HashMap<>(config);
    changed.put("tasks.max", String.valueOf(1 + random.nextInt(5)));
    changed.put("batch.max.records", String.valueOf(10 + random.nextInt(300)));
    changed.put("poll.interval.ms", String.valueOf(20 + random.nextInt(200)));
    if (random.nextBoolean()) {
      changed.put("sources", "live,events,archive,two,one");
    }
    boolean unused = call("PUT", "/config", changed);
  }

  private void restart(Random random) {
    boolean unused =
        call(
            "POST",
            random.nextInt(3) == 0
                ? "/restart?includeTasks=true"
                : "/tasks/" + random.nextInt(3) + "/restart",
            null);
  }

  /** Returns whether a worker has accepted it; while the group rebalances, none does. */
  private boolean call(String method, String path, @Nullable Object body) {
    return workers.stream().anyMatch(worker -> call(worker, method, path, body));
  }

  private static boolean call(
      ConnectWorker worker, String method, String path, @Nullable Object body) {
    try {
      return worker.send(method, URL + path, body).status() < 300;
    } catch (UncheckedIOException e) {
      // No answer counts as a refusal.
      return false;
    }
  }

  private void insist(String method, String path, @Nullable Object body) {
    await(method + " " + path).atMost(LONG).until(() -> call(method, path, body));
  }

  /**
   * Waits until the first {@code count} numbers are in every topic, and the hashes' last values.
   */
  private void awaitArrived(TopicReader topics, int count) {
    await("numbers below " + count)
        .atMost(LONG)
        .pollInSameThread()
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(
            () -> {
              restartFailed();
              poll(topics);
              assertThat(arrived.keySet()).isEqualTo(FIELDS.keySet());
              assertThat(arrived)
                  .allSatisfy(
                      (topic, numbers) ->
                          assertThat(numbers.nextClearBit(0)).isGreaterThanOrEqualTo(count));
              assertThat(newest)
                  .hasSize(HASHES)
                  .allSatisfy(
                      (key, number) -> assertThat(number).isGreaterThanOrEqualTo(count - HASHES));
            });
  }

  private void poll(TopicReader topics) {
    for (TopicReader.Received record : topics.next()) {
      String field = FIELDS.get(record.topic());
      if (field == null) {
        newest.merge(record.key(), (int) record.field("n"), Math::max);
        continue;
      }
      int number = (int) record.field(field);
      BitSet numbers = arrived.computeIfAbsent(record.topic(), topic -> new BitSet());
      if (numbers.get(number)) {
        repeated.add(record.topic() + " " + number);
      }
      numbers.set(number);
    }
  }

  /** Restarts failed tasks, as the query service does. */
  private void restartFailed() {
    if (System.nanoTime() - lookedNanos < 3_000_000_000L) {
      return;
    }
    lookedNanos = System.nanoTime();
    for (JsonNode task : workers.get(0).status(CONNECTOR).path("tasks")) {
      if (task.path("state").asText().equals("FAILED")) {
        boolean unused = call("POST", "/tasks/" + task.path("id").asInt() + "/restart", null);
      }
    }
  }
}
