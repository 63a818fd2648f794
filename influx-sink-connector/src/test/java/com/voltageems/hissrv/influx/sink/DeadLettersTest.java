package com.voltageems.hissrv.influx.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.influx.batch.OffsetTracker;
import com.voltageems.hissrv.influx.batch.OffsetTracker.Pending;
import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.influx.metrics.SinkMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;

/** A record is sealed when its report has arrived, and not before. */
class DeadLettersTest {
  private final List<SinkRecord> sent = new ArrayList<>();
  private final List<CompletableFuture<Void>> answers = new ArrayList<>();
  private final List<Long> sealed = new ArrayList<>();
  private final OffsetTracker tracker = new OffsetTracker(new TopicPartition("t", 0), 0);

  private DeadLetters deadLetters(String setting, String value) {
    Map<String, String> settings =
        new HashMap<>(Map.of("influxdb.url", "http://127.0.0.1:1", "influxdb.bucket", "ems"));
    settings.put(setting, value);
    return new DeadLetters(
        new InfluxSinkConfig(settings),
        (record, error) -> {
          sent.add(record);
          return answers.get(sent.size() - 1);
        },
        new SinkMetrics(() -> 0),
        pending -> sealed.add(pending.record().kafkaOffset()));
  }

  private Pending refused(long offset) {
    Pending pending = tracker.add(TestRecords.record("x", offset));
    pending.complain("is bad");
    return pending;
  }

  @Test
  void sealed_whenArrived() {
    answers.add(new CompletableFuture<>());
    DeadLetters letters = deadLetters("errors.deadletterqueue.topic.name", "dead");
    letters.add(refused(0));
    letters.settle();
    assertThat(sealed).isEmpty();
    assertThat(letters.isBusy()).isTrue();
    answers.get(0).complete(null);
    letters.settle();
    assertThat(sealed).containsExactly(0L);
    assertThat(letters.isBusy()).isFalse();
  }

  /** Field case I2: Connect answers so if the producer has refused the record. */
  @Test
  void doneAtOnceEachTime_isTooLarge() {
    done(3);
    answers.add(new CompletableFuture<>());
    DeadLetters letters = deadLetters("errors.deadletterqueue.topic.name", "dead");
    letters.add(refused(0));
    letters.settle();
    assertThat(sealed).isEmpty();
    assertThat(sent).extracting(SinkRecord::value).containsExactly("x", "x", "x", null);
    assertThat(sent.get(3).key()).isEqualTo(sent.get(0).key());
    answers.get(3).complete(null);
    letters.settle();
    assertThat(sealed).containsExactly(0L);
  }

  /** A broker that answers before Connect's reporter looks, as happens on a busy machine. */
  @Test
  void doneAtOnceByChance_keepsItsValue() {
    done(1);
    answers.add(new CompletableFuture<>());
    DeadLetters letters = deadLetters("errors.deadletterqueue.topic.name", "dead");
    letters.add(refused(0));
    letters.settle();
    assertThat(sealed).isEmpty();
    assertThat(sent).extracting(SinkRecord::value).containsExactly("x", "x");
    answers.get(1).complete(null);
    letters.settle();
    assertThat(sealed).containsExactly(0L);
  }

  private void done(int count) {
    for (int i = 0; i < count; i++) {
      answers.add(CompletableFuture.completedFuture(null));
    }
  }

  @Test
  void keyThatIsTooLarge_isLeftOut() {
    answers.add(new CompletableFuture<>());
    answers.add(new CompletableFuture<>());
    answers.add(new CompletableFuture<>());
    DeadLetters letters = deadLetters("errors.deadletterqueue.topic.name", "dead");
    letters.add(refused(0));
    answers.get(0).completeExceptionally(new RecordTooLargeException("too large"));
    letters.settle();
    answers.get(1).completeExceptionally(new RecordTooLargeException("too large"));
    letters.settle();
    assertThat(sent).extracting(SinkRecord::value).containsExactly("x", null, null);
    assertThat(sent.get(1).key()).isNotNull();
    assertThat(sent.get(2).key()).isNull();
    assertThat(sent.get(2).kafkaOffset()).isZero();
    answers.get(2).complete(null);
    letters.settle();
    assertThat(sealed).containsExactly(0L);
  }

  @Test
  void notEvenWithoutItsValueAndKey_failsTheTask_withTheSettings() {
    done(9);
    assertThatThrownBy(
            () -> deadLetters("errors.deadletterqueue.topic.name", "dead").add(refused(0)))
        .isInstanceOf(ConnectException.class)
        .hasMessage(
            "t-0@0 could not be written to the dead-letter queue; the worker's log says why. Raise"
                + " max.message.bytes of the topic dead (errors.deadletterqueue.topic.name) and"
                + " producer.override.max.request.size. It was refused because: t-0@0: is bad");
    assertThat(sealed).isEmpty();
  }

