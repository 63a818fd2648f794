package com.voltageems.hissrv.influx.lane;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.influx.batch.Batch;
import com.voltageems.hissrv.influx.batch.BatchSize;
import com.voltageems.hissrv.influx.batch.Destination;
import com.voltageems.hissrv.influx.batch.OffsetTracker;
import com.voltageems.hissrv.influx.delivery.Suspects;
import com.voltageems.hissrv.influx.point.Dialect;
import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.LineForm;
import com.voltageems.hissrv.influx.point.Point;
import com.voltageems.hissrv.influx.point.Precision;
import com.voltageems.hissrv.influx.sink.TestRecords;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class LaneTest {
  private static final int MAX_BYTES = 1_000_000;
  private static final long LINGER = Duration.ofHours(1).toNanos();

  private final BatchSize size = new BatchSize(100, 10_000);
  private final OffsetTracker tracker = new OffsetTracker(new TopicPartition("t", 0), 0);
  private int added;

  private Lane lane(int maxBytes) {
    return new Lane(
        new Destination("ems", null), new LineForm(Dialect.INFLUXDB, Precision.MS), size, maxBytes);
  }

  /** Adds lines {@code m v=<number> 0}; returns their bytes. */
  private long add(Lane lane, int count) {
    long bytes = 0;
    for (int i = 0; i < count; i++) {
      Point point =
          new Point(
              "m", List.of(), List.of(new Point.Field("v", new FieldValue.Float64(added))), 0);
      OffsetTracker.Pending pending = tracker.add(TestRecords.record(null, added++));
      bytes += lane.add(pending, point, null, 0);
    }
    return bytes;
  }

  private static String lines(Batch batch) {
    return new String(batch.array(), 0, batch.byteCount(), StandardCharsets.UTF_8);
  }

  private static Batch take(Lane lane) {
    Batch batch = Objects.requireNonNull(lane.take(0, LINGER, null));
    lane.release(new Suspects());
    return batch;
  }

  @Test
  void backlog_isCutWhenARequestBegins_soThatItGrowsWithWhatWasLearnt() {
    Lane lane = lane(MAX_BYTES);
    add(lane, 10_000);
    List<Integer> sizes = new ArrayList<>();
    StringBuilder all = new StringBuilder();
    while (lane.dueIn(0, LINGER, null) <= 0) {
      Batch batch = take(lane);
      sizes.add(batch.size());
      all.append(lines(batch));
      size.written(batch.size(), Duration.ofMillis(1));
    }
    assertThat(sizes).containsExactly(1_000, 2_000, 4_000, 3_000);
    assertThat(all.toString().lines().map(line -> line.substring(4, line.length() - 2)))
        .as("each line once, in order")
        .containsExactlyElementsOf(IntStream.range(0, 10_000).mapToObj(Integer::toString).toList());
    long bytes = add(lane, 999);
    assertThat(lane.dueIn(0, LINGER, null)).as("a few wait for others").isEqualTo(LINGER);
    assertThat(lane.drop(line -> true)).isEqualTo(bytes);
    assertThat(lane.hasWork()).isFalse();
    assertThat(lane.dueIn(0, LINGER, null)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void request_isFullByItsBytes() {
    Lane lane = lane(95); // lines of 8 bytes and of 9
    add(lane, 10);
    assertThat(lane.dueIn(0, LINGER, null)).isEqualTo(LINGER);
    add(lane, 10);
    assertThat(lane.dueIn(0, LINGER, null)).isZero();
    assertThat(take(lane).size()).isEqualTo(12); // 10 of 8 bytes and 2 of 9
    assertThat(lane.dueIn(0, LINGER, null)).isEqualTo(LINGER);
  }
}
