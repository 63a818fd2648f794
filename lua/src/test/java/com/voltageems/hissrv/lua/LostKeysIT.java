package com.voltageems.hissrv.lua;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.RequiresServer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.Jedis;

/**
 * The script's own keys vanish one at a time, as where Redis evicts keys or somebody tidies up: a
 * window may have fewer samples then and says so by its count, but never those of another point,
 * and what comes after it is whole.
 */
@RequiresServer(RequiresServer.Server.REDIS)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LostKeysIT {
  private static final long T0 = ScriptContract.T0;

  @TempDir static Path dir;
  private RedisServer server;
  private Jedis redis;
  private Script script;

  @BeforeAll
  void startServer() {
    server = RedisServer.start(dir);
    redis = OneConnection.to(server.port(), 60_000);
  }

  @AfterAll
  void stopServer() {
    redis.close();
    server.close();
  }

  @BeforeEach
  void emptyServer() {
    redis.flushAll();
    redis.hset("hissrv:aggregation", Map.of("windows", "10s,30s", "refresh", "1"));
    script = new Script(redis);
  }

  /** Every point has a value of its own, so that a mistaken one is seen. */
  private void write(String channel, int... points) {
    for (int point : points) {
      redis.hset("comsrv:" + channel, String.valueOf(point), String.valueOf(point * 1000));
    }
  }

  private void tick(long time) {
    script.run("collect", time);
    script.run("aggregate_30s", time);
  }

  @ParameterizedTest
  @CsvSource({
    "hissrv:names, 1",
    "hissrv:names, 13",
    "hissrv:todo:10s:1704067200, 5",
    "hissrv:todo:30s:1704067200, 15",
    "hissrv:open:10s, 5",
    "hissrv:open:30s, 15",
    "hissrv:acc:10s:1704067200, 5",
    "hissrv:acc:30s:1704067200, 15",
    "hissrv:windows, 5",
    "hissrv:channels, 5",
    "hissrv:state, 5",
    "hissrv:parts, 5",
    "hissrv:progress, 5",
    "hissrv:closed:10s, 15",
    "hissrv:seq, 15"
  })
  void keyVanishes_noPointTakesAnothersValue_andTheNextWindowIsWhole(String key, int second) {
    assertLossIsHarmless(second, () -> redis.del(key));
  }

  /** The search for channels is rare here, so that none comes to the rescue. */
  @ParameterizedTest
  @CsvSource({
    "hissrv:progress, searched, 5",
    "hissrv:progress, next, 5",
    "hissrv:progress, patterns, 5",
    "hissrv:progress, slots, 5",
    "hissrv:progress, at, 5",
    "hissrv:names, comsrv:1:m, 5",
    "hissrv:names, comsrv:1:m, 13",
    "hissrv:state, comsrv:1:m, 5",
    "hissrv:parts, comsrv:1:T, 5",
    "hissrv:acc:10s:1704067200, comsrv:1:m, 5",
    "hissrv:acc:30s:1704067200, comsrv:1:m, 15"
  })
  void fieldVanishes_noPointTakesAnothersValue_andTheNextWindowIsWhole(
      String key, String field, int second) {
    redis.hset("hissrv:aggregation", "refresh", "20");
    assertLossIsHarmless(second, () -> redis.hdel(key, field));
  }

  private void assertLossIsHarmless(int second, LongSupplier loss) {
    write("1:m", 1, 2, 3, 4);
    script.run("refresh", T0 - 1);
    write("1:T", 5, 6);
    write("2:m", 7, 8);
    script.run("refresh", T0 - 1);
    for (int i = 0; i < 60; i++) {
      if (i == second) {
        assertThat(loss.getAsLong()).as("there was one").isEqualTo(1);
        // From now on Redis tells the fields in another order.
        redis.del("comsrv:1:m");
        write("1:m", 4, 9, 3, 2, 1);
      }
      tick(T0 + i);
    }
    script.run("aggregate_30s", T0 + 60);

    for (String archive : redis.keys("archive:*s:*:*")) {
      onlyItsOwn(archive);
    }
    assertThat(redis.hget("archive:30s:" + (T0 + 30) + ":1", "1_count")).isEqualTo("30");
    assertThat(redis.hget("archive:30s:" + (T0 + 30) + ":1:T", "5_count")).isEqualTo("30");
    assertThat(redis.hget("archive:30s:" + (T0 + 30) + ":2", "8_count")).isEqualTo("30");
    assertThat(redis.keys("hissrv:acc:*")).isEmpty();
  }

  private void onlyItsOwn(String archive) {
    Map<String, String> window = redis.hgetAll(archive);
    for (int point = 1; point <= 9; point++) {
      String value = String.valueOf(point * 1000);
      if (window.containsKey(point + "_count")) {
        assertThat(window)
            .as(archive)
            .containsEntry(point + "_min", value)
            .containsEntry(point + "_max", value)
            .containsEntry(point + "_avg", value)
            .containsEntry(point + "_last", value);
      }
    }
  }

  @Test
  void draftVanishes_theWindowIsWrittenWhole() {
    for (int point = 1; point <= 500; point++) {
      write("1:m", point);
    }
    redis.hset("hissrv:aggregation", "slice_us", "100");
    script.run("collect", T0);
    for (int i = 0; i < 3; i++) {
      script.call("aggregate_10s", String.valueOf(T0 + 10));
    }
    assertThat(redis.keys("hissrv:draft:*")).as("half written").hasSize(1);
    redis.del("hissrv:draft:10s:" + T0 + ":1");
    script.run("aggregate_10s", T0 + 10);

    assertThat(redis.hlen("archive:10s:" + T0 + ":1")).isEqualTo(2501);
  }

  /** A hash that Redis could not be held for: left out and counted, the others go on. */
  @Test
  void hugeHash_isLeftOut_andSaid() {
    write("1:m", 1);
    script.run("refresh", T0 - 1);
    Map<String, String> huge = new HashMap<>();
    for (int point = 0; point <= 10_000; point++) {
      huge.put(String.valueOf(point), "1");
    }
    redis.hset("comsrv:2:m", huge);
    for (int i = 0; i < 30; i++) {
      tick(T0 + i);
    }
    tick(T0 + 30);

    assertThat(redis.keys("archive:10s:*:1")).hasSize(3);
    assertThat(redis.keys("archive:10s:*:2")).isEmpty();
    assertThat(redis.hget("hissrv:stats", "too_large")).isNotNull();
    redis.hdel("comsrv:2:m", "10000");
    tick(T0 + 31);
    tick(T0 + 40);
    assertThat(redis.hget("archive:10s:" + (T0 + 30) + ":2", "9999_count")).isEqualTo("1");
  }
}
