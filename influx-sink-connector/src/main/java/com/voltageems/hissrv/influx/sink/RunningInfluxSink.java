package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.batch.OffsetTracker.Pending;
import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.influx.delivery.Database;
import com.voltageems.hissrv.influx.lane.LaneWriters;
import com.voltageems.hissrv.influx.lane.Monitor;
import com.voltageems.hissrv.influx.lane.Time;
import com.voltageems.hissrv.influx.metrics.SinkMetrics;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTaskContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A started sink: turns records into lines, has {@code write.workers} threads write them, and knows
 * for each partition up to which record every fate is sealed.
 *
 * <pre>
 *  put ─► Intake ─► lane (group of partitions, destination) ─► LaneWriters ─► database
 *   ▲               bounded: else Pacing pauses the topics         │
 *   └──────── DeadLetters: refused records; failures ◄─────────────┘
 * </pre>
 *
 * <p>All methods are for the task's thread. None of them waits for the database, except {@link
 * #preCommit} and {@link #close}, which wait for a bounded time. The task's thread learns in {@code
 * put} what the workers have found out, so Connect has to call {@code put} regularly while anything
 * is open.
 */
final class RunningInfluxSink {
  private static final Logger LOG = LoggerFactory.getLogger(RunningInfluxSink.class);
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);

  private final Monitor monitor;
  private final Partitions partitions;
  private final LaneWriters writers;
  private final Intake intake;
  private final DeadLetters deadLetters;
  private final Standstills standstills;
  private final Pacing pacing;
  private final Flush flush;
  private final SinkMetrics metrics;
  private final SinkTaskContext context;

  /**
   * Creates a sink that is not started yet.
   *
   * @param task the number of the task, which it reports with whatever holds it up
   */
  RunningInfluxSink(
      InfluxSinkConfig config,
      Database database,
      SinkTaskContext context,
      SinkMetrics metrics,
      int task,
      Time time) {
    this.metrics = metrics;
    this.context = context;
    this.monitor = new Monitor(time);
    this.partitions = new Partitions(config.writing().workers());
    this.writers = new LaneWriters(config, database, metrics, monitor, partitions::sealIfAnswered);
    this.intake = new Intake(config, partitions, writers, monitor, metrics);
    this.deadLetters =
        new DeadLetters(
            config, context.errantRecordReporter(), metrics, pending -> monitor.run(pending::seal));
    this.standstills = new Standstills(task);
    this.pacing =
        new Pacing(
            config.writing(),
            new Pacing.Shared(partitions, writers.lanes(), monitor),
            standstills,
            context,
            metrics);
    this.flush = new Flush(config.writing().flushTimeout(), monitor, writers.lanes());
  }

  /**
   * Starts the workers.
   *
   * @param name the prefix of the threads' names
   */
  void start(String name) {
    writers.start(name);
  }

  void open(Collection<TopicPartition> opened) {
    monitor.run(() -> partitions.open(opened));
    pacing.opened(opened);
  }

  /**
   * Takes records over, and reports what became of earlier ones.
   *
   * @throws ConnectException if the task cannot go on
   */
  void put(Collection<SinkRecord> records) {
    throwFailure();
    Collection<SinkRecord> opened = opened(records);
    metrics.received(opened.size());
    opened.forEach(intake::accept);
    if (!opened.isEmpty()) {
      pacing.received();
    }
    report();
    pacing.balance();
    throwFailure();
  }

  /**
   * Returns the records without those of partitions that Connect has not opened, and asks Connect
   * to read these once more. If the connector is paused while partitions are assigned, the wake-up
   * can end Connect's listener early (WorkerSinkTask, 3.9 to 4.4): Connect then delivers the
   * records of these partitions, but commits none of their offsets until the next rebalance. It
   * knows the partitions again once their position is set.
   */
  private Collection<SinkRecord> opened(Collection<SinkRecord> records) {
    Map<TopicPartition, Long> unopened = monitor.get(() -> partitions.unopened(records));
    if (unopened.isEmpty()) {
      return records;
    }
    LOG.warn("Kafka Connect has not opened these partitions: read again from {}", unopened);
    open(unopened.keySet());
    context.offset(unopened);
    return records.stream().filter(record -> !unopened.containsKey(Partitions.of(record))).toList();
  }

  private void report() {
    for (Pending pending = nextRefused(); pending != null; pending = nextRefused()) {
      deadLetters.add(pending);
    }
    deadLetters.settle();
  }

  private @Nullable Pending nextRefused() {
    return monitor.get(partitions::nextRefused);
  }

  private void throwFailure() {
    Throwable cause = monitor.get(monitor::failure);
    if (cause != null) {
      throw new ConnectException(cause.getMessage(), cause);
    }
  }

  /**
   * Returns up to which offset each partition is done: every record before that offset is written,
   * reported, or passed over by an explicit setting. Waits a little for lines under way. The
   * metadata says what holds a partition up.
   *
   * @param current the consumer's positions, which are returned for partitions without open records
   */
  Map<TopicPartition, OffsetAndMetadata> preCommit(Map<TopicPartition, OffsetAndMetadata> current) {
    pacing.committed();
    try {
      flush.run(this::report, this::hasReports, partitions::hasRefused);
    } catch (ConnectException e) {
      writers.fail(e); // put throws it; finished records may be committed nevertheless
    }
    return monitor.get(() -> partitions.done(current, standstills, writers.lanes().troubles()));
  }

  private boolean hasReports() {
    return deadLetters.isBusy() || partitions.hasRefused();
  }

  /** Releases partitions that another task will have: none of their lines is written any more. */
  void close(Collection<TopicPartition> closed) {
    try {
      monitor.waiting(
          () -> {
            partitions.close(closed);
            return writers.dropClosed(CLOSE_WAIT);
          });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    deadLetters.forgetClosed();
  }

  /**
   * Ends the workers; records that are not written stay uncommitted, and Kafka delivers them again.
   */
  void stop() {
    writers.stop();
  }
}
