package com.voltageems.hissrv.influx.sink;

import static com.voltageems.hissrv.influx.sink.TestRecords.record;
import static com.voltageems.hissrv.influx.sink.TestRecords.sample;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.influx.answer.WriteOutcome;
import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.influx.lane.Lease;
import com.voltageems.hissrv.influx.lane.ManualTime;
import com.voltageems.hissrv.influx.lane.Time;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;

/** The running sink with a scripted database and a manual clock: hours take no time. */
class RunningInfluxSinkTest {
  private static final long T = 1_790_000_000_000L;
  private static final TopicPartition PARTITION = new TopicPartition(TestRecords.TOPIC, 0);

  private final ManualTime time = new ManualTime();
  private final ScriptedDatabase database = new ScriptedDatabase();

  private SinkHarness sink(String... more) {
    // Hours that pass here are not hours in which the worker stands still.
    return sink(new Lease(Time.system()), more);
  }

  private SinkHarness sink(Lease lease, String... more) {
    Map<String, String> settings =
        new TreeMap<>(Map.of("influxdb.url", "http://127.0.0.1:1", "influxdb.bucket", "ems"));
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return new SinkHarness(
        new InfluxSinkConfig(settings), database.database(), 1, true, time, lease) {
      @Override
      public void close() {
        time.passWithWaits();
        super.close();
      }
    };
  }

  private static SinkRecord number(int i) {
    return record(sample(Map.of("v", (double) i), T + i), i);
  }

  private static List<SinkRecord> numbers(int count) {
    return IntStream.range(0, count).mapToObj(RunningInfluxSinkTest::number).toList();
  }

