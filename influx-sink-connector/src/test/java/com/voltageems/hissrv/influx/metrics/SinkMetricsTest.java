package com.voltageems.hissrv.influx.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.voltageems.hissrv.influx.batch.RejectReason;
import com.voltageems.hissrv.influx.batch.Trouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.TopicPartition;
import org.assertj.core.api.AbstractLongAssert;
import org.junit.jupiter.api.Test;

class SinkMetricsTest {
  private final SinkMetrics metrics = new SinkMetrics(() -> 1_790_000_000_000L);

  private AbstractLongAssert<?> assertMetric(String name) {
    return assertThat((Long) Objects.requireNonNull(metrics.values().get(name), name).get())
        .as(name);
  }

  @Test
  void requests_areCounted_andDistributed() {
    for (int i = 1; i <= 100; i++) {
      metrics.written(1_000 * i, 5_000 * i, 70_000 * i, i);
    }
    assertMetric("requests-written").isEqualTo(100);
    assertMetric("lines-written").isEqualTo(5_050_000);
    assertMetric("points-written").isEqualTo(25_250_000);
    assertMetric("bytes-written").isEqualTo(353_500_000);
    assertMetric("write-time-total-ms").isEqualTo(5_050);
    assertMetric("request-lines-p50").isCloseTo(50_000L, within(5_000L));
    assertMetric("request-lines-p95").isCloseTo(95_000L, within(9_500L));
    assertMetric("request-bytes-p99").isCloseTo(6_930_000L, within(693_000L));
    assertMetric("write-time-ms-p95").isCloseTo(95L, within(10L));
  }

  @Test
  void oldestRequestThatIsTriedAgain_isTold() {
    assertMetric("retrying-since-ms").isZero();
    metrics.retrying(new Trouble(5L, 3, "busy", Map.of(new TopicPartition("t", 2), 7L)));
    assertMetric("retrying-since-ms").isEqualTo(5);
    assertThat(Objects.requireNonNull(metrics.values().get("retrying-record")).get())
        .isEqualTo("t-2@7");
    metrics.retrying(null);
    assertMetric("retrying-since-ms").isZero();
  }

  @Test
  void refusals_areCountedByReason() {
    metrics.rejected(RejectReason.COLUMN);
    metrics.rejected(RejectReason.COLUMN);
    metrics.rejected(RejectReason.RETENTION);
    assertMetric("rejected-column").isEqualTo(2);
    assertMetric("rejected-retention").isEqualTo(1);
    assertMetric("rejected-poison").isZero();
  }

  @Test
  void everyMetric_isInTheReadme() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    assertThat(metrics.values().keySet())
        .allSatisfy(name -> assertThat(readme).contains("`" + name + "`"));
  }
}
