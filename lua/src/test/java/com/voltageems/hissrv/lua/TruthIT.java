package com.voltageems.hissrv.lua;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.testkit.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.resps.Tuple;

/**
 * The windows against the {@link Oracle}, over a random history: silent channels, points that come
 * and go, seconds without a collect, double and late triggers, several callers at once, clock steps
 * both ways, SCRIPT FLUSH, Redis ended and killed and started again.
 *
 * <p>{@code -Dhissrv.truth.samples=20000000} makes it longer, {@code -Dhissrv.truth.seed} repeats
 * one.
 */
class TruthIT {
  private static final List<Integer> LENGTHS = List.of(60, 300, 3600);
  private static final List<String> NAMES = List.of("1m", "5m", "1h");
  private static final long SAMPLES = Long.getLong("hissrv.truth.samples", 200_000);
  private static final long SEED = Long.getLong("hissrv.truth.seed", 20_240_101);
  private static final int CALLERS = 3;

  @TempDir Path dir;

  private final RandomGenerator random = new SplittableRandom(SEED);
  private final Oracle oracle = new Oracle(LENGTHS, 60, 300);
  private final Site site = new Site(random, 11);
  private final ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
  private final List<Jedis> connections = new ArrayList<>();
  private final List<Script> callers = new ArrayList<>();
  private final Map<String, Double> indexed = new HashMap<>();

  @Test
  @Timeout(3 * 3600)
  void everyWindow_equalsTheOracle() throws Exception {
    run(RedisServer.start(folder(), "--appendonly", "yes"), SAMPLES);
  }

  @Test
  @Timeout(3600)
  void everyWindow_equalsTheOracle_onRedis62() throws Exception {
    run(RedisServer.startEmbedded(folder(), "--appendonly", "yes"), SAMPLES / 8);
  }

  private Path folder() throws IOException {
    return Files.createDirectories(dir.resolve("redis"));
  }

  private void run(RedisServer started, long samples) throws Exception {
    try (RedisServer server = started) {
      connect(server);
      Map<String, String> settings =
          Map.of("windows", "1m,5m,1h", "ttl", "1000000", "slice_us", "100");
      connections.get(0).hset("hissrv:aggregation", settings);
      long time = ScriptContract.T0 + 17;
      while (oracle.samples() < samples) {
        time = step(time);
        second(time);
        if (random.nextInt(3_000) == 0) {
          if (random.nextBoolean()) {
            awaitWritten();
            server.kill();
          }
          server.restart();
          connect(server);
        }
      }
      long end = time + 20_000;
      close("1h", 3600, end);
      verify();
    } finally {
      connections.forEach(Jedis::close);
      threads.shutdownNow();
    }
  }

  private void connect(RedisServer server) {
    connections.forEach(Jedis::close);
    connections.clear();
    callers.clear();
    for (int i = 0; i < CALLERS; i++) {
      Jedis connection = OneConnection.to(server.port(), 60_000);
      connections.add(connection);
      callers.add(new Script(connection));
    }
  }

  /**
   * With {@code appendfsync everysec} Redis answers before it has written, for up to two seconds
   * while an fsync takes long; a kill would cost what it has acknowledged.
   */
  private void awaitWritten() {
    await()
        .atMost(Duration.ofMinutes(3))
        .until(() -> connections.get(0).info("persistence").contains("aof_buffer_length:0\r\n"));
  }

  private long step(long time) {
    return switch (random.nextInt(1_500)) {
      case 0, 4, 5 -> time - 1 - random.nextInt(200);
      case 1 -> time - random.nextInt(5_000);
      case 2 -> time + random.nextInt(700);
      case 3 -> time + random.nextInt(5_000);
      default -> time + 1;
    };
  }

  private void second(long time) throws Exception {
    Jedis redis = connections.get(0);
    boolean appeared;
    try (Pipeline pipeline = redis.pipelined()) {
      appeared = site.tick(time, pipeline);
    }
    if (appeared) {
      callers.get(0).run("refresh", time);
    }
    if (random.nextInt(500) == 0) {
      redis.scriptFlush();
    }
    if (random.nextInt(20) > 0) {
      collect(time);
    }
    if (oracle.unclosed(time) >= 8 || random.nextInt(90) == 0) {
      int window = random.nextInt(3);
      close(NAMES.get(window), LENGTHS.get(window), time);
      checkIndex();
    }
  }

