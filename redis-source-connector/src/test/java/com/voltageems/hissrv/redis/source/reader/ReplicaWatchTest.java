package com.voltageems.hissrv.redis.source.reader;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.redis.source.ManualClock;
import com.voltageems.hissrv.redis.source.ScriptedRedis;
import com.voltageems.hissrv.redis.source.link.RedisError;
import com.voltageems.hissrv.redis.source.link.RedisUnavailableException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReplicaWatchTest {
  private static final List<Object> REPLICA =
      List.of("mode", "standalone", "role", "replica", "modules", List.of());
  private static final List<Object> PRIMARY = List.of("mode", "standalone", "role", "master");

  private final ManualClock clock = new ManualClock();
  private final ScriptedRedis redis = new ScriptedRedis();
  private final ReplicaWatch watch = new ReplicaWatch(redis, clock);

  private static List<Object> role(String state) {
    return List.of("slave", "10.0.0.1", 6379, state, -1);
  }

  private @Nullable String later() {
    clock.pass(Duration.ofSeconds(10));
    watch.look();
    return watch.trouble();
  }

  @Test
  void primaryThatBecomesAReplicaOfADeadOne_isTold_untilTheLinkIsUp() {
    redis.on("HELLO", PRIMARY).always("HELLO", REPLICA);
    watch.look();
    assertThat(watch.trouble()).isNull();
    redis.on("ROLE", role("connect")).on("ROLE", role("sync")).always("ROLE", role("connected"));
    assertThat(later())
        .isEqualTo(
            "Redis is a replica, and its link to the primary 10.0.0.1:6379 is down (connect): what"
                + " is read there is of before");
    assertThat(later()).contains("is down (sync)");
    assertThat(later()).isNull();
  }

  @Test
  void itIsAskedEveryTenSeconds_andNeverWithoutAConnection() {
    redis.always("HELLO", PRIMARY).connection = 0;
    watch.look();
    assertThat(redis.asked).isEmpty();
    redis.connection = 1;
    watch.look();
    watch.look();
    clock.pass(Duration.ofSeconds(9));
    watch.look();
    assertThat(redis.asked).hasSize(1);
  }

  @Test
  void userWhoMayNotAsk_isNotAskedAgain() {
    redis.always("HELLO", REPLICA).always("ROLE", new RedisError("ERR no"));
    watch.look();
    assertThat(later()).isNull();
    assertThat(redis.asked).hasSize(2);
  }

  @Test
  void redisThatGoesAway_isLeftToTheReadings() {
    redis.on("HELLO", new RedisUnavailableException("gone", null)).always("HELLO", PRIMARY);
    watch.look();
    assertThat(later()).isNull();
  }
}
