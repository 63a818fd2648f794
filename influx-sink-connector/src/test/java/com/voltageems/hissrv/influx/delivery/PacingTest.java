package com.voltageems.hissrv.influx.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PacingTest {
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

  @Test
  void batchSize_growsWhenQuickAndFull() {
    BatchSize size = new BatchSize(100, 1_300);
    assertThat(size.lines()).isEqualTo(1_000);
    size.written(1_000, Duration.ofMillis(50));
    assertThat(size.lines()).isEqualTo(1_200);
    size.written(10, Duration.ofMillis(50)); // not full: says nothing
    assertThat(size.lines()).isEqualTo(1_200);
    size.written(1_200, Duration.ofMillis(300)); // neither quick nor slow
    assertThat(size.lines()).isEqualTo(1_200);
    size.written(1_200, Duration.ofMillis(50));
    assertThat(size.lines()).isEqualTo(1_300);
  }

  @Test
  void batchSize_shrinksWhenSlowOrTooLarge() {
    BatchSize size = new BatchSize(100, 10_000);
    size.written(1_000, Duration.ofMillis(501));
    assertThat(size.lines()).isEqualTo(800);
    size.tooLarge(800);
    assertThat(size.lines()).isEqualTo(400);
    for (int i = 0; i < 50; i++) {
      size.written(1, Duration.ofSeconds(1));
    }
    assertThat(size.lines()).isEqualTo(100);
  }

  @Test
  void batchSize_growsFromTheLeast() {
    BatchSize size = new BatchSize(1, 10);
    size.tooLarge(2);
    assertThat(size.lines()).isEqualTo(1);
    size.written(1, Duration.ofMillis(1));
    assertThat(size.lines()).isEqualTo(2);
  }
}