  @Test
  void failedLater_tooLarge_isSentWithoutItsValue_elseFails() {
    answers.add(new CompletableFuture<>());
    answers.add(new CompletableFuture<>());
    DeadLetters letters = deadLetters("errors.deadletterqueue.topic.name", "dead");
    letters.add(refused(0));
    answers.get(0).completeExceptionally(new RecordTooLargeException("too large"));
    letters.settle();
    assertThat(sent).hasSize(2);
    answers.get(1).completeExceptionally(new IllegalStateException("broker is gone"));
    assertThatThrownBy(letters::settle)
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("broker is gone");
    assertThat(sealed).isEmpty();
  }

  /**
   * Without a queue, errors.log.enable makes the log the reporter: nobody would notice that the
   * record is missing.
   */
  @Test
  void logOnly_isNotReported() {
    DeadLetters letters = deadLetters("errors.log.enable", "true");
    letters.add(refused(0));
    assertThatThrownBy(letters::settle)
        .isInstanceOf(ConnectException.class)
        .hasMessage(
            "t-0@0: is bad. There is no dead-letter queue: set errors.tolerance=all and"
                + " errors.deadletterqueue.topic.name, or rejected.records=drop");
    assertThat(sealed).isEmpty();
    assertThat(sent).isEmpty();
  }

  /** Connect's own message does not name the setting. */
  @Test
  void queueWithoutTolerance_isTold() {
    DeadLetters letters =
        new DeadLetters(
            new InfluxSinkConfig(
                Map.of(
                    "influxdb.url",
                    "http://127.0.0.1:1",
                    "influxdb.bucket",
                    "ems",
                    "errors.deadletterqueue.topic.name",
                    "dead")),
            (record, error) -> {
              throw new ConnectException("Tolerance exceeded in error handler", error);
            },
            new SinkMetrics(() -> 0),
            pending -> sealed.add(pending.record().kafkaOffset()));
    assertThatThrownBy(() -> letters.add(refused(0)))
        .isInstanceOf(ConnectException.class)
        .hasMessage(
            "t-0@0: is bad. It could not be reported: Tolerance exceeded in error handler. Without"
                + " errors.tolerance=all the task ends at the first record that is reported");
  }

  /** If the topic does not exist, Connect waits for it without end, on the task's thread. */
  @Test
  void deadLetterThatDoesNotArrive_isTold() {
    SinkMetrics metrics = new SinkMetrics(() -> 7);
    ReportWatch watch = new ReportWatch(metrics, "dead", Duration.ofMillis(1));
    ReportWatch.Watched watched = watch.begin("t-0@0");
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () ->
                assertThat(metric(metrics, "last-error"))
                    .isEqualTo(
                        "t-0@0 waits to be taken by the dead-letter queue, and everything waits"
                            + " behind it: is the topic dead there"
                            + " (errors.deadletterqueue.topic.name), may this worker write to it,"
                            + " and do the brokers answer?"));
    assertThat(metric(metrics, "dead-letter-waits-since-ms")).isEqualTo(7L);
    watched.end();
    assertThat(metric(metrics, "dead-letter-waits-since-ms")).isEqualTo(0L);
  }

  /**
   * While brokers are away, thousands of reports wait; the log must not get a line for each every
   * minute.
   */
  @Test
  void manyThatDoNotArrive_areToldOfTogether() {
    SinkMetrics metrics = new SinkMetrics(() -> 7);
    ReportWatch watch = new ReportWatch(metrics, "dead", Duration.ofMillis(1));
    List<ReportWatch.Watched> all = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      all.add(watch.begin("t-0@" + i));
    }
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () ->
                assertThat(metric(metrics, "last-error").toString())
                    .matches("t-0@0 (and \\d+ more wait|waits) to be taken by .*"));
    all.get(0).end();
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () ->
                assertThat(metric(metrics, "last-error").toString())
                    .startsWith("t-0@1 and 998 more wait to be taken by the dead-letter queue, and")
                    .contains("everything waits behind them: is the topic dead there"));
    all.forEach(ReportWatch.Watched::end);
    assertThat(metric(metrics, "dead-letter-waits-since-ms")).isEqualTo(0L);
  }

  /**
   * In a stream of refused records, each is on its way for a moment only, so nothing waits for
   * long.
   */
  @Test
  void waitingTime_isThatOfTheOldestOnItsWay() {
    AtomicLong clock = new AtomicLong(100);
    SinkMetrics metrics = new SinkMetrics(clock::get);
    ReportWatch watch = new ReportWatch(metrics, "dead", Duration.ofMinutes(1));
    ReportWatch.Watched before = watch.begin("t-0@0");
    for (int i = 1; i < 10; i++) {
      clock.set(100 + i);
      ReportWatch.Watched next = watch.begin("t-0@" + i);
      before.end();
      before = next;
    }
    assertThat(metric(metrics, "dead-letter-waits-since-ms")).isEqualTo(109L);
    before.end();
    assertThat(metric(metrics, "dead-letter-waits-since-ms")).isEqualTo(0L);
  }

  private static Object metric(SinkMetrics metrics, String name) {
    return Objects.requireNonNull(metrics.values().get(name), name).get();
  }
}
