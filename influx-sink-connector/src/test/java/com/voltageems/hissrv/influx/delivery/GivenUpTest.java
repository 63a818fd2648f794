package com.voltageems.hissrv.influx.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.influx.batch.Batch;
import com.voltageems.hissrv.influx.batch.Destination;
import com.voltageems.hissrv.influx.batch.OffsetTracker;
import com.voltageems.hissrv.influx.batch.OffsetTracker.Pending;
import com.voltageems.hissrv.influx.point.Dialect;
import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.LineForm;
import com.voltageems.hissrv.influx.point.Point;
import com.voltageems.hissrv.influx.point.Precision;
import com.voltageems.hissrv.influx.sink.TestRecords;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class GivenUpTest {
  private final OffsetTracker tracker = new OffsetTracker(new TopicPartition("t", 0), 0);
  private final GivenUp givenUp = new GivenUp(Duration.ofNanos(100));
  private int next;

  private Batch batch() {
    return new Batch(new Destination("ems", null), new LineForm(Dialect.INFLUXDB, Precision.NS));
  }

  private Pending record() {
    return tracker.add(TestRecords.record(null, next++));
  }

  private void add(Batch batch, Pending record, long time) {
    Point point =
        new Point(
            "m", List.of(), List.of(new Point.Field("v", new FieldValue.Float64(next))), time);
    batch.add(record, point);
  }

  private Batch of(long... times) {
    Batch batch = batch();
    for (long time : times) {
      add(batch, record(), time);
    }
    return batch;
  }

  @Test
  void nothingGivenUp_holdsNothing() {
    assertThat(givenUp.holds(of(1, 2), 0)).isZero();
  }

  @Test
  void newerLineOfTheSamePoint_isHeldUntilTheRequestMustHaveEnded() {
    assertThat(givenUp.add(of(1, 2), 10)).isEqualTo(110);
    assertThat(givenUp.holds(of(3, 2), 20)).isEqualTo(90);
    assertThat(givenUp.holds(of(2), 109)).isEqualTo(1);
    assertThat(givenUp.holds(of(2), 110)).isLessThanOrEqualTo(0);
  }

  @Test
  void otherPoints_andTheSameRequestOrAPartOfIt_areNotHeld() {
    Batch request = of(1, 2, 3);
    givenUp.add(request, 0);
    assertThat(givenUp.holds(of(4, 5), 1)).isLessThanOrEqualTo(0);
    assertThat(givenUp.holds(request, 1)).isLessThanOrEqualTo(0);
    assertThat(givenUp.holds(request.part(1, 3), 1)).isLessThanOrEqualTo(0);
  }

  @Test
  void givenUpAgain_holdsAnew() {
    Batch request = of(1);
    givenUp.add(request, 0);
    givenUp.add(request, 60);
    assertThat(givenUp.holds(of(1), 100)).isEqualTo(60);
  }

  /**
   * A record with very many points, such as an array: each half of its points was a request of its
   * own.
   */
  @Test
  void requestOfOtherPointsOfTheSameRecord_isAnotherRequest() {
    Pending record = record();
    Batch first = batch();
    add(first, record, 1);
    Batch second = batch();
    add(second, record, 2);
    givenUp.add(first, 0);
    givenUp.add(second, 10);
    assertThat(givenUp.holds(of(1), 20)).isEqualTo(80);
    assertThat(givenUp.holds(of(2), 20)).isEqualTo(90);
  }

  @Test
  void severalRequests_theLastOneOfThePointCounts() {
    givenUp.add(of(1), 0);
    givenUp.add(of(1, 2), 50);
    givenUp.add(of(3), 80);
    assertThat(givenUp.holds(of(1), 90)).isEqualTo(60);
    assertThat(givenUp.holds(of(1), 130)).isEqualTo(20);
  }

  @Test
  void moreThanCanBeKeptInMind_holdsEveryLine() {
    for (int request = 0; request <= 20; request++) {
      Batch batch = batch();
      for (int i = 0; i < GivenUp.MOST / 20; i++) {
        add(batch, record(), request * 1_000_000L + i);
      }
      assertThat(givenUp.holds(of(-1), 20)).as("room for %d", request).isLessThanOrEqualTo(0);
      givenUp.add(batch, request);
    }
    assertThat(givenUp.holds(of(-1), 50)).isEqualTo(50);
    assertThat(givenUp.holds(of(-1), 100)).as("room again").isLessThanOrEqualTo(0);
  }

  /**
   * Half a million points may be remembered: these must not keep the contents of their records in
   * memory.
   */
  @Test
  void recordsThatAreDone_areNotHeldInMemory() {
    WeakReference<Pending> done = givenUpAndDone(7);
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(done.refersTo(null)).isTrue();
            });
    assertThat(givenUp.holds(of(7), 20)).isEqualTo(90);
  }

  private WeakReference<Pending> givenUpAndDone(long time) {
    Pending record = record();
    Batch batch = batch();
    add(batch, record, time);
    givenUp.add(batch, 10);
    record.seal();
    return new WeakReference<>(record);
  }
}
