package com.voltageems.hissrv.redis.source.reader;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.redis.source.ManualClock;
import com.voltageems.hissrv.redis.source.ScriptedRedis;
import com.voltageems.hissrv.redis.source.link.RedisError;
import com.voltageems.hissrv.redis.source.link.RedisUnavailableException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EvictionWatchTest {
  private final ManualClock clock = new ManualClock();
  private final ScriptedRedis redis = new ScriptedRedis();
  private final EvictionWatch watch = new EvictionWatch(redis, clock);

  private @Nullable String after(Duration time) {
    clock.pass(time);
    watch.look();
    return watch.trouble();
  }

  private @Nullable String later() {
    return after(Duration.ofSeconds(10));
  }

  private ScriptedRedis evicted(int count) {
    return redis.on("INFO", "# Stats\r\nexpired_keys:3\r\nevicted_keys:" + count + "\r\n");
  }

  private void policy(String policy) {
    redis.on("INFO", "# Memory\r\nmaxmemory:1\r\nmaxmemory_policy:" + policy + "\r\n");
  }

  @Test
  void evictions_areTold_untilThereHaveBeenNoneForTenMinutes() {
    evicted(700);
    assertThat(later()).as("before this task").isNull();
    evicted(712);
    policy("allkeys-lru");
    assertThat(later())
        .startsWith("Redis has evicted 12 keys: its maxmemory-policy is allkeys-lru")
        .endsWith("set maxmemory-policy noeviction, or raise maxmemory");
    evicted(713);
    policy("allkeys-lru");
    assertThat(later()).startsWith("Redis has evicted 13 keys");
    evicted(713).on("INFO", "evicted_keys:713");
    assertThat(after(Duration.ofMinutes(9))).startsWith("Redis has evicted 13 keys");
    assertThat(after(Duration.ofMinutes(1))).isNull();
    evicted(714);
    policy("allkeys-lfu");
    assertThat(later()).startsWith("Redis has evicted 1 key:");
  }

  @Test
  void evictionsOfKeysThatExpireAnyway_areNot() {
    evicted(0);
    assertThat(later()).isNull();
    evicted(5);
    policy("volatile-ttl");
    assertThat(later()).isNull();
  }

  @Test
  void anotherServer_countsForItself() {
    evicted(3);
    assertThat(later()).isNull();
    redis.connection = 2;
    evicted(500);
    assertThat(later()).isNull();
    evicted(2);
    assertThat(later()).as("counted from zero again").isNull();
    assertThat(redis.asked).hasSize(3);
  }

  @Test
  void itIsAskedEveryTenSeconds_andNeverWithoutAConnection() {
    redis.connection = 0;
    watch.look();
    assertThat(redis.asked).isEmpty();
    redis.connection = 1;
    evicted(0);
    watch.look();
    watch.look();
    assertThat(after(Duration.ofSeconds(9))).isNull();
    assertThat(redis.asked).hasSize(1);
  }

  @Test
  void userWhoMayNotAsk_isNotAskedAgain_andAnOutageIsLeftToTheReadings() {
    redis
        .on("INFO", new RedisUnavailableException("gone", null))
        .always("INFO", new RedisError("ERR no"));
    assertThat(later()).isNull();
    assertThat(later()).isNull();
    assertThat(later()).isNull();
    assertThat(redis.asked).hasSize(2);
  }
}
