package com.voltageems.hissrv.lua;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.testkit.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  /** The script that is tested. */
  String text() {
    return Script.text();
  }

  @BeforeAll
  void startServer() throws IOException {
    Path folder = Files.createDirectories(dir.resolve(getClass().getSimpleName()));
    server = start(folder);
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
    script = new Script(redis, text());
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
  void constantValue_averageIsTheValue() {
    for (int second = 0; second < 60; second++) {
      collect(
          "comsrv:1001:m",
          T0 + second,
          IntStream.range(0, 100)
              .boxed()
              .flatMap(i -> Stream.of(String.valueOf(i), "0." + (i + 101)))
              .toArray(String[]::new));
    }
    script.run("aggregate_1m", T0 + 60);

    Map<String, String> window = redis.hgetAll("archive:1m:" + T0 + ":1001");
    for (int i = 0; i < 100; i++) {
      assertThat(window).containsEntry(i + "_avg", window.get(i + "_max"));
    }
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
            "ERR hissrv: unknown action `agregate_1m`; use collect, aggregate_<window> (as"
                + " aggregate_1m), push_json or refresh");
  }

  @Test
  void pushJson_validElement_isStoredAsItStands() {
    String element =
        "{\"measurement\":\"m\",\"fields\":{\"a\":0.1000000000000000055,\"b\":true,\"c\":\"x\"}}";
    assertThat(script.call("push_json", element)).isEqualTo(1);
    assertThat(redis.lrange("archive:pending", 0, -1)).containsExactly(element);
  }

  @Test
  void pointThatDidNotReport_keepsItsValue() {
    collect("comsrv:1001:m", T0, "1", "5", "2", "7");
    collect("comsrv:1001:m", T0 + 1, "1", "6");
    script.run("aggregate_1m", T0 + 60);

    assertThat(redis.hgetAll("archive:1m:" + T0 + ":1001"))
        .containsEntry("2_count", "2")
        .containsEntry("2_avg", "7");
  }

  @Test
  void silentChannel_byItsTimeStamps_endsAndComesBack() {
    redis.hset("hissrv:aggregation", "alive", "10");
    redis.hset("comsrv:1001:m:ts", "1", T0 + "000");
    for (int second = 0; second < 40; second++) {
      if (second == 30) {
        redis.hset("comsrv:1001:m:ts", "1", (T0 + 30) + "000");
      }
      collect("comsrv:1001:m", T0 + second, "1", String.valueOf(second));
    }
    script.run("aggregate_1m", T0 + 60);

    // Seconds 0 to 10 and 30 to 39: that the value changes proves nothing where there are stamps.
    assertThat(redis.hget("archive:1m:" + T0 + ":1001", "1_count")).isEqualTo("21");
    assertThat(redis.hget("archive:1m:" + T0 + ":1001", "1_max")).isEqualTo("39");
  }

  @Test
  void silentChannel_atFirstSight_isNotSampled() {
    redis.hset("comsrv:1001:m:ts", "1", (T0 - 3600) + "000");
    collect("comsrv:1001:m", T0, "1", "5");
    script.run("aggregate_1m", T0 + 60);

    assertThat(redis.exists("archive:1m:" + T0 + ":1001")).isFalse();
    assertThat(redis.hget("hissrv:stats", "silent")).isEqualTo("1");
  }

  @Test
  void silentChannel_withoutTimeStamps_endsWhenItsHashStopsChanging() {
    redis.hset("hissrv:aggregation", "alive_unstamped", "20");
    for (int second = 0; second < 60; second++) {
      collect("inst:1:M", T0 + second, "1", second < 10 ? String.valueOf(second) : "9");
    }
    script.run("aggregate_1m", T0 + 60);

    assertThat(redis.hget("archive:1m:" + T0 + ":inst:1:M", "1_count")).isEqualTo("30");
  }

  @Test
  void notFiniteAndForeign_keptOutAndCounted() {
    collect(
        "comsrv:1001:T",
        T0,
        "1",
        "NaN",
        "2",
        "inf",
        "3",
        "-inf",
        "4",
        "0x10",
        "5",
        "auto",
        "6",
        "1.5:1642592400000",
        "7",
        "1e-7",
        "8",
        "1e999",
        "timestamp",
        "1704067200");
    script.run("aggregate_1m", T0 + 60);

    assertThat(redis.hgetAll("archive:1m:" + T0 + ":1001"))
        .containsOnlyKeys(
            "6_avg",
            "6_min",
            "6_max",
            "6_last",
            "6_count",
            "7_avg",
            "7_min",
            "7_max",
            "7_last",
            "7_count",
            "timestamp")
        .containsEntry("6_avg", "1.5")
        .containsEntry("7_last", "1e-07");
    assertThat(redis.hgetAll("hissrv:stats"))
        .containsEntry("not_finite", "4")
        .containsEntry("foreign", "2")
        .containsEntry("samples", "2");
  }

  /** Field case S8: what is text to the connector must be none here, however Lua reads it. */
  @Test
  void textsThatLuaWouldTakeForNumbers_areForeign() {
    List<String> texts =
        List.of(
            " 5",
            "5 ",
            "0x1p3",
            "0X10",
            "5\0",
            "5\0abc",
            "1".repeat(65),
            "0." + "0".repeat(100_000) + "1",
            "5:12",
            "5:123456789012345",
            "1642592400000:5:x",
            "1,5");
    redis.hset("comsrv:1001:T", "1", "2");
    for (int i = 0; i < texts.size(); i++) {
      redis.hset("comsrv:1001:T", "t" + i, texts.get(i));
    }
    redis.hset("comsrv:1001:T", "2", "1500.0:1642592400000:operator");
    redis.hset("comsrv:1001:T", "3", "1e100000000");
    script.run("collect", T0);
    script.run("aggregate_1m", T0 + 60);

    assertThat(redis.hgetAll("archive:1m:" + T0 + ":1001").keySet())
        .filteredOn(name -> name.endsWith("_last"))
        .containsExactlyInAnyOrder("1_last", "2_last");
    assertThat(redis.hgetAll("hissrv:stats"))
        .containsEntry("foreign", String.valueOf(texts.size()))
        .containsEntry("not_finite", "1");
  }

  @Test
  void pointThatIsNaNForAWhile_hasALowerCount() {
    for (int second = 0; second < 4; second++) {
      collect("comsrv:1001:T", T0 + second, "1", second == 2 ? "NaN" : "3", "2", "4");
    }
    script.run("aggregate_1m", T0 + 60);

    assertThat(redis.hgetAll("archive:1m:" + T0 + ":1001"))
        .containsEntry("1_count", "3")
        .containsEntry("2_count", "4");
  }

  @Test
  void classes_addTheFieldsOfOldReaders() {
    redis.hset("hissrv:aggregation", "classes", "voltage:1-99,power:200-299,power:400");
    collect(
        "comsrv:1001:m", T0, "1", "220", "2", "230", "150", "9", "200", "-4", "400", "6", "x", "1");
    collect("comsrv:1001:m", T0 + 1, "2", "NaN");
    script.run("aggregate_1m", T0 + 60);

    assertThat(redis.hgetAll("archive:1m:" + T0 + ":1001"))
        .containsEntry("voltage_min", "220")
        .containsEntry("voltage_max", "230")
        .containsEntry("voltage_count", "3")
        .hasEntrySatisfying(
            "voltage_avg",
            text -> assertThat(Double.parseDouble(text)).isEqualTo((220 + 220 + 230) / 3.0))
        .containsEntry("power_avg", "1")
        .containsEntry("power_count", "4")
        .containsEntry("1_count", "2")
        .doesNotContainKey("voltage_last")
        .doesNotContainKey("current_avg");
  }

  /** As whoever adds a range to a class may write it. */
  @Test
  void pointInTwoRangesOfAClass_countsOnce() {
    redis.hset("hissrv:aggregation", "classes", "voltage:1-99,current:7,voltage:50-120,voltage:60");
    collect("comsrv:1001:m", T0, "7", "100", "60", "220", "110", "250");
    script.run("aggregate_1m", T0 + 60);

    assertThat(redis.hgetAll("archive:1m:" + T0 + ":1001"))
        .containsEntry("voltage_count", "3")
        .containsEntry("voltage_avg", "190")
        .containsEntry("voltage_min", "100")
        .containsEntry("voltage_max", "250")
        .containsEntry("current_avg", "100");
  }

  @Test
  void windowNobodyConfigured_isKeptFromItsFirstCallOn() {
    script.run("aggregate_15m", T0);
    collectMinute("comsrv:1001:m", T0 + 60);
    script.run("aggregate_1m", T0 + 120);
    script.run("aggregate_15m", T0 + 900);

    assertThat(redis.hgetAll("archive:15m:" + T0 + ":1001"))
        .containsEntry("1_count", "60")
        .containsEntry("1_avg", "29.5");
  }

  @Test
  void lateRun_closesAllThatWasLeftOpen() {
    for (int minute = 0; minute < 5; minute++) {
      collect("comsrv:1001:m", T0 + 60L * minute, "1", String.valueOf(minute));
    }
    script.run("aggregate_5m", T0 + 5_000);
    script.run("aggregate_5m", T0 + 5_000);

    assertThat(redis.keys("archive:1m:*")).hasSize(5);
    assertThat(redis.hgetAll("archive:5m:" + T0 + ":1001"))
        .containsEntry("1_count", "5")
        .containsEntry("1_last", "4");
    assertThat(redis.hget("hissrv:stats", "windows")).isEqualTo("6");
  }

  @Test
  void clockBack_reopensNothing() {
    collect("comsrv:1001:m", T0 + 30, "1", "1");
    script.run("aggregate_1m", T0 + 60);
    Map<String, String> closed = redis.hgetAll("archive:1m:" + T0 + ":1001");
    collect("comsrv:1001:m", T0 + 40, "1", "2");
    script.run("aggregate_1m", T0 + 120);

    assertThat(redis.hgetAll("archive:1m:" + T0 + ":1001")).isEqualTo(closed);
    assertThat(redis.zcard("archive:index:1m")).isEqualTo(1);
    assertThat(redis.hget("hissrv:stats", "late")).isEqualTo("1");
  }

  @Test
  void clockFarAheadForAMoment_doesNotStopCollecting() {
    long far = T0 + 60L * 60 * 24 * 365 * 50;
    collect("comsrv:1001:m", far, "1", "1");
    script.run("aggregate_1m", far + 60);
    collectMinute("comsrv:1001:m", T0);
    script.run("aggregate_1m", T0 + 60);

    assertThat(redis.hget("archive:1m:" + T0 + ":1001", "1_count")).isEqualTo("60");
  }

  @Test
  void clockAheadForAMoment_costsTheMinuteOnly() {
    redis.hset("hissrv:aggregation", "windows", "1m,5m,1h");
    collect("comsrv:1001:m", T0 + 10, "1", "1");
    collect("comsrv:1001:m", T0 + 5_000, "1", "2");
    script.run("aggregate_1h", T0 + 7_000);
    for (int minute = 0; minute < 10; minute++) {
      collectMinute("comsrv:1001:m", T0 + 60L * minute);
    }
    script.run("aggregate_5m", T0 + 600);

    assertThat(redis.keys("archive:1m:*")).hasSize(11);
    assertThat(redis.hget("archive:1m:" + T0 + ":1001", "1_count")).isEqualTo("1");
    assertThat(redis.hget("archive:1m:" + (T0 + 60) + ":1001", "1_count")).isEqualTo("60");
    assertThat(redis.hget("archive:5m:" + T0 + ":1001", "1_count")).isEqualTo("1");
    assertThat(redis.hget("archive:5m:" + (T0 + 300) + ":1001", "1_count")).isEqualTo("300");
  }

  @Test
  void lastOfAMergedWindow_isOfTheLatestSecond() {
    collect("comsrv:1001:m", T0, "1", "1", "2", "11");
    collect("comsrv:1001:m", T0 + 130, "1", "3");
    script.run("aggregate_1m", T0 + 190);
    redis.hdel("comsrv:1001:m", "1");
    collect("comsrv:1001:m", T0 + 190, "2", "14");
    script.run("aggregate_1m", T0 + 250);
    collect("comsrv:1001:m", T0 + 70, "1", "2", "2", "12");
    script.run("aggregate_5m", T0 + 300);

    assertThat(redis.hgetAll("archive:5m:" + T0 + ":1001"))
        .containsEntry("1_last", "3")
        .containsEntry("1_max", "3")
        .containsEntry("1_count", "3")
        .containsEntry("2_last", "14")
        .containsEntry("2_count", "4");
  }

  @Test
  void nobodyCloses_collectBoundsWhatIsOpen() {
    for (int minute = 0; minute < 40; minute++) {
      collect("comsrv:1001:m", T0 + 60L * minute, "1", "1" + minute);
    }

    assertThat(redis.zcard("hissrv:open:1m")).isLessThanOrEqualTo(12);
    assertThat(redis.keys("archive:1m:*")).hasSizeGreaterThanOrEqualTo(28);
  }

  /** As with a crontab that has only the line for the base window. */
  @Test
  void nobodyClosesLongerWindows_collectBoundsThem() {
    redis.hset("hissrv:aggregation", "windows", "5s,10s");
    for (int window = 0; window < 80; window++) {
      collect("comsrv:1001:m", T0 + 5L * window, "1", "1" + window);
      script.run("aggregate_5s", T0 + 5L * window);
    }

    assertThat(redis.zcard("hissrv:open:10s")).isLessThanOrEqualTo(12);
    assertThat(redis.keys("archive:10s:*")).hasSizeGreaterThanOrEqualTo(28);
  }

  @Test
  void largeChannel_closedInSlices_isSeenOnlyWhole() {
    redis.hset("hissrv:aggregation", "slice_us", "100");
    for (int point = 1; point <= 1000; point++) {
      redis.hset("comsrv:1001:m", String.valueOf(point), point + ".5");
    }
    script.run("collect", T0);
    int calls = 1;
    while (script.call("aggregate_1m", String.valueOf(T0 + 60)) > 0) {
      assertThat(redis.hlen("archive:1m:" + T0 + ":1001")).isIn(0L, 5001L);
      calls++;
    }

    assertThat(calls).isGreaterThan(10);
    assertThat(redis.hlen("archive:1m:" + T0 + ":1001")).isEqualTo(5001);
    assertThat(redis.hget("archive:1m:" + T0 + ":1001", "977_avg")).isEqualTo("977.5");
    assertThat(redis.keys("hissrv:draft:*")).isEmpty();
  }

  @Test
  void fieldsThatComeAndGo_leaveNoTrace() {
    for (int second = 0; second < 402; second++) {
      redis.del("comsrv:1001:m");
      collect("comsrv:1001:m", T0 + second * 10L, "1", "5", "odd" + second, "1");
      if (second % 6 == 5) {
        script.run("aggregate_5m", T0 + second * 10L);
      }
    }
    script.run("aggregate_5m", T0 + 20_000);

    // Few names are kept, and every one that had a sample was written.
    assertThat(redis.hget("hissrv:names", "comsrv:1001:m").length()).isLessThan(1_000);
    long written = 0;
    for (String key : redis.keys("archive:1m:*")) {
      written += redis.hkeys(key).stream().filter(f -> f.matches("odd.*_count")).count();
      assertThat(redis.hget(key, "1_count")).isEqualTo("6");
    }
    assertThat(written).isEqualTo(402);
  }

  @Test
  void bothGenerationsOfAChannel_areToldApart() {
    redis.hset("comsrv:1001:m", "1", "1");
    redis.hset("comsrv:1001:T", "1", "2");
    script.run("collect", T0);
    script.run("aggregate_1m", T0 + 60);

    String prefix = "archive:1m:" + T0 + ":";
    assertThat(redis.keys("archive:1m:*"))
        .hasSize(2)
        .contains(prefix + "1001")
        .containsAnyOf(prefix + "1001:m", prefix + "1001:T");
  }

  @Test
  void windowsChanged_whatWasOpenIsClosed() {
    collect("comsrv:1001:m", T0 + 1, "1", "1");
    redis.hset("hissrv:aggregation", "windows", "5s,15s");
    collect("comsrv:1001:m", T0 + 2, "1", "3");
    script.run("aggregate_5s", T0 + 400);
    script.run("aggregate_15s", T0 + 400);

    assertThat(redis.keys("archive:*:*:1001"))
        .containsExactlyInAnyOrder(
            "archive:1m:" + T0 + ":1001",
            "archive:5s:" + T0 + ":1001",
            "archive:15s:" + T0 + ":1001");
    assertThat(redis.smembers("hissrv:windows")).containsExactlyInAnyOrder("5s", "15s");
  }

  @Test
  void steadyState_hasNoKeysAndNoScan() {
    for (int channel = 1; channel <= 30; channel++) {
      redis.hset("comsrv:" + channel + ":m", "1", "1");
    }
    script.run("collect", T0);
    redis.configResetStat();
    for (int second = 1; second < 10; second++) {
      script.run("collect", T0 + second);
    }
    script.run("aggregate_1m", T0 + 60);

    assertThat(redis.info("commandstats"))
        .contains("cmdstat_hgetall")
        .doesNotContain("scan:")
        .doesNotContain("cmdstat_keys");
    assertThat(redis.hget("hissrv:stats", "windows")).isEqualTo("30");
  }

  @Test
  void newChannel_isFoundWithinTheRefresh() {
    redis.hset("comsrv:1001:m", "1", "1");
    script.run("collect", T0);
    redis.hset("comsrv:1002:m", "1", "1");
    for (int second = 1; second < 30; second++) {
      collect("comsrv:1001:m", T0 + second, "1", String.valueOf(second));
    }
    script.run("aggregate_1m", T0 + 60);

    assertThat(redis.hget("archive:1m:" + T0 + ":1002", "1_count")).isEqualTo("19");
    assertThat(redis.hget("hissrv:stats", "refreshes")).isEqualTo("3");
  }

  @Test
  void firstChannel_isFoundAtOnce() {
    script.run("collect", T0);
    collect("comsrv:1001:m", T0 + 1, "1", "1");
    collect("comsrv:1001:m", T0 + 2, "1", "2");
    script.run("aggregate_1m", T0 + 60);

    assertThat(redis.hget("archive:1m:" + T0 + ":1001", "1_count")).isEqualTo("2");
  }

  @Test
  void refresh_findsAChannelNow() {
    redis.hset("hissrv:aggregation", "slice_us", "100");
    for (int i = 0; i < 3_000; i++) {
      redis.set("other:" + i, "x");
    }
    collect("comsrv:1001:m", T0, "1", "1");
    redis.hset("comsrv:1002:m", "1", "1");
    script.run("refresh", T0);
    script.run("collect", T0 + 1);
    script.run("aggregate_1m", T0 + 60);

    assertThat(redis.hget("archive:1m:" + T0 + ":1002", "1_count")).isEqualTo("1");
  }

  @Test
  void channelGoneForAnHour_isForgotten() {
    collect("comsrv:1001:m", T0, "1", "1");
    script.run("aggregate_1h", T0 + 7200);
    redis.del("comsrv:1001:m");
    script.run("collect", T0 + 7200);
    assertThat(redis.zcard("hissrv:channels")).isEqualTo(1);
    script.run("collect", T0 + 7200 + 3700);

    assertThat(redis.zcard("hissrv:channels")).isZero();
    assertThat(redis.exists("hissrv:state")).isFalse();
    assertThat(redis.exists("hissrv:names")).isFalse();
  }

  @Test
  void channelThatBecomesAnotherType_failsNothing() {
    redis.hset("comsrv:1001:m", "1", "1");
    collect("comsrv:1002:m", T0, "1", "1");
    redis.del("comsrv:1001:m");
    redis.lpush("comsrv:1001:m", "x");
    collect("comsrv:1002:m", T0 + 1, "1", "2");
    script.run("aggregate_1m", T0 + 60);

    assertThat(redis.hget("archive:1m:" + T0 + ":1001", "1_count")).isEqualTo("1");
    assertThat(redis.hget("archive:1m:" + T0 + ":1002", "1_count")).isEqualTo("2");
    assertThat(redis.llen("comsrv:1001:m")).isEqualTo(1);
  }

  @Test
  void timeStampsOfAnotherType_areCounted() {
    redis.set("comsrv:1001:m:ts", "x");
    collect("comsrv:1001:m", T0, "1", "1");

    assertThat(redis.hget("hissrv:stats", "wrong_type")).isEqualTo("1");
    assertThat(redis.hget("hissrv:stats", "samples")).isEqualTo("1");
  }

  @Test
  void ownKeyOfAnotherType_isNamed() {
    redis.hset("comsrv:1:m", "1", "1");
    redis.set("hissrv:state", "x");
    assertThatThrownBy(() -> script.run("collect", T0))
        .hasMessageStartingWith("ERR hissrv: ")
        .hasMessageContaining("WRONGTYPE")
        .hasMessageContaining("call('HGET', 'hissrv:state')");
  }

  /** Redis itself names neither, and a user without a right is met by whoever edits an ACL. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-type                    | call('TYPE', 'comsrv:2:m')",
        "-hgetall                 | call('HGETALL', 'hissrv:aggregation')",
        "-zadd                    | call('ZADD', ",
        "-scan                    | call('SCAN', '0')",
        "-dbsize                  | call('DBSIZE')",
        "-hvals                   | call('HVALS', 'comsrv:1:m:ts')",
        "resetkeys ~hissrv:*      | call('HLEN', 'comsrv:1:m')",
        "resetkeys ~hissrv:* ~*:m | call('HLEN', 'comsrv:1:m:ts')"
      })
  void refusedCommand_isNamedWithItsKey(String taken, String named) {
    collect("comsrv:1:m", T0, "1", "1");
    redis.hset("comsrv:2:m", "1", "1");
    String[] rules = ("reset on nopass ~* &* +@all " + taken).split(" ");
    redis.aclSetUser("u", rules);
    redis.auth("u", "any");
    try {
      assertThatThrownBy(() -> script.run("collect", T0 + 60)).hasMessageContaining(named);
    } finally {
      redis.auth("default", "any");
    }
  }

  @Test
  void sequenceThatIsNoNumber_beginsAtTheClock() {
    redis.set("hissrv:seq", "x");
    collectMinute("comsrv:1001:m", T0);
    long clockSeconds = Long.parseLong(redis.time().get(0));
    script.run("aggregate_1m", T0 + 60);
    assertThat(redis.zscore("archive:index:1m", "archive:1m:" + T0 + ":1001"))
        .isGreaterThanOrEqualTo(clockSeconds * 1e6);
  }

  @Test
  void index_losesWhatHasExpired_andNeverCountsFromOne() {
    collect("comsrv:1001:m", T0, "1", "1");
    script.run("aggregate_1m", T0 + 60);
    double before = redis.zscore("archive:index:1m", "archive:1m:" + T0 + ":1001");
    redis.del("archive:1m:" + T0 + ":1001");
    collect("comsrv:1001:m", T0 + 60, "1", "2");
    script.run("aggregate_1m", T0 + 120);

    assertThat(redis.zrange("archive:index:1m", 0, -1))
        .containsExactly("archive:1m:" + (T0 + 60) + ":1001");
    redis.flushAll();
    collect("comsrv:1001:m", T0, "1", "1");
    script.run("aggregate_1m", T0 + 60);
    assertThat(redis.zscore("archive:index:1m", "archive:1m:" + T0 + ":1001"))
        .isGreaterThan(before);
  }

  @Test
  void slices_cursorLeadsThroughAllChannels() {
    redis.hset("hissrv:aggregation", "slice_us", "100");
    for (int channel = 1; channel <= 200; channel++) {
      redis.hset("comsrv:" + channel + ":m", Map.of("1", "1", "2", "2", "3", "3"));
    }
    script.run("collect", T0);
    int calls = script.run("collect", T0 + 1);
    script.run("aggregate_1m", T0 + 60);

    assertThat(calls).isGreaterThan(2);
    assertThat(redis.keys("archive:1m:*")).hasSize(200);
    assertThat(redis.hget("hissrv:stats", "samples")).isEqualTo("1200");
  }

  @Test
  void withoutATime_theClockOfRedisCounts() {
    redis.hset("hissrv:aggregation", "windows", "1s");
    redis.hset("comsrv:1001:m", "1", "5");
    long begin = Long.parseLong(redis.time().get(0));
    script.run("collect");
    long end = Long.parseLong(redis.time().get(0));
    await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> {
              script.run("aggregate_1s");
              return redis.zcard("archive:index:1s") == 1;
            });

    String key = redis.zrange("archive:index:1s", 0, 0).get(0);
    assertThat(Long.parseLong(redis.hget(key, "timestamp"))).isBetween(begin, end);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "aggregate_7s | | 7s is not a multiple of the base window 1m; the windows are 1m, 5m",
        "aggregate_0m | | `0m` is not a window; use aggregate_<n>s, aggregate_<n>m or aggregate_<n>h,"
            + " up to 168h",
        "aggregate_169h | | `169h` is not a window; use aggregate_<n>s, aggregate_<n>m or"
            + " aggregate_<n>h, up to 168h",
        "collect | soon | time `soon` is not a number; use epoch seconds, or none for the clock of"
            + " Redis",
        "collect | -5 | time `-5` is not a number; use epoch seconds, or none for the clock of Redis",
        "aggregate_1m | 1704067200000 | time 1704067200000 is too far ahead; use epoch seconds, not"
            + " milliseconds",
      })
  void badCall_saysWhatWouldBeRight(String action, @Nullable String argument, String message) {
    String[] arguments = argument == null ? new String[0] : new String[] {argument};
    assertThatThrownBy(() -> script.call(action, arguments)).hasMessage("ERR hissrv: " + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "windows | 1m,90s | windows: 90s is not a multiple of the first, 1m",
        "windows | 1m,x | windows: `x` is not a window; use <n>s, <n>m or <n>h, up to 168h",
        "windows | , | windows: empty; name at least one, as in 1m,5m",
        "patterns | , | patterns: empty; name at least one, as in comsrv:*:m",
        "interval | 7 | interval: 1m is not a multiple of 7 s",
        "ttl | 0 | ttl: `0`; use a whole number from 1 on",
        "alive | soon | alive: `soon`; use a whole number from 1 on",
        "classes | volt | classes: `volt` is not a range; use name:from-to, as in voltage:1-99",
        "classes | v:9-1 | classes: `v:9-1` is not a range; use name:from-to, as in voltage:1-99",
      })
  void badSetting_saysWhatWouldBeRight(String name, String value, String message) {
    redis.hset("hissrv:aggregation", name, value);
    assertThatThrownBy(() -> script.call("collect"))
        .hasMessage("ERR hissrv: hissrv:aggregation " + message);
  }

  @Test
  void moreWindowsThanFit_withThoseThatCallsAskedFor_saysWhereTheyAre() {
    for (String window : List.of("2m", "3m", "4m", "6m", "10m", "12m")) {
      script.call("aggregate_" + window, String.valueOf(T0));
    }
    redis.hset("hissrv:aggregation", "windows", "1m,5m,15m");
    assertThatThrownBy(() -> script.call("collect"))
        .hasMessage(
            "ERR hissrv: hissrv:aggregation windows: at most 8, not 1m, 2m, 3m, 4m, 5m, 6m, 10m,"
                + " 12m, 15m; those that calls have asked for are kept in the set hissrv:extra");
  }

  @Test
  void unknownSetting_isRefused() {
    redis.hset("hissrv:aggregation", "window", "1m");
    assertThatThrownBy(() -> script.call("collect"))
        .hasMessageStartingWith(
            "ERR hissrv: hissrv:aggregation: unknown setting `window`; valid: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "^^ | the element is missing",
        "{ | not JSON",
        "[1] | an element is a JSON object",
        "7 | an element is a JSON object",
        "{\"measurement\":\"m\",\"fields\":{\"a\":0x10}} | not JSON",
        "{\"measurement\":\"m\",\"fields\":{\"a\":NaN}} | not JSON",
        "{\"measurement\":\"m\",\"fields\":{\"a\":Infinity}} | not JSON",
        "{} | measurement must be a text",
        "{\"measurement\":\"\",\"fields\":{\"a\":1}} | measurement must be a text",
        "{\"measurement\":\"m\"} | fields must be an object",
        "{\"measurement\":\"m\",\"fields\":{}} | fields must be an object",
        "{\"measurement\":\"m\",\"fields\":[1]} | fields must be an object",
        "{\"measurement\":\"m\",\"fields\":{\"a\":null}} | field `a` must be a number",
        "{\"measurement\":\"m\",\"fields\":{\"a\":1e999}} | field `a` is not a finite number",
        "{\"measurement\":\"m\",\"fields\":{\"a\":1},\"tags\":{\"t\":true}} | tag `t` must be",
        "{\"measurement\":\"m\",\"fields\":{\"a\":1},\"timestamp\":1642592400000} | timestamp must",
      })
  void pushJson_badElement_isRefused(String element, String message) {
    assertThatThrownBy(() -> script.call("push_json", element))
        .hasMessageStartingWith("ERR hissrv: push_json: " + message);
    assertThat(redis.exists("archive:pending")).isFalse();
  }

  @Test
  void pushJson_fullList_isRefused() {
    redis.hset("hissrv:aggregation", "pending_max", "1");
    String element = "{\"measurement\":\"m\",\"fields\":{\"a\":1},\"tags\":null}";
    script.call("push_json", element);
    assertThatThrownBy(() -> script.call("push_json", element))
        .hasMessage(
            "ERR hissrv: push_json: archive:pending has 1 elements already; is its consumer"
                + " running?");
  }
}
