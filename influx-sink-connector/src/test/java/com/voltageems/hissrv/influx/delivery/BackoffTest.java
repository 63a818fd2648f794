package com.voltageems.hissrv.influx.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BackoffTest {
  @Test
  void backoff_doublesUpToTheLongest_withJitter() {
    Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10));
    SplittableRandom random = new SplittableRandom(1);
    long[] full = {200, 400, 800, 1600, 3200, 6400, 10_000, 10_000};
    for (int attempt = 1; attempt <= full.length; attempt++) {
      for (int i = 0; i < 100; i++) {
        assertThat(backoff.after(attempt, random).toMillis())
            .isBetween(full[attempt - 1] / 2, full[attempt - 1]);
      }
    }
    assertThat(backoff.after(1_000_000, random))
        .isBetween(Duration.ofSeconds(5), Duration.ofSeconds(10));
  }

  @Test
  void backoff_isNotTheSameForAll() {
    Backoff backoff = new Backoff(Duration.ofSeconds(10), Duration.ofSeconds(10));
    SplittableRandom random = new SplittableRandom(1);
    assertThat(backoff.after(1, random)).isNotEqualTo(backoff.after(1, random));
  }
}
