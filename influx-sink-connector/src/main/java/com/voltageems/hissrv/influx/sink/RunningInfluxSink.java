package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.answer.InfluxVersion;
import com.voltageems.hissrv.influx.config.Destinations;
import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.influx.delivery.Destination;
import com.voltageems.hissrv.influx.delivery.InfluxWriter;
import com.voltageems.hissrv.influx.delivery.OffsetTracker.Pending;
import com.voltageems.hissrv.influx.delivery.RejectReason;
import com.voltageems.hissrv.influx.delivery.Screen;
import com.voltageems.hissrv.influx.delivery.Trouble;
import com.voltageems.hissrv.influx.http.HttpInfluxWriter;
import com.voltageems.hissrv.influx.http.QuestDbTables;
import com.voltageems.hissrv.influx.mapping.Mapped;
import com.voltageems.hissrv.influx.point.Point;
import com.voltageems.hissrv.influx.questdb.ColumnScreen;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTaskContext;
import org.jspecify.annotations.Nullable;

/**
 * A started sink: turns records into lines, lets {@code write.workers} threads write them, and
 * knows for each partition up to which record every fate is sealed.
 *
 * <pre>
 *  put ─► lane (group of partitions, destination) ─► worker ─► database
 *   ▲         bounded: else the topics are paused       │
 *   └──────── refused records, failures ◄───────────────┘
 * </pre>
 *
 * <p>All methods are for the task's thread and none of them waits for the database, except {@link
 * #preCommit} and {@link #close} for a bounded time. What workers find out reaches the task's
 * thread by {@code put}, which therefore is called every so often while anything is open.
 */
