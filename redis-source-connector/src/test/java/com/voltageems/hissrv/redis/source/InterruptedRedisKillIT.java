package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.RedisServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Under load, Redis cuts its clients off, pauses them, hangs, and closes connections that are idle:
 * what an administrator may do to it, while it keeps its data. Two minutes each.
 */
class InterruptedRedisKillIT {
  private static final Logger LOG = LoggerFactory.getLogger(InterruptedRedisKillIT.class);

  /** Pushes an element, a window, an entry and a live value, or nothing if it was pushed before. */
  private static final String PUSH =
      """
      local number = tonumber(ARGV[1])
      if number < tonumber(redis.call('GET', 'pushed') or '0') then return end
      redis.call('SET', 'pushed', number + 1)
      redis.call('LPUSH', 'archive:pending', '{"measurement":"m","fields":{"n":' .. number .. '}}')
      local window = string.format('archive:1m:%d:%d', 60 * number, number % 7)
      redis.call('HSET', window, 'n_last', number)
      redis.call('ZADD', 'archive:index:1m', number + 1, window)
      redis.call('XADD', 'events', '*', 'n', number)
      redis.call('HSET', 'comsrv:' .. number % 5 .. ':m', 'n', number)
      """;

  private static final int KEYS = 5;
  private static final String SILENCE = "no answer within 5000 ms";
  private static final Map<String, String> NUMBERS =
      Map.of("hissrv.pending", "n", "hissrv.archive1m", "n_last", "hissrv.events", "n");

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path dir;

  private final Map<String, BitSet> arrived = new LinkedHashMap<>();
  private final Map<String, Double> newest = new HashMap<>();
  private long repeated;
  private long told;

  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void exactlyOnce() {
    run(Map.of(), true);
  }

  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void atLeastOnce() {
    run(Map.of("exactly.once.source.support", "disabled"), false);
  }

