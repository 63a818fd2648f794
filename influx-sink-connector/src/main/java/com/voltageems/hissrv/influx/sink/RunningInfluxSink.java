package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.batch.OffsetTracker.Pending;
import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.influx.delivery.Database;
import com.voltageems.hissrv.influx.lane.LaneWriters;
import com.voltageems.hissrv.influx.lane.Monitor;
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
  private final Continuity continuity = new Continuity();

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
      Monitor monitor) {
    this.metrics = metrics;
    this.context = context;
    this.monitor = monitor;
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
    continuity.opened(opened);
    monitor.run(() -> partitions.open(opened));
    pacing.opened(opened);
    renewLease();
    context.requestCommit(); // its offsets say where the consumer begins
  }

  /**
   * Takes records over, and reports what became of earlier ones.
   *
   * @throws ConnectException if the task cannot go on
   */
  void put(Collection<SinkRecord> records) {
    throwFailure();
    Collection<SinkRecord> whole = withoutHoles(records);
    metrics.received(whole.size());
    whole.forEach(intake::accept);
    if (!whole.isEmpty()) {
      pacing.received();
    }
    report();
    pacing.balance();
    renewLease();
    throwFailure();
  }

  /** Returns the records without those that are to be read again, and asks Connect to do so. */
  private Collection<SinkRecord> withoutHoles(Collection<SinkRecord> records) {
    Map<TopicPartition, Long> holes = continuity.holes(records, context::assignment);
    if (holes.isEmpty()) {
      return records;
    }
    LOG.info(
        "Offsets are missing after a rebalance, or Kafka Connect has not opened these partitions:"
            + " reading again from {}. Transactions leave offsets out; Connect leaves out records"
            + " if the connector is paused or resumed meanwhile",
        holes);
    monitor.run(() -> partitions.openMissing(holes.keySet()));
    pacing.opened(holes.keySet());
    context.offset(holes);
    return records.stream().filter(record -> !holes.containsKey(Partitions.of(record))).toList();
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
      throw new ConnectException(LaneWriters.words(cause), cause);
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
    continuity.told(current);
    try {
      flush.run(this::report, this::hasReports, partitions::hasRefused);
    } catch (ConnectException e) {
      writers.fail(e); // put throws it; finished records may be committed nevertheless
    }
    Map<TopicPartition, OffsetAndMetadata> done =
        monitor.get(() -> partitions.done(current, standstills, writers.lanes().troubles()));
    done.replaceAll(continuity::upTo);
    renewLease();
    return done;
  }

  /** Connect has called, and calls again soon if anything is open. */
  private void renewLease() {
    monitor.run(() -> monitor.lease().renew(partitions.openCount() > 0));
  }

  private boolean hasReports() {
    return deadLetters.isBusy() || partitions.hasRefused();
  }

  /** Releases partitions that another task will have: none of their lines is written any more. */
  void close(Collection<TopicPartition> closed) {
    continuity.closed(closed);
    try {
      boolean isQuiet =
          monitor.waiting(
              () -> {
                monitor.lease().renew(false); // this may take seconds
                partitions.close(closed);
                return writers.dropClosed(CLOSE_WAIT);
              });
      if (!isQuiet) {
        LOG.warn(
            "{}: given up while the database had not answered a request; if it executes that"
                + " request after those of the next task, points written twice have the older"
                + " value",
            closed);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    deadLetters.forgetClosed();
    renewLease();
  }

  /**
   * Ends the workers; records that are not written stay uncommitted, and Kafka delivers them again.
   */
  void stop() {
    writers.stop();
  }
}
