package com.voltageems.hissrv.lua;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.testkit.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.resps.Tuple;

/** What the script promises, one promise a test; run on every version of Redis that there is. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ScriptContract {
  /** A minute's and an hour's start. */
  static final long T0 = 1_704_067_200;

  @TempDir static Path dir;
  private RedisServer server;
  Jedis redis;
  Script script;

  abstract RedisServer start(Path folder);

  @BeforeAll
  void startServer() throws IOException {
    Path folder = Files.createDirectories(dir.resolve(getClass().getSimpleName()));
    server = start(folder);
    redis = new Jedis("127.0.0.1", server.port(), 10_000);
  }

  @AfterAll
  void stopServer() {
    redis.close();
    server.close();
  }

  @BeforeEach
  void emptyServer() {
    redis.flushAll();
    script = new Script(redis);
  }

  private void collect(String key, long time, String... fieldsAndValues) {
    for (int i = 0; i < fieldsAndValues.length; i += 2) {
      redis.hset(key, fieldsAndValues[i], fieldsAndValues[i + 1]);
    }
    script.run("collect", time);
  }

  private void collectMinute(String key, long start) {
    for (int second = 0; second < 60; second++) {
      collect(key, start + second, "1", String.valueOf(second));
    }
  }

  @Test
  void window_isTheMinuteOfSamples() {
    collectMinute("comsrv:1001:m", T0);
    script.run("aggregate_1m", T0 + 60);

    assertThat(redis.hgetAll("archive:1m:" + T0 + ":1001"))
        .isEqualTo(
            Map.of(
                "1_avg", "29.5",
                "1_min", "0",
                "1_max", "59",
                "1_last", "59",
                "1_count", "60",
                "timestamp", String.valueOf(T0)));
    assertThat(redis.ttl("archive:1m:" + T0 + ":1001")).isBetween(7190L, 7200L);
  }

  @Test
  void window_notOver_staysOpen() {
    collectMinute("comsrv:1001:m", T0);
    script.run("aggregate_1m", T0 + 59);

    assertThat(redis.keys("archive:*")).isEmpty();
  }

  @Test
  void fiveMinutes_mergedByCount() {
    collect("comsrv:1001:m", T0 + 59, "1", "10");
    collectMinute("comsrv:1001:m", T0 + 240);
    script.run("aggregate_1m", T0 + 300);
    script.run("aggregate_5m", T0 + 300);

    assertThat(redis.hgetAll("archive:5m:" + T0 + ":1001"))
        .containsEntry("1_count", "61")
        .containsEntry("1_min", "0")
        .containsEntry("1_max", "59")
        .containsEntry("1_last", "59")
        .hasEntrySatisfying(
            "1_avg", text -> assertThat(Double.parseDouble(text)).isEqualTo((10 + 59 * 30) / 61.0))
        .containsEntry("timestamp", String.valueOf(T0));
  }

  @Test
  void windowsOfSeconds_configured() {
    redis.hset("hissrv:aggregation", "windows", "5s,15s");
    for (int second = 0; second < 15; second++) {
      collect("comsrv:1001:m", T0 + second, "1", String.valueOf(second));
    }
    script.run("aggregate_15s", T0 + 15);

    assertThat(redis.keys("archive:5s:*")).hasSize(3);
    assertThat(redis.hgetAll("archive:15s:" + T0 + ":1001"))
        .containsEntry("1_count", "15")
        .containsEntry("1_avg", "7");
  }

  @Test
  void index_growsWithEveryWindow() {
    collectMinute("comsrv:1001:m", T0);
    collectMinute("comsrv:1001:m", T0 + 60);
    script.run("aggregate_1m", T0 + 120);

    List<Tuple> index = redis.zrangeWithScores("archive:index:1m", 0, -1);
    assertThat(index)
        .extracting(Tuple::getElement)
        .containsExactly("archive:1m:" + T0 + ":1001", "archive:1m:" + (T0 + 60) + ":1001");
    assertThat(index.get(1).getScore()).isGreaterThan(index.get(0).getScore());
  }

  @Test
  void sameSecondTwice_countsOnce() {
    collect("comsrv:1001:m", T0, "1", "5");
    collect("comsrv:1001:m", T0, "1", "6");
    redis.del("hissrv:round:" + T0);
    script.run("collect", T0);
    script.run("aggregate_1m", T0 + 60);

    assertThat(redis.hgetAll("archive:1m:" + T0 + ":1001"))
        .containsEntry("1_count", "1")
        .containsEntry("1_last", "5");
  }

  @Test
  void everyLayout_isFound() {
    for (String key :
        List.of(
            "comsrv:1:m",
            "comsrv:2:s",
            "comsrv:3:c",
            "comsrv:4:a",
            "comsrv:5:T",
            "comsrv:6:S",
            "comsrv:7:C",
            "comsrv:8:A",
            "inst:1:M",
            "inst:1:A",
            "modsrv:power_calc:measurement")) {
      redis.hset(key, "1", "2.5");
    }
    redis.hset("comsrv:1:m:raw", "1", "1000");
    redis.hset("comsrv:1:m:ts", "1", T0 + "000");
    redis.hset("modsrv:power_calc:control", "1", "1");
    redis.lpush("comsrv:1:C:TODO", "x");
    redis.lpush("comsrv:9:m", "x");
    script.run("collect", T0);
    script.run("aggregate_1m", T0 + 60);

    String prefix = "archive:1m:" + T0 + ":";
    Set<String> found = redis.keys("archive:1m:*");
    assertThat(found)
        .containsExactlyInAnyOrder(
            prefix + "1",
            prefix + "2:s",
            prefix + "3:c",
            prefix + "4:a",
            prefix + "5",
            prefix + "6:S",
            prefix + "7:C",
            prefix + "8:A",
            prefix + "inst:1:M",
            prefix + "inst:1:A",
            prefix + "modsrv:power_calc");
    assertThat(redis.hget("hissrv:stats", "wrong_type")).isEqualTo("1");
  }

  @Test
  void unknownAction_saysWhatThereIs() {
    assertThatThrownBy(() -> script.call("agregate_1m"))
        .hasMessage(
            "ERR hissrv: no action `agregate_1m`; use collect, aggregate_<window> (as"
                + " aggregate_1m), push_json or refresh");
  }

  @Test
  void pushJson_validElement_isStoredAsItStands() {
    String element =
        "{\"measurement\":\"m\",\"fields\":{\"a\":0.1000000000000000055,\"b\":true,\"c\":\"x\"}}";
    assertThat(script.call("push_json", element)).isEqualTo(1);
    assertThat(redis.lrange("archive:pending", 0, -1)).containsExactly(element);
  }
}