  private void collect(long time) throws Exception {
    String second = String.valueOf(time);
    switch (random.nextInt(8)) {
      case 0 -> {
        // One caller dies in mid-round; another one goes on.
        callers.get(1).call("collect", second);
        callers.get(0).run("collect", second);
      }
      case 1 ->
          together(
              caller -> {
                caller.run("collect", second);
                caller.run("collect", second);
              });
      default -> callers.get(0).run("collect", second);
    }
    oracle.collect(time, site.channels());
    // What keeps a second from being taken twice is not only this key.
    connections.get(0).del("hissrv:round:" + time);
  }

  private void close(String name, int seconds, long time) throws Exception {
    String action = "aggregate_" + name;
    if (random.nextInt(4) == 0) {
      together(caller -> caller.run(action, time));
    } else {
      if (random.nextBoolean()) {
        callers.get(1).call(action, String.valueOf(time));
      }
      callers.get(0).run(action, time);
    }
    oracle.close(seconds, time);
    assertThat(callers.get(0).call(action, String.valueOf(time))).isZero();
  }

  private void together(Consumer<Script> work) throws Exception {
    List<Callable<Object>> tasks = new ArrayList<>();
    for (Script caller : callers) {
      tasks.add(
          () -> {
            work.accept(caller);
            return caller;
          });
    }
    for (Future<Object> done : threads.invokeAll(tasks)) {
      done.get();
    }
  }

  /** No window is ever written twice: an entry of the index keeps its sequence. */
  private void checkIndex() {
    for (String name : NAMES) {
      for (Tuple entry : connections.get(0).zrangeWithScores("archive:index:" + name, 0, -1)) {
        Double before = indexed.putIfAbsent(entry.getElement(), entry.getScore());
        if (before != null) {
          assertThat(entry.getScore()).as(entry.getElement()).isEqualTo(before);
        }
      }
    }
  }

  private void verify() {
    Jedis redis = connections.get(0);
    checkIndex();
    Set<String> expected = new HashSet<>();
    oracle
        .windows()
        .forEach(
            (window, points) -> {
              String name = NAMES.get(LENGTHS.indexOf(window.seconds()));
              String key = "archive:" + name + ":" + window.start() + ":" + window.channel();
              expected.add(key);
              verify(key, window.start(), redis.hgetAll(key), points);
            });
    Set<String> found = new HashSet<>();
    NAMES.forEach(name -> found.addAll(redis.keys("archive:" + name + ":*")));
    assertThat(found).isEqualTo(expected);
    assertThat(indexed.keySet()).isEqualTo(expected);
    assertThat(new HashSet<>(indexed.values())).hasSameSizeAs(expected);

    Map<String, String> stats = redis.hgetAll("hissrv:stats");
    assertThat(stats)
        .containsEntry("samples", String.valueOf(oracle.samples()))
        .containsEntry("not_finite", String.valueOf(oracle.notFinite()))
        .containsEntry("foreign", String.valueOf(oracle.foreign()))
        .containsEntry("windows", String.valueOf(expected.size()));
    assertThat(oracle.notFinite()).isPositive();
    assertThat(oracle.foreign()).isPositive();
    assertThat(redis.keys("hissrv:acc:*")).isEmpty();
    assertThat(redis.keys("hissrv:todo:*")).isEmpty();
    assertThat(redis.keys("hissrv:draft:*")).isEmpty();
  }

  private static void verify(
      String key, long start, Map<String, String> hash, Map<String, Oracle.Statistics> points) {
    assertThat(hash).as(key).hasSize(5 * points.size() + 1);
    assertThat(hash.get("timestamp")).as(key).isEqualTo(String.valueOf(start));
    points.forEach(
        (name, truth) -> {
          String where = key + " " + name;
          assertThat(hash.get(name + "_count")).as(where).isEqualTo(String.valueOf(truth.count()));
          assertThat(number(hash, name + "_min")).as(where).isEqualTo(truth.min());
          assertThat(number(hash, name + "_max")).as(where).isEqualTo(truth.max());
          assertThat(number(hash, name + "_last")).as(where).isEqualTo(truth.last());
          double average = truth.average();
          assertThat(Math.abs(number(hash, name + "_avg") - average))
              .as("%s: %s for %s", where, hash.get(name + "_avg"), average)
              .isLessThanOrEqualTo(truth.count() * Math.ulp(average));
          assertThat(number(hash, name + "_avg"))
              .as(where)
              .isBetween(number(hash, name + "_min"), number(hash, name + "_max"));
        });
  }

  private static double number(Map<String, String> hash, String field) {
    return Double.parseDouble(hash.getOrDefault(field, "missing " + field));
  }
}
