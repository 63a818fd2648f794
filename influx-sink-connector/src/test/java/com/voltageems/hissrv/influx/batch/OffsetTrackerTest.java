package com.voltageems.hissrv.influx.batch;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.influx.batch.OffsetTracker.Pending;
import com.voltageems.hissrv.influx.sink.TestRecords;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class OffsetTrackerTest {
  private final Pending pending =
      new OffsetTracker(new TopicPartition("t", 0), 0).add(TestRecords.record("value", 0));

  @Test
  void complaints_areToldEachOnce() {
    assertThat(pending.complaint()).isNull();
    for (String reason : new String[] {"a is bad", "b is bad", "a is bad"}) {
      pending.complain(reason);
    }
    assertThat(pending.complaint()).isEqualTo("a is bad; b is bad");
  }

  @Test
  void complaints_asManyAsALargeRecordCanHave_areShortened() {
    IntStream.range(0, 200_000).forEach(i -> pending.complain("field 'point" + i + "' is bad"));
    assertThat(pending.complaint())
        .hasSizeLessThan(10_000)
        .startsWith("field 'point0' is bad; field 'point1' is bad; ")
        .matches(".*\\.\\.\\.; and 19\\d{4} more");
  }

  @Test
  void longComplaint_isCut_atAWholeCharacter() {
    pending.complain("x" + "\ud83d\ude00".repeat(1_000_000));
    assertThat(pending.complaint()).hasSizeLessThan(10_000).matches("x(\ud83d\ude00)+\\.\\.\\.");
    pending.complain("something else");
    assertThat(pending.complaint()).endsWith("...; and 1 more");
  }
}
