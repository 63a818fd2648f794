package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.run.PartState;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class StatusRecordsTest {
  private final ManualClock clock = new ManualClock();
  private final SourceMetrics counts = new SourceMetrics(clock);
  private final AtomicReference<String> shared = new AtomicReference<>("");
  private final StatusRecords status =
      new StatusRecords(
          "st",
          "c",
          0,
          1000,
          () -> null,
          shared::get,
          List.of(
              new StatusRecords.Part(
                  "q",
                  "list",
                  new PartState(),
                  () -> null,
                  () -> 0,
                  counts::lost,
                  counts::lostMillis,
                  counts::back,
                  () -> true,
                  0)));

  private String told() {
    clock.pass(Duration.ofSeconds(2));
    return String.valueOf(Objects.requireNonNull(status.next(clock.millis(), true, null)).value());
  }

  @Test
  void whatWentBack_andWhoElseReads_areTold_onlyIfThereIsSomething() {
    assertThat(told())
        .endsWith("\"parts\":[{\"name\":\"q\",\"type\":\"list\",\"state\":\"ok\"}]}")
        .doesNotContain("shared");
    counts.wentBack(0);
    counts.wentBack(9);
    long at = clock.millis();
    shared.set("live reads what b reads, too");
    assertThat(told())
        .contains("\"shared\":\"live reads what b reads, too\"")
        .contains("\"went_back\":2,\"went_back_at\":" + at + ",\"repeated\":9");
    assertThat(counts.indexResets.sum()).isEqualTo(2);
    assertThat(counts.repeated.sum()).isEqualTo(9);
  }
}
