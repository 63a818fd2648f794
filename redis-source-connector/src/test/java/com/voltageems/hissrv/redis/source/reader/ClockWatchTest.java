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

class ClockWatchTest {
  private final ManualClock clock = new ManualClock();
  private final ScriptedRedis redis = new ScriptedRedis();
  private final ClockWatch watch = new ClockWatch(redis, clock);

  private @Nullable Long later(long aheadMillis) {
    clock.pass(Duration.ofSeconds(10));
    long time = clock.millis() + aheadMillis;
    redis.on("TIME", List.of(Long.toString(time / 1000), Long.toString(time % 1000 * 1000)));
    watch.look();
    return watch.aheadMillis();
  }

  @Test
  void aheadBehindAndRight_areTold() {
    assertThat(watch.aheadMillis()).isNull();
    assertThat(later(61_000)).isEqualTo(61_000);
    assertThat(later(-75_500)).isEqualTo(-75_500);
    assertThat(later(0)).isZero();
  }

  @Test
  void itIsAskedEveryTenSeconds_andNeverWithoutAConnection() {
    redis.connection = 0;
    watch.look();
    assertThat(redis.asked).isEmpty();
    redis.connection = 1;
    assertThat(later(5)).isEqualTo(5);
    clock.pass(Duration.ofSeconds(9));
    watch.look();
    assertThat(redis.asked).hasSize(1);
  }

  @Test
  void whereItMayNotBeAsked_itIsAskedOnceAndNothingIsSaid() {
    redis.always("TIME", new RedisError("NOPERM User x has no permissions to run 'time'"));
    watch.look();
    clock.pass(Duration.ofSeconds(10));
    watch.look();
    assertThat(watch.aheadMillis()).isNull();
    assertThat(redis.asked).hasSize(1);
  }

  @Test
  void outage_isForTheReadersToNotice() {
    redis.on("TIME", new RedisUnavailableException("gone", new RuntimeException()));
    watch.look();
    assertThat(watch.aheadMillis()).isNull();
    assertThat(later(-11_000)).isEqualTo(-11_000);
  }
}