final class RunningInfluxSink {
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);
  private static final Duration REPORT_LOOK = Duration.ofMillis(5);

  private final InfluxSinkConfig config;
  private final RecordPoints points;
  private final Destinations destinations;
  private final SinkTaskContext context;
  private final SinkMetrics metrics;
  private final LaneWriters writers;
  private final DeadLetters deadLetters;
  private final Standstills standstills;
  private final IdleCommit idleCommit = new IdleCommit();
  private final Throttle throttle;
  private final Partitions partitions;

  /** A sink that writes by HTTP, not started yet; the parameters are those below. */
  static RunningInfluxSink byHttp(
      InfluxSinkConfig config, SinkTaskContext context, SinkMetrics metrics, int task) {
    HttpInfluxWriter writer = new HttpInfluxWriter(config, Clock.systemUTC());
    Screen screen =
        config.database().version() == InfluxVersion.QUESTDB
            ? new ColumnScreen(new QuestDbTables(writer, config.questDb().tables()))
            : Screen.NONE;
    return new RunningInfluxSink(config, writer, screen, context, metrics, task);
  }

  /**
   * Not started yet.
   *
   * @param screen looks at points before they are sent
   * @param task its number, which it tells with what holds it up
   */
  RunningInfluxSink(
      InfluxSinkConfig config,
      InfluxWriter writer,
      Screen screen,
      SinkTaskContext context,
      SinkMetrics metrics,
      int task) {
    this.config = config;
    this.points = new RecordPoints(config.recordToPoint());
    this.destinations = config.destinations();
    this.context = context;
    this.metrics = metrics;
    this.partitions = new Partitions(config.writing().workers());
    this.throttle = new Throttle(config.writing(), context, metrics);
    this.writers =
        new LaneWriters(
            config, writer, screen, metrics, partitions::sealIfAnswered, Clock.systemUTC());
    this.deadLetters = new DeadLetters(config, context.errantRecordReporter(), metrics, this::seal);
    this.standstills = new Standstills(task);
  }

  /**
   * Starts the workers.
   *
   * @param name begins the threads' names
   */
  void start(String name) {
    writers.start(name);
  }

  void open(Collection<TopicPartition> opened) {
    locked(() -> partitions.open(opened));
    throttle.opened(opened);
  }

  /**
   * Takes records over, and passes on what became of earlier ones.
   *
   * @throws ConnectException when the task cannot go on
   */
  void put(Collection<SinkRecord> records) {
    throwFailure();
    metrics.received(records.size());
    for (SinkRecord record : records) {
      accept(record);
    }
    if (!records.isEmpty()) {
      idleCommit.received();
    }
    report();
    balance();
    throwFailure();
  }

  private void accept(SinkRecord record) {
    Mapped mapped = points.map(record);
    locked(() -> accept(record, mapped));
  }

  private void accept(SinkRecord record, Mapped mapped) {
    Pending pending = partitions.add(record);
    if (mapped instanceof Mapped.Points some) {
      for (String complaint : some.complaints()) {
        pending.complain(complaint);
        metrics.rejected(RejectReason.FIELD);
      }
      enqueue(pending, some.points());
    } else if (mapped instanceof Mapped.Rejected rejected) {
      pending.complain(rejected.reason());
      metrics.rejected(RejectReason.RECORD);
    } else {
      metrics.ignored();
    }
    partitions.sealIfAnswered(pending);
  }

  private void enqueue(Pending pending, List<Point> some) {
    Destination destination = destinations.of(pending.record().topic());
    pending.expect(some.size());
    for (int i = 0; i < some.size(); i++) {
      writers.enqueue(destination, pending, some.get(i), points.source(i));
    }
  }

  private void report() {
    for (Pending pending = nextRefused(); pending != null; pending = nextRefused()) {
      deadLetters.add(pending);
    }
    deadLetters.settle();
  }

  private @Nullable Pending nextRefused() {
    writers.lock.lock();
    try {
      return partitions.nextRefused();
    } finally {
      writers.lock.unlock();
    }
  }

  private void seal(Pending pending) {
    locked(pending::seal);
  }

  private void locked(Runnable action) {
    writers.lock.lock();
    try {
      action.run();
    } finally {
      writers.lock.unlock();
    }
  }

  private void balance() {
    boolean retrying;
    long open;
    long bytes;
    List<Trouble> troubles;
    writers.lock.lock();
    try {
      open = partitions.openCount();
      bytes = writers.bufferedBytes();
      retrying = writers.isRetrying();
      troubles = writers.troubles();
      writers.changed.signalAll();
    } finally {
      writers.lock.unlock();
    }
    boolean looksAgain = throttle.balance(open, bytes, retrying);
    if (standstills.update(troubles) || idleCommit.isDue(open, System.nanoTime())) {
      context.requestCommit();
    }
    if (!looksAgain && idleCommit.isWanted(open)) {
      context.timeout(IdleCommit.AT_MOST_EVERY.toMillis());
    }
    metrics.retrying(Standstills.oldest(troubles));
  }

  private void throwFailure() {
    Throwable cause;
    writers.lock.lock();
    try {
      cause = writers.failure();
    } finally {
      writers.lock.unlock();
    }
    if (cause != null) {
      throw new ConnectException(cause.getMessage(), cause);
    }
  }

  /**
   * Up to where each partition is done: every record before the answered offset is written,
   * reported, or passed over by an explicit setting. Waits a little for lines under way. What holds
   * a partition up is in the metadata.
   *
   * @param current where the consumer is; the answer for a partition of which nothing is open
   */
  Map<TopicPartition, OffsetAndMetadata> preCommit(Map<TopicPartition, OffsetAndMetadata> current) {
    try {
      flush();
    } catch (ConnectException e) {
      writers.fail(e); // put throws it; what is done may be committed all the same
    }
    writers.lock.lock();
    try {
      return partitions.done(current, standstills, writers.troubles());
    } finally {
      writers.lock.unlock();
    }
  }

  private void flush() {
    long deadline = System.nanoTime() + config.writing().flushTimeout().toNanos();
    boolean waiting = true;
    while (waiting) {
      report();
      writers.lock.lock();
      try {
        boolean open = writers.isMoving() || deadLetters.isBusy() || partitions.hasRefused();
        waiting = open && deadline - System.nanoTime() > 0;
        writers.flush(waiting ? Long.valueOf(System.nanoTime()) : null);
        if (waiting && !partitions.hasRefused()) {
          // A report that arrives wakes nobody, so look for it now and then.
          writers.changed.awaitNanos(
              Math.min(REPORT_LOOK.toNanos(), Math.max(1, deadline - System.nanoTime())));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        writers.flush(null);
        waiting = false;
      } finally {
        writers.lock.unlock();
      }
    }
  }

  /** Lets go of partitions that another task will have: nothing of them is written any more. */
  void close(Collection<TopicPartition> closed) {
    writers.lock.lock();
    try {
      partitions.close(closed);
      writers.dropClosed(CLOSE_WAIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      writers.lock.unlock();
    }
    deadLetters.forgetClosed();
  }

  /** Ends the workers; what is not written stays uncommitted and comes again. */
  void stop() {
    writers.stop();
  }
}