  private void run(Map<String, String> more, boolean once) {
    int jmx = Ports.free();
    try (RedisServer redis =
            RedisServer.start(
                dir.resolve("redis"),
                "--enable-debug-command",
                "yes",
                "--tcp-keepalive",
                "0",
                "--notify-keyspace-events",
                "Kgh");
        KafkaBroker broker = KafkaBroker.start(dir.resolve("kafka"));
        ConnectWorker worker =
            ConnectWorker.start(
                dir.resolve("connect"),
                broker.bootstrapServers(),
                Plugin.archive(),
                more,
                ConnectWorker.Version.CURRENT,
                WorkerJmx.jvmOptions(jmx));
        Load load = new Load(redis.port());
        TopicReader topics =
            new TopicReader(broker.bootstrapServers(), "hissrv\\..*|hissrv-status")) {
      worker.submit("interrupted", config(redis));
      load.thread.start();
      arrive(topics, 1);
      try (WorkerJmx threads = WorkerJmx.connect(jmx)) {
        Map<String, Long> before = ours(threads);
        Site site = new Site(worker, load, topics);
        Phase cutOff = phase("clients are cut off", site, () -> cutOff(redis));
        assertThat(cutOff.lines()).hasSizeBetween(1, 40);
        Phase paused = phase("paused for long", site, () -> paused(redis, 20_000, "ALL"));
        assertThat(paused.lines()).anyMatch(line -> line.contains(SILENCE));
        assertThat(paused.lines()).hasSizeLessThan(20);
        requireTold(paused, topics);
        Phase readOnly = phase("writes are paused", site, () -> paused(redis, 20_000, "WRITE"));
        assertThat(readOnly.lines()).hasSizeLessThan(20);
        requireTold(readOnly, topics);
        Phase shortly =
            phase(
                "paused shortly",
                site,
                () -> {
                  for (int i = 0; i < 5; i++) {
                    paused(redis, 1000, "ALL");
                    pause(500);
                  }
                });
        assertThat(shortly.lines()).isEmpty();
        Phase hangs = phase("hangs", site, () -> admin(redis, "DEBUG", "SLEEP", "20"));
        assertThat(hangs.lines()).hasSizeLessThan(20);
        requireTold(hangs, topics);
        // Shorter than the poll interval: every reading finds its connection closed.
        admin(redis, "CONFIG", "SET", "timeout", "1");
        load.quiet.set(true);
        Phase idle = phase("idle connections are closed", site, () -> pause(20_000));
        assertThat(idle.lines()).isEmpty();
        admin(redis, "CONFIG", "SET", "timeout", "0");
        load.quiet.set(false);
        await().atMost(Duration.ofMinutes(1)).until(() -> ours(threads).equals(before));
      }
      load.end();
      await().atMost(Duration.ofSeconds(30)).until(() -> !load.thread.isAlive());
      long pushed = load.pushed.get();
      arrive(topics, pushed);
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> {
                take(topics.next());
                for (int key = 0; key < KEYS; key++) {
                  double last = pushed - 1 - Math.floorMod(pushed - 1 - key, (long) KEYS);
                  assertThat(newest)
                      .containsEntry("hissrv.live" + key, last)
                      .containsEntry("hissrv.keyspace" + key, last);
                }
              });
      LOG.info("interrupted: {} pushed, {} repeated", pushed, repeated);
      assertThat(worker.isRunning("interrupted", 1)).isTrue();
      if (once) {
        assertThat(repeated).isZero();
      }
    }
  }

  private record Site(ConnectWorker worker, Load load, TopicReader topics) {}

  /**
   * What became of an interruption, once everything has arrived.
   *
   * @param lines what the plugin has logged
   * @param toldBefore how many reports had said before that Redis does not answer
   */
  private record Phase(List<String> lines, long toldBefore) {}

  private Phase phase(String name, Site site, Runnable trouble) {
    long from = logged(site.worker).size();
    long toldBefore = told;
    long begin = System.nanoTime();
    trouble.run();
    // Something new must arrive, too.
    arrive(site.topics, site.load.pushed.get() + 1);
    List<String> all = logged(site.worker);
    List<String> lines = all.subList((int) from, all.size());
    LOG.info(
        "interrupted: {}, {} ms, {} pushed, {} lines, {} repeated",
        name,
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin),
        site.load.pushed.get(),
        lines.size(),
        repeated);
    lines.forEach(line -> LOG.info("  {}", line));
    return new Phase(lines, toldBefore);
  }

  /** Waits for the report of the standstill, which comes later than the records. */
  private void requireTold(Phase phase, TopicReader topics) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              take(topics.next());
              return told > phase.toldBefore();
            });
  }

  private static void cutOff(RedisServer redis) {
    for (int i = 0; i < 50; i++) {
      admin(redis, "CLIENT", "KILL", "TYPE", "normal");
      admin(redis, "CLIENT", "KILL", "TYPE", "pubsub");
      pause(300);
    }
  }

  private static Map<String, Long> ours(WorkerJmx worker) {
    Map<String, Long> threads = worker.threads();
    threads.keySet().removeIf(name -> !name.startsWith("hissrv-"));
    return threads;
  }

  /** Returns what the plugin has logged so far. */
  private static List<String> logged(ConnectWorker worker) {
    try (Stream<String> lines = Files.lines(worker.process().log())) {
      return lines.filter(line -> line.contains("com.voltageems.hissrv")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void paused(RedisServer redis, int millis, String what) {
    admin(redis, "CLIENT", "PAUSE", String.valueOf(millis), what);
    pause(millis);
  }

  private static void pause(long millis) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private static void admin(RedisServer redis, String command, String... args) {
    try (Connection connection =
        new Connection(
            new HostAndPort("127.0.0.1", redis.port()),
            DefaultJedisClientConfig.builder().socketTimeoutMillis(30_000).build())) {
      connection.sendCommand(() -> command.getBytes(StandardCharsets.UTF_8), args);
      LOG.debug("{}: {}", command, connection.getOne());
    }
  }

  private void arrive(TopicReader topics, long count) {
    NUMBERS.keySet().forEach(topic -> arrived.computeIfAbsent(topic, name -> new BitSet()));
    await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              take(topics.next());
              return arrived.values().stream()
                  .allMatch(numbers -> numbers.nextClearBit(0) >= count);
            });
  }

  private void take(List<TopicReader.Received> records) {
    for (TopicReader.Received record : records) {
      String field = NUMBERS.get(record.topic());
      if (record.topic().equals("hissrv-status")) {
        told += record.value().asText().contains(SILENCE) ? 1 : 0;
        continue;
      }
      if (field == null) {
        double number = record.field("n");
        newest.put(record.topic() + (int) number % KEYS, number);
        continue;
      }
      BitSet numbers = arrived.computeIfAbsent(record.topic(), topic -> new BitSet());
      int number = (int) record.field(field);
      if (numbers.get(number)) {
        repeated++;
      }
      numbers.set(number);
    }
  }

  private static Map<String, String> config(RedisServer redis) {
    Map<String, String> config = new HashMap<>();
    config.put("connector.class", RedisSourceConnector.class.getName());
    config.put("redis.uri", redis.uri());
    config.put("sources", "pending,archive1m,events,live,keyspace");
    config.put("sources.pending.type", "list");
    config.put("sources.pending.key", "archive:pending");
    config.put("sources.archive1m.type", "archive");
    config.put("sources.archive1m.window", "1m");
    config.put("sources.archive1m.scan", "false");
    config.put("sources.events.type", "stream");
    config.put("sources.events.key", "events");
    config.put("sources.live.type", "hash");
    config.put("sources.live.pattern", "comsrv:*");
    config.put("sources.keyspace.type", "pubsub");
    config.put("sources.keyspace.pattern", "__keyspace@0__:comsrv:*");
    config.put("topic.creation.default.partitions", "1");
    config.put("topic.creation.default.replication.factor", "-1");
    config.put("topic.creation.default.message.timestamp.type", "LogAppendTime");
    config.put("exactly.once.support", "requested");
    config.put("poll.interval.ms", "1500");
    // Standstills of five seconds and more are reported; an attempt takes five.
    config.put("status.interval.ms", "1000");
    config.put("aggregation.enabled", "true");
    config.put("aggregation.windows", "5m");
    return config;
  }

  private static final class Load implements AutoCloseable {
    final Thread thread = new Thread(this::run, "load");
    final AtomicBoolean quiet = new AtomicBoolean();
    final AtomicLong pushed = new AtomicLong();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final int port;

    Load(int port) {
      this.port = port;
    }

    private void run() {
      try (RedisClient client = RedisClient.create("127.0.0.1", port)) {
        while (!stop.get()) {
          try {
            client.eval(PUSH, List.of(), List.of(String.valueOf(pushed.get())));
            pushed.incrementAndGet();
            pause(quiet.get() ? 5000 : 20);
          } catch (JedisException e) {
            // Cut off: push the same number again, which the script takes only once.
            pause(50);
          }
        }
      }
    }

    void end() {
      stop.set(true);
    }

    @Override
    public void close() {
      end();
    }
  }
}
