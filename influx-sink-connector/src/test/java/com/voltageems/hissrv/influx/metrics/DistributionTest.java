package com.voltageems.hissrv.influx.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DistributionTest {
  private final AtomicLong clock = new AtomicLong(1_790_000_000_000L);

  @Test
  void percentiles_ofTheLastMinute() {
    Distribution distribution = new Distribution(600_000, clock::get);
    assertThat(distribution.percentile(50)).isZero();
    for (int i = 1; i <= 1_000; i++) {
      distribution.add(i);
    }
    assertThat(distribution.percentile(50)).isCloseTo(500, within(60L));
    assertThat(distribution.percentile(99)).isCloseTo(990, within(90L));
    distribution.add(10_000_000);
    assertThat(distribution.percentile(99.99)).isLessThanOrEqualTo(600_000);
    clock.addAndGet(120_000);
    assertThat(distribution.percentile(50)).isZero();
  }
}
