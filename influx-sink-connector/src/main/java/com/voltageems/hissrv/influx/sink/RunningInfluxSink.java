package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.answer.InfluxVersion;
import com.voltageems.hissrv.influx.config.Destinations;
import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.influx.delivery.Batch;
import com.voltageems.hissrv.influx.delivery.Destination;
import com.voltageems.hissrv.influx.delivery.InfluxWriter;
import com.voltageems.hissrv.influx.delivery.OffsetTracker;
import com.voltageems.hissrv.influx.delivery.OffsetTracker.Pending;
import com.voltageems.hissrv.influx.delivery.RejectReason;
import com.voltageems.hissrv.influx.delivery.Screen;
import com.voltageems.hissrv.influx.delivery.Trouble;
import com.voltageems.hissrv.influx.http.HttpInfluxWriter;
import com.voltageems.hissrv.influx.http.QuestDbTables;
import com.voltageems.hissrv.influx.mapping.Mapped;
import com.voltageems.hissrv.influx.mapping.RecordToPoint;
import com.voltageems.hissrv.influx.point.Point;
import com.voltageems.hissrv.influx.questdb.ColumnScreen;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
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
  /** How often the task's thread looks, while something is open; while it is full. */
  private static final long LOOK_MS = 200;

  private static final long LOOK_WHEN_FULL_MS = 20;
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);
  private static final Duration REPORT_LOOK = Duration.ofMillis(5);

  private final InfluxSinkConfig config;
  private final RecordToPoint recordToPoint;
  private final Destinations destinations;
  private final SinkTaskContext context;
  private final SinkMetrics metrics;
  private final LaneWriters writers;
  private final DeadLetters deadLetters;
  private final Standstills standstills;
  private final IdleCommit idleCommit = new IdleCommit();
  private final Batch.PointSource firstPoint = new MappedPoint(0);
  private boolean paused;

  // Guarded by the writers' lock from here on.
  private final Map<TopicPartition, OffsetTracker> trackers = new HashMap<>();
  private final Deque<Pending> refused = new ArrayDeque<>();

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
    this.recordToPoint = config.recordToPoint();
    this.destinations = config.destinations();
    this.context = context;
    this.metrics = metrics;
    this.writers =
        new LaneWriters(config, writer, screen, metrics, this::sealIfAnswered, Clock.systemUTC());
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

  void open(Collection<TopicPartition> partitions) {
    writers.lock.lock();
    try {
      for (TopicPartition partition : partitions) {
        trackers.put(partition, new OffsetTracker(partition, smallestGroup()));
      }
    } finally {
      writers.lock.unlock();
    }
    if (paused) {
      context.pause(partitions.toArray(TopicPartition[]::new));
    }
  }

  private int smallestGroup() {
    int[] sizes = new int[config.writing().workers()];
    trackers.values().forEach(tracker -> sizes[tracker.group()]++);
    int smallest = 0;
    for (int i = 1; i < sizes.length; i++) {
      smallest = sizes[i] < sizes[smallest] ? i : smallest;
    }
    return smallest;
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
    Mapped mapped = recordToPoint.map(record);
    TopicPartition partition =
        new TopicPartition(record.originalTopic(), record.originalKafkaPartition());
    writers.lock.lock();
    try {
      OffsetTracker tracker =
          trackers.computeIfAbsent(partition, key -> new OffsetTracker(key, smallestGroup()));
      Pending pending = tracker.add(record);
      if (mapped instanceof Mapped.Points points) {
        for (String complaint : points.complaints()) {
          pending.complain(complaint);
          metrics.rejected(RejectReason.FIELD);
        }
        enqueue(pending, points.points());
      } else if (mapped instanceof Mapped.Rejected rejected) {
        pending.complain(rejected.reason());
        metrics.rejected(RejectReason.RECORD);
      } else {
        metrics.ignored();
      }
      sealIfAnswered(pending);
    } finally {
      writers.lock.unlock();
    }
  }

  private void enqueue(Pending pending, List<Point> points) {
    Destination destination = destinations.of(pending.record().topic());
    pending.expect(points.size());
    for (int i = 0; i < points.size(); i++) {
      Batch.PointSource source = i == 0 ? firstPoint : new MappedPoint(i);
      writers.enqueue(destination, pending, points.get(i), source);
    }
  }

  /** Maps a record again: a batch that is refused is rare, and points are large. */
  private final class MappedPoint implements Batch.PointSource {
    private final int index;

    MappedPoint(int index) {
      this.index = index;
    }

    @Override
    public Point point(Pending pending) {
      if (recordToPoint.map(pending.record()) instanceof Mapped.Points again) {
        return again.points().get(index);
      }
      throw new ConnectException(pending.where() + ": the record no longer maps to a point");
    }
  }

  private void sealIfAnswered(Pending pending) {
    if (!pending.isAnswered()) {
      return;
    }
    if (pending.complaint() == null) {
      pending.seal();
    } else if (!pending.tracker().isClosed()) {
      refused.addLast(pending);
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
      return refused.pollFirst();
    } finally {
      writers.lock.unlock();
    }
  }

  private void seal(Pending pending) {
    writers.lock.lock();
    try {
      pending.seal();
    } finally {
      writers.lock.unlock();
    }
  }

  /** Pauses or resumes the topics, and says when {@code put} is to be called at the latest. */
  private void balance() {
    boolean full;
    boolean retrying;
    boolean low;
    long open;
    List<Trouble> troubles;
    writers.lock.lock();
    try {
      open = openCount();
      long bytes = writers.bufferedBytes();
      full = open >= config.writing().bufferRecords() || bytes >= config.writing().bufferBytes();
      low =
          open <= config.writing().bufferRecords() / 2
              && bytes <= config.writing().bufferBytes() / 2;
      retrying = writers.isRetrying();
      troubles = writers.troubles();
      metrics.buffered(open, bytes);
      writers.changed.signalAll();
    } finally {
      writers.lock.unlock();
    }
    if (!paused && (full || retrying)) {
      paused = true;
      context.pause(context.assignment().toArray(TopicPartition[]::new));
    } else if (paused && low && !retrying) {
      paused = false;
      context.resume(context.assignment().toArray(TopicPartition[]::new));
    }
    metrics.paused(paused);
    if (standstills.update(troubles) || idleCommit.isDue(open, System.nanoTime())) {
      context.requestCommit();
    }
    metrics.retrying(Standstills.oldest(troubles));
    if (open > 0 || paused) {
      context.timeout(paused && !retrying ? LOOK_WHEN_FULL_MS : LOOK_MS);
    } else if (idleCommit.isWanted(open)) {
      context.timeout(IdleCommit.AT_MOST_EVERY.toMillis());
    }
  }

  private long openCount() {
    long open = 0;
    for (OffsetTracker tracker : trackers.values()) {
      open += tracker.openCount();
    }
    return open;
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
    Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();
    writers.lock.lock();
    try {
      List<Trouble> troubles = writers.troubles();
      current.forEach(
          (partition, position) -> {
            OffsetTracker tracker = trackers.get(partition);
            if (tracker == null || tracker.firstOpen().isEmpty()) {
              done.put(partition, position);
            } else {
              done.put(
                  partition,
                  new OffsetAndMetadata(
                      tracker.firstOpen().getAsLong(), standstills.metadata(partition, troubles)));
            }
          });
    } finally {
      writers.lock.unlock();
    }
    return done;
  }

  private void flush() {
    long deadline = System.nanoTime() + config.writing().flushTimeout().toNanos();
    boolean waiting = true;
    while (waiting) {
      report();
      writers.lock.lock();
      try {
        boolean open = writers.isMoving() || deadLetters.isBusy() || !refused.isEmpty();
        waiting = open && deadline - System.nanoTime() > 0;
        writers.flush(waiting ? Long.valueOf(System.nanoTime()) : null);
        if (waiting && refused.isEmpty()) {
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
  void close(Collection<TopicPartition> partitions) {
    writers.lock.lock();
    try {
      for (TopicPartition partition : partitions) {
        OffsetTracker tracker = trackers.remove(partition);
        if (tracker != null) {
          tracker.close();
        }
      }
      refused.removeIf(pending -> pending.tracker().isClosed());
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
