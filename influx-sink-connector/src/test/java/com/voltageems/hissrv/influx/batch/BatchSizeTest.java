package com.voltageems.hissrv.influx.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BatchSizeTest {
  @Test
  void batchSize_growsWhenQuickAndFull() {
    BatchSize size = new BatchSize(100, 1_300);
    assertThat(size.lines()).isEqualTo(1_000);
    size.written(1_000, Duration.ofMillis(50));
    assertThat(size.lines()).isEqualTo(1_200);
    size.written(10, Duration.ofMillis(50)); // not full: has no effect
    assertThat(size.lines()).isEqualTo(1_200);
    size.written(1_200, Duration.ofMillis(300)); // neither quick nor slow
    assertThat(size.lines()).isEqualTo(1_200);
    size.written(1_200, Duration.ofMillis(50));
    assertThat(size.lines()).isEqualTo(1_300);
  }

  @Test
  void batchSize_doublesWhileVeryQuick() {
    BatchSize size = new BatchSize(100, 10_000);
    size.written(1_000, Duration.ofMillis(5));
    assertThat(size.lines()).isEqualTo(2_000);
    size.written(2_000, Duration.ofMillis(10));
    assertThat(size.lines()).isEqualTo(4_000);
  }

  @Test
  void batchSize_growsUnderLoad_whileALineTakesNoLongerInALongerRequest() {
    BatchSize size = new BatchSize(100, 10_000);
    size.written(1_000, Duration.ofMillis(200)); // 200 us a line
    assertThat(size.lines()).isEqualTo(1_200);
    size.written(1_200, Duration.ofMillis(220)); // 183 us: more lines share the fixed cost
    assertThat(size.lines()).isEqualTo(1_440);
    size.written(1_440, Duration.ofMillis(450)); // 313 us
    assertThat(size.lines()).isEqualTo(1_440);
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