  private static void until(Callable<Boolean> isSo) {
    await().atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofMillis(2)).until(isSo);
  }

  private void awaitRequests(int count) {
    until(() -> database.requests.size() == count);
  }

  /**
   * Waits until the writer has computed its waiting time: otherwise it would do so from a later
   * moment.
   */
  private static void awaitHeld(SinkHarness sink) {
    sink.pump(() -> String.valueOf(sink.metadata(0)).contains("write.timeout.ms"));
  }

  /** Checks that the number of requests stays the same while no time passes. */
  private void staysAt(SinkHarness sink, int requests) {
    await()
        .pollInSameThread()
        .during(Duration.ofMillis(30))
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(2))
        .until(
            () -> {
              sink.put(List.of());
              return database.requests.size() == requests;
            });
  }

  @Test
  void line_waitsForOthersAsLongAsLingerSays() {
    try (SinkHarness sink = sink("linger.ms", "200")) {
      sink.put(numbers(1));
      time.pass(Duration.ofMillis(199));
      staysAt(sink, 0);
      time.pass(Duration.ofMillis(1));
      awaitRequests(1);
      sink.pumpUntilCommitted(0, 1);
    }
  }

  /** This happens after a pause in the middle of Connect's assignment. */
  @Test
  void partitionThatConnectHasNotOpened_isAskedForOnceMore() {
    try (SinkHarness sink = sink("linger.ms", "0")) {
      TopicPartition late = new TopicPartition(TestRecords.TOPIC, 7);
      List<SinkRecord> records =
          List.of(
              TestRecords.record(TestRecords.TOPIC, 7, number(0).value(), 40),
              TestRecords.record(TestRecords.TOPIC, 7, number(1).value(), 41));
      sink.context.assignment.add(late);
      sink.sink.put(records);
      assertThat(sink.context.rewound).containsExactly(Map.entry(late, 40L));
      assertThat(sink.metric("records")).isZero();
      sink.context.rewound.clear();
      sink.put(records);
      assertThat(sink.context.rewound).isEmpty();
      sink.pumpUntilCommitted(7, 42);
    }
  }

  /** Without it the lease would end, and nothing be written any more, without a word. */
  @Test
  void beatThatEnds_failsTheTask() {
    Time broken =
        new Time() {
          @Override
          public long nanos() {
            if (Thread.currentThread().getName().endsWith("-beat")) {
              throw new OutOfMemoryError("Java heap space");
            }
            return System.nanoTime();
          }

          @Override
          public long millis() {
            return System.currentTimeMillis();
          }

          @Override
          public void await(Condition condition, long nanos) throws InterruptedException {
            Time.system().await(condition, nanos);
          }
        };
    try (SinkHarness sink = sink(new Lease(broken))) {
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () ->
                  assertThatThrownBy(() -> sink.put(List.of()))
                      .isInstanceOf(ConnectException.class)
                      .hasMessageContaining("Java heap space"));
    }
  }

  @Test
  void fullRequest_waitsForNothing() {
    try (SinkHarness sink = sink("linger.ms", "3600000", "batch.size.max", "100")) {
      sink.put(numbers(250));
      awaitRequests(2);
      assertThat(time.passed()).isZero();
      assertThat(database.requests.get(0).lines()).hasSize(100);
      staysAt(sink, 2);
      sink.pumpUntilCommitted(0, 250);
      assertThat(time.passed()).as("nor does a commit").isZero();
    }
  }

  @Test
  void whilePaused_noLineWaitsForOthers() {
    CountDownLatch answered = database.hang();
    try (SinkHarness sink =
        sink("linger.ms", "3600000", "batch.size.max", "100", "buffer.records.max", "120")) {
      sink.put(numbers(130));
      sink.pump(() -> sink.context.paused.contains(PARTITION));
      answered.countDown();
      awaitRequests(2);
      assertThat(database.requests.get(1).lines()).hasSize(30);
      assertThat(time.passed()).isZero();
      sink.pumpUntilCommitted(0, 130);
      sink.pump(() -> sink.context.paused.isEmpty());
      sink.put(List.of(number(130)));
      staysAt(sink, 2);
    }
  }

  /**
   * If little of large records is written, the records take far more memory than their lines
   * suggest.
   */
  @Test
  void recordsThatAreMuchLargerThanTheirLines_pauseTheTopics() {
    CountDownLatch answered = database.hang();
    String line = "m v=1 " + T + "000000\n#" + "x".repeat(1000);
    try (SinkHarness sink =
        sink("linger.ms", "0", "record.format", "line", "buffer.bytes.max", "2500")) {
      sink.put(IntStream.range(0, 9).mapToObj(i -> record(line, i)).toList());
      assertThat(sink.context.paused).isEmpty();
      sink.put(List.of(record(line, 9)));
      assertThat(sink.context.paused).containsExactly(PARTITION);
      assertThat(sink.metric("buffered-record-bytes")).isEqualTo(10L * line.length());
      answered.countDown();
      sink.pumpUntilCommitted(0, 10);
      sink.pump(() -> sink.context.paused.isEmpty());
      assertThat(sink.metric("buffered-record-bytes")).isZero();
    }
  }

  @Test
  void failedRequest_isTriedAgainAfterItsPause_withTheTopicsPaused() {
    database.answer(new WriteOutcome.Retry(null, "busy"));
    database.answer(new WriteOutcome.Retry(null, "busy"));
    try (SinkHarness sink =
        sink("linger.ms", "0", "retry.backoff.ms", "60000", "retry.backoff.max.ms", "3600000")) {
      sink.put(numbers(1));
      sink.pump(() -> sink.metric("retries") == 1 && sink.context.paused.contains(PARTITION));
      assertThat(sink.metric("retrying-since-ms")).isEqualTo(time.millis());
      assertThat(sink.metadata(0)).contains("\"tries\":1", "\"reason\":\"busy\"");
      time.pass(Duration.ofSeconds(29)); // the random part takes off a half at most
      staysAt(sink, 1);
      time.pass(Duration.ofSeconds(31));
      awaitRequests(2);
      sink.pump(() -> sink.metric("retries") == 2);
      time.pass(Duration.ofMinutes(2));
      sink.pumpUntilCommitted(0, 1);
      sink.pump(() -> sink.context.paused.isEmpty() && sink.metric("retrying-since-ms") == 0);
      assertThat(database.requests).hasSize(3).containsOnly(database.requests.get(0));
    }
  }

  /** During a rebalance, {@code put} is called with no partition assigned. */
  @Test
  void partitionPausedWhenItWent_isReadWhenItComesBackAndNothingIsHeldAnyMore() {
    database.answer(new WriteOutcome.Retry(null, "busy"));
    try (SinkHarness sink = sink("linger.ms", "0", "retry.backoff.ms", "60000")) {
      sink.put(numbers(1));
      sink.pump(() -> sink.context.paused.contains(PARTITION));
      sink.revoke();
      time.pass(Duration.ofMinutes(2));
      sink.pump(() -> sink.metric("paused") == 0);
      sink.assign(List.of(PARTITION));
      assertThat(sink.context.paused).isEmpty();
      sink.put(numbers(1));
      sink.pumpUntilCommitted(0, 1);
    }
  }

  @Test
  void partitionThatComesWhileARequestIsTriedAgain_isPausedUntilItPasses() {
    database.answer(new WriteOutcome.Retry(null, "busy"));
    TopicPartition second = new TopicPartition(TestRecords.TOPIC, 1);
    try (SinkHarness sink = sink("linger.ms", "0", "retry.backoff.ms", "60000")) {
      sink.put(numbers(1));
      sink.pump(() -> sink.context.paused.contains(PARTITION));
      sink.assign(List.of(second));
      assertThat(sink.context.paused).containsExactlyInAnyOrder(PARTITION, second);
      time.pass(Duration.ofMinutes(2));
      sink.pump(() -> sink.context.paused.isEmpty());
    }
  }

  @Test
  void pause_isAsLongAsTheDatabaseAsksFor() {
    database.answer(new WriteOutcome.Retry(Duration.ofMinutes(9), "busy"));
    try (SinkHarness sink = sink("linger.ms", "0", "retry.backoff.max.ms", "1000")) {
      sink.put(numbers(1));
      sink.pump(() -> sink.metric("retries") == 1);
      assertThat(sink.metadata(0))
          .as("until when nothing will happen")
          .contains(
              "\"reason\":\"waits until "
                  + Instant.ofEpochMilli(time.millis())
                      .plus(Duration.ofMinutes(9))
                      .truncatedTo(ChronoUnit.SECONDS)
                  + ", as its Retry-After asks: busy\"");
      time.pass(Duration.ofMinutes(9).minusMillis(1));
      staysAt(sink, 1);
      time.pass(Duration.ofMillis(1));
      awaitRequests(2);
    }
  }

  @Test
  void retries_endWithTheirTime() {
    for (int i = 0; i < 100; i++) {
      database.answer(new WriteOutcome.Retry(null, "away"));
    }
    try (SinkHarness sink =
        sink(
            "linger.ms", "0",
            "retry.max.time.ms", "3600000",
            "retry.backoff.ms", "600000",
            "retry.backoff.max.ms", "600000")) {
      sink.put(numbers(1));
      assertThatThrownBy(
              () ->
                  sink.pump(
                      () -> {
                        time.pass(Duration.ofMinutes(10));
                        return false;
                      }))
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("retry.max.time.ms")
          .hasMessageContaining("away");
      assertThat(time.passed()).isGreaterThanOrEqualTo(Duration.ofHours(1));
      assertThat(sink.committed(0)).isZero();
    }
  }

  @Test
  void exceptionWithoutAMessage_failsTheTaskByItsName() {
    database.fails(new ArithmeticException());
    try (SinkHarness sink = sink("linger.ms", "0")) {
      assertThatThrownBy(
              () -> {
                sink.put(numbers(1)); // may end with it already
                sink.pump(() -> false);
              })
          .isInstanceOf(ConnectException.class)
          .hasMessage("java.lang.ArithmeticException");
      assertThat(sink.committed(0)).isNotPositive();
    }
  }

  @Test
  void commit_waitsForARequestUnderWay_butNotForEver() {
    CountDownLatch answered = database.hang();
    try (SinkHarness sink = sink("linger.ms", "0", "flush.timeout.ms", "500")) {
      sink.put(numbers(3));
      awaitRequests(1);
      time.passWithWaits();
      assertThat(sink.committed(0)).isZero();
      assertThat(time.passed()).isEqualTo(Duration.ofMillis(500));
      answered.countDown();
      sink.pumpUntilCommitted(0, 3);
    }
  }

  @Test
  void newerValueOfAPoint_waitsWhileARequestWithoutAnswerMayStillBeCarriedOut() {
    database.answer(new WriteOutcome.Retry(null, "no answer", null, true));
    try (SinkHarness sink =
        sink("linger.ms", "0", "retry.backoff.ms", "100", "write.timeout.ms", "30000")) {
      sink.put(numbers(1));
      sink.pump(() -> sink.metric("retries") == 1);
      time.pass(Duration.ofMillis(100));
      sink.pumpUntilCommitted(0, 1);
      awaitRequests(2);
      sink.put(List.of(record(sample(Map.of("v", 7.0), T + 7), 1)));
      awaitRequests(3);
      sink.put(List.of(record(sample(Map.of("v", 5.0), T), 2)));
      awaitHeld(sink);
      time.pass(Duration.ofMillis(29_800));
      staysAt(sink, 3);
      assertThat(sink.metadata(0)).contains("no response", "write.timeout.ms");
      time.pass(Duration.ofMillis(200));
      awaitRequests(4);
      assertThat(database.requests.get(3)).contains("v=5");
      assertThat(sink.metric("retries")).as("waiting does not count as a retry").isEqualTo(1);
      sink.pumpUntilCommitted(0, 3);
    }
  }

  @Test
  void waitingForARequestWithoutAnswer_isNoTimeOfRetries() {
    database.answer(new WriteOutcome.Retry(null, "no answer", null, true));
    database.answer(new WriteOutcome.Written());
    database.answer(new WriteOutcome.Retry(null, "busy"));
    try (SinkHarness sink =
        sink(
            "linger.ms", "0",
            "retry.backoff.ms", "100",
            "write.timeout.ms", "30000",
            "retry.max.time.ms", "10000")) {
      sink.put(numbers(1));
      sink.pump(() -> sink.metric("retries") == 1);
      time.pass(Duration.ofMillis(100));
      sink.pumpUntilCommitted(0, 1);
      sink.put(List.of(record(sample(Map.of("v", 5.0), T), 1)));
      awaitHeld(sink);
      staysAt(sink, 2);
      time.pass(Duration.ofSeconds(30));
      sink.pump(() -> sink.metric("retries") == 2);
      time.pass(Duration.ofSeconds(1));
      sink.pumpUntilCommitted(0, 2);
    }
  }

  @Test
  void close_waitsWhileARequestWithoutAnswerMayStillBeCarriedOut() {
    database.answer(new WriteOutcome.Retry(null, "no answer", null, true));
    try (SinkHarness sink =
        sink("linger.ms", "0", "retry.backoff.ms", "3600000", "write.timeout.ms", "2000")) {
      sink.put(numbers(1));
      sink.pump(() -> sink.metric("retries") == 1);
      time.passWithWaits();
      sink.sink.close(List.of(new TopicPartition(TestRecords.TOPIC, 1)));
      assertThat(time.passed()).as("another partition's").isZero();
      sink.sink.close(List.of(PARTITION));
      assertThat(time.passed()).isEqualTo(Duration.ofSeconds(2));
    }
  }

  @Test
  void close_waitsForARequestUnderWay_andDropsWhatHasNotBegun() {
    CountDownLatch answered = database.hang();
    try (SinkHarness sink = sink("linger.ms", "0", "batch.size.max", "100")) {
      sink.put(numbers(150));
      awaitRequests(1);
      time.passWithWaits();
      sink.sink.close(List.of(PARTITION));
      assertThat(time.passed()).as("not longer than this").isEqualTo(Duration.ofSeconds(5));
      answered.countDown();
      time.pass(Duration.ofHours(1));
      staysAt(sink, 1);
      sink.pump(() -> sink.metric("buffered-bytes") == 0);
    }
  }

  /** As a worker does that was stopped, or collected garbage, for longer than its session. */
  @Test
  void taskThatStoodStill_writesNothing_beforeItKnowsItsPartitions() {
    CountDownLatch answered = database.hang();
    try (SinkHarness sink = sink(new Lease(time), "linger.ms", "0", "batch.size.max", "100")) {
      sink.put(numbers(150));
      awaitRequests(1);
      time.pass(Duration.ofSeconds(20));
      answered.countDown();
      // As many as had come when the request began.
      sink.pump(() -> sink.metric("lines-written") > 0);
      staysAt(sink, 1);
      time.pass(Duration.ofSeconds(2));
      staysAt(sink, 1);
      sink.sink.close(List.of(PARTITION));
      time.pass(Duration.ofSeconds(3));
      sink.pump(() -> sink.metric("buffered-bytes") == 0);
      staysAt(sink, 1);
    }
  }

  @Test
  void taskThatStoodStill_writesAgain_whatIsStillItsOwn() {
    CountDownLatch answered = database.hang();
    try (SinkHarness sink = sink(new Lease(time), "linger.ms", "0", "batch.size.max", "100")) {
      sink.put(numbers(150));
      awaitRequests(1);
      time.pass(Duration.ofSeconds(20));
      answered.countDown();
      // As many as had come when the request began.
      sink.pump(() -> sink.metric("lines-written") > 0);
      time.pass(Duration.ofSeconds(2));
      sink.put(List.of());
      time.pass(Duration.ofSeconds(3));
      sink.pumpUntilCommitted(0, 150);
    }
  }

  @Test
  void line_atWhichTheDatabaseFails_isGivenUpWhileOthersPass() {
    database.failsAt("v=0 ");
    AtomicInteger next = new AtomicInteger(10);
    try (SinkHarness sink = sink("linger.ms", "0", "poison.retries", "2")) {
      sink.put(numbers(10));
      sink.pump(
          () -> {
            time.pass(Duration.ofMinutes(1));
            sink.put(List.of(number(next.getAndIncrement())));
            return !sink.context.reports.isEmpty();
          });
      sink.pumpUntilCommitted(0, next.get());
      assertThat(sink.context.reports).hasSize(1);
      FakeTaskContext.Report report = sink.context.reports.get(0);
      assertThat(report.record().kafkaOffset()).isZero();
      assertThat(report.error()).hasMessageContaining("poison.retries");
    }
  }

  @Test
  void outageOfWeeks_costsNoRecord() {
    database.failsAt("v=");
    try (SinkHarness sink = sink("linger.ms", "0", "poison.retries", "1")) {
      sink.put(numbers(10));
      sink.pump(
          () -> {
            time.pass(Duration.ofHours(8));
            return time.passed().toDays() > 20 && sink.metric("retries") > 40;
          });
      assertThat(sink.context.reports).isEmpty();
      assertThat(sink.committed(0)).isZero();
      database.failsAt("nothing");
      sink.pump(
          () -> {
            time.pass(Duration.ofMinutes(1));
            return sink.committed(0) == 10;
          });
      assertThat(sink.context.reports).isEmpty();
    }
  }
}
