package com.voltageems.hissrv.influx.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetryLogTest {
  private final RetryLog log = new RetryLog();

  private boolean says(Duration pause, int seconds) {
    return log.failed("t-0@0", "busy", pause, Duration.ofSeconds(seconds).toNanos());
  }

  @Test
  void isSaidOnceAMinute() {
    assertThat(says(Duration.ofSeconds(1), 0)).isTrue();
    assertThat(says(Duration.ofSeconds(1), 59)).isFalse();
    assertThat(says(Duration.ofSeconds(1), 60)).isTrue();
  }

  /** Because of Retry-After, nothing more is logged until the pause is over. */
  @Test
  void longPause_isSaidAtOnce() {
    assertThat(says(Duration.ofSeconds(1), 0)).isTrue();
    assertThat(says(Duration.ofMinutes(9), 1)).isTrue();
    assertThat(says(Duration.ofSeconds(1), 2)).isFalse();
  }
}
