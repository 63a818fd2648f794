package com.voltageems.hissrv.redis.source.reader;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.redis.source.ManualClock;
import com.voltageems.hissrv.redis.source.bytes.Bytes;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SourceMetricsTest {
  private final ManualClock clock = new ManualClock();
  private final SourceMetrics metrics = new SourceMetrics("live", clock);

  @Test
  void rejectedInput_isNamed_onceInTenMinutesForEachReason() {
    metrics.reject(RejectReason.TOO_LONG, Bytes.of("comsrv:1:m"), "field t has 9 bytes");
    assertThat(metrics.leftOut()).isEqualTo("comsrv:1:m: field t has 9 bytes");
    metrics.reject(RejectReason.TOO_LONG, Bytes.of("comsrv:2:m"), "field u has 9 bytes");
    assertThat(metrics.leftOut()).startsWith("comsrv:1:m");
    metrics.reject(RejectReason.KEY, Bytes.of("k".repeat(5000)), "the key is too long");
    assertThat(metrics.leftOut())
        .isEqualTo("k".repeat(100) + "… (5000 bytes): the key is too long");
    clock.pass(Duration.ofMinutes(10));
    metrics.reject(RejectReason.TOO_LONG, Bytes.of("comsrv:3:m"), "field v has 9 bytes");
    assertThat(metrics.leftOut()).startsWith("comsrv:3:m");
    assertThat(metrics.rejected(RejectReason.TOO_LONG)).isEqualTo(3);
  }
}
