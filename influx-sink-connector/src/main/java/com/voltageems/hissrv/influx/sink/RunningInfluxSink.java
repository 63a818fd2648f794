package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.point.Mapped;
import com.voltageems.hissrv.influx.point.Point;
import com.voltageems.hissrv.influx.point.RecordToPoint;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTaskContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
  private static final Logger LOG = LoggerFactory.getLogger(RunningInfluxSink.class);

  /** How often the task's thread looks, while something is open; while it is full. */
  private static final long LOOK_MS = 200;

  private static final long LOOK_WHEN_FULL_MS = 20;
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);
  private static final Duration STOP_WAIT = Duration.ofSeconds(3);
  private static final Duration REPORT_LOOK = Duration.ofMillis(5);

  private final InfluxSinkConfig config;
  private final RecordToPoint recordToPoint;
  private final Destinations destinations;
  private final InfluxWriter writer;
  private final SinkTaskContext context;
  private final @Nullable ErrantRecordReporter reporter;
  private final SinkMetrics metrics;
  private final RandomGenerator random = new Random();
  private final List<Thread> workers = new ArrayList<>();
  private final Batch.PointSource firstPoint = new MappedPoint(0);
  private final List<Reported> reports = new ArrayList<>();
  private boolean paused;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock from here on.
  private final Map<TopicPartition, OffsetTracker> trackers = new HashMap<>();
  private final Map<LaneKey, Lane> lanes = new LinkedHashMap<>();
  private final Deque<OffsetTracker.Pending> refused = new ArrayDeque<>();
  private long bufferedBytes;
  private @Nullable Long flushBefore;
  private @Nullable Throwable failure;
  private boolean hasWritten;
  private boolean stopping;

  private record LaneKey(int group, Destination destination) {}

  /** A record on its way to the dead-letter queue. */
  private record Reported(OffsetTracker.Pending pending, Future<Void> future) {}

  RunningInfluxSink(
      InfluxSinkConfig config, InfluxWriter writer, SinkTaskContext context, SinkMetrics metrics) {
    this.config = config;
    this.recordToPoint = config.recordToPoint();
    this.destinations = config.destinations();
    this.writer = writer;
    this.context = context;
    this.reporter = context.errantRecordReporter();
    this.metrics = metrics;
  }

  /**
   * Starts the workers.
   *
   * @param name begins the threads' names
   */
  void start(String name) {
    for (int i = 0; i < config.workers(); i++) {
      Thread worker = new Thread(this::work, name + "-writer-" + i);
      worker.setDaemon(true);
      workers.add(worker);
      worker.start();
    }
  }

  void open(Collection<TopicPartition> partitions) {
    lock.lock();
    try {
      for (TopicPartition partition : partitions) {
        trackers.put(partition, new OffsetTracker(partition, smallestGroup()));
      }
    } finally {
      lock.unlock();
    }
    if (paused) {
      context.pause(partitions.toArray(TopicPartition[]::new));
    }
  }

  private int smallestGroup() {
    int[] sizes = new int[config.workers()];
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
    report();
    balance();
    throwFailure();
  }

  private void accept(SinkRecord record) {
    Mapped mapped = recordToPoint.map(record);
    TopicPartition partition =
        new TopicPartition(record.originalTopic(), record.originalKafkaPartition());
    lock.lock();
    try {
      OffsetTracker tracker =
          trackers.computeIfAbsent(partition, key -> new OffsetTracker(key, smallestGroup()));
      OffsetTracker.Pending pending = tracker.add(record);
      if (mapped instanceof Mapped.Points points) {
        points.complaints().forEach(pending::complain);
        enqueue(pending, points.points());
      } else if (mapped instanceof Mapped.Rejected rejected) {
        pending.complain(rejected.reason());
      } else {
        metrics.ignored();
      }
      sealIfAnswered(pending);
    } finally {
      lock.unlock();
    }
  }

  private void enqueue(OffsetTracker.Pending pending, List<Point> points) {
    Destination destination = destinations.of(pending.record().topic());
    Lane lane =
        lanes.computeIfAbsent(
            new LaneKey(pending.tracker().group(), destination),
            key ->
                new Lane(
                    destination, config.dialect(), config.newBatchSize(), config.batchBytes()));
    pending.expect(points.size());
    long now = System.nanoTime();
    for (int i = 0; i < points.size(); i++) {
      Batch.PointSource source = i == 0 ? firstPoint : new MappedPoint(i);
      bufferedBytes += lane.add(pending, points.get(i), source, now);
    }
  }

  /** Maps a record again: a batch that is refused is rare, and points are large. */
  private final class MappedPoint implements Batch.PointSource {
    private final int index;

    MappedPoint(int index) {
      this.index = index;
    }

    @Override
    public Point point(OffsetTracker.Pending pending) {
      if (recordToPoint.map(pending.record()) instanceof Mapped.Points again) {
        return again.points().get(index);
      }
      throw new ConnectException(pending.where() + ": the record no longer maps to a point");
    }
  }

  private void sealIfAnswered(OffsetTracker.Pending pending) {
    if (!pending.isAnswered()) {
      return;
    }
    if (pending.complaint() == null) {
      pending.seal();
    } else if (!pending.tracker().isClosed()) {
      refused.addLast(pending);
    }
  }

  /** Sends refused records to the dead-letter queue and seals those that have arrived there. */
  private void report() {
    for (OffsetTracker.Pending pending = nextRefused(); pending != null; pending = nextRefused()) {
      String message = pending.where() + ": " + pending.complaint();
      if (config.dropRejected()) {
        LOG.debug("dropped {}", message);
        metrics.dropped();
        seal(pending);
      } else if (reporter == null) {
        throw new ConnectException(
            message
                + ". There is no dead-letter queue: set errors.tolerance=all and"
                + " errors.deadletterqueue.topic.name, or "
                + InfluxSinkConfig.REJECTED_CONFIG
                + "=drop");
      } else {
        try {
          reports.add(
              new Reported(pending, reporter.report(pending.record(), new DataException(message))));
        } catch (RuntimeException e) {
          throw new ConnectException(message + ". It could not be reported: " + e.getMessage(), e);
        }
        metrics.reported();
      }
    }
    for (Iterator<Reported> all = reports.iterator(); all.hasNext(); ) {
      Reported reported = all.next();
      if (reported.future().isDone()) {
        arrived(reported);
        all.remove();
      }
    }
  }

  private OffsetTracker.@Nullable Pending nextRefused() {
    lock.lock();
    try {
      return refused.pollFirst();
    } finally {
      lock.unlock();
    }
  }

  private void arrived(Reported reported) {
    try {
      reported.future().get();
      seal(reported.pending());
    } catch (ExecutionException e) {
      throw new ConnectException(
          reported.pending().where() + " could not be written to the dead-letter queue",
          e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ConnectException("interrupted", e);
    }
  }

  private void seal(OffsetTracker.Pending pending) {
    lock.lock();
    try {
      pending.seal();
    } finally {
      lock.unlock();
    }
  }

  /** Pauses or resumes the topics, and says when {@code put} is to be called at the latest. */
  private void balance() {
    boolean full;
    boolean retrying;
    boolean low;
    long open;
    lock.lock();
    try {
      open = openCount();
      full = open >= config.bufferRecords() || bufferedBytes >= config.bufferBytes();
      low = open <= config.bufferRecords() / 2 && bufferedBytes <= config.bufferBytes() / 2;
      retrying = lanes.values().stream().anyMatch(Lane::isRetrying);
      metrics.buffered(open, bufferedBytes);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (!paused && (full || retrying)) {
      paused = true;
      context.pause(context.assignment().toArray(TopicPartition[]::new));
    } else if (paused && low && !retrying) {
      paused = false;
      context.resume(context.assignment().toArray(TopicPartition[]::new));
    }
    metrics.paused(paused);
    if (open > 0 || paused) {
      context.timeout(paused && !retrying ? LOOK_WHEN_FULL_MS : LOOK_MS);
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
    lock.lock();
    try {
      cause = failure;
    } finally {
      lock.unlock();
    }
    if (cause != null) {
      throw new ConnectException(cause.getMessage(), cause);
    }
  }

  /**
   * Up to where each partition is done: every record before the answered offset is written,
   * reported, or passed over by an explicit setting. Waits a little for lines under way.
   *
   * @param current where the consumer is; the answer for a partition of which nothing is open
   */
  Map<TopicPartition, OffsetAndMetadata> preCommit(Map<TopicPartition, OffsetAndMetadata> current) {
    try {
      flush();
    } catch (ConnectException e) {
      fail(e); // put throws it; what is done may be committed all the same
    }
    Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();
    lock.lock();
    try {
      current.forEach(
          (partition, position) -> {
            OffsetTracker tracker = trackers.get(partition);
            if (tracker == null || tracker.firstOpen().isEmpty()) {
              done.put(partition, position);
            } else {
              done.put(partition, new OffsetAndMetadata(tracker.firstOpen().getAsLong()));
            }
          });
    } finally {
      lock.unlock();
    }
    return done;
  }

  private void flush() {
    long deadline = System.nanoTime() + config.flushTimeout().toNanos();
    boolean waiting = true;
    while (waiting) {
      report();
      lock.lock();
      try {
        flushBefore = System.nanoTime();
        changed.signalAll();
        boolean hopeless = failure != null || lanes.values().stream().anyMatch(Lane::isRetrying);
        waiting = openCount() > 0 && !hopeless && deadline - System.nanoTime() > 0;
        if (waiting && refused.isEmpty()) {
          // A report that arrives wakes nobody, so look for it now and then.
          changed.awaitNanos(
              Math.min(REPORT_LOOK.toNanos(), Math.max(1, deadline - System.nanoTime())));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        waiting = false;
      } finally {
        flushBefore = waiting ? flushBefore : null;
        lock.unlock();
      }
    }
  }

  /** Lets go of partitions that another task will have: nothing of them is written any more. */
  void close(Collection<TopicPartition> partitions) {
    long deadline = System.nanoTime() + CLOSE_WAIT.toNanos();
    lock.lock();
    try {
      for (TopicPartition partition : partitions) {
        OffsetTracker tracker = trackers.remove(partition);
        if (tracker != null) {
          tracker.close();
        }
      }
      for (Lane lane : lanes.values()) {
        bufferedBytes -= lane.drop(line -> line.pending().tracker().isClosed());
      }
      refused.removeIf(pending -> pending.tracker().isClosed());
      // The next owner must not be overtaken by a request of ours. One that rests between two tries
      // looks at the partitions again before it is sent.
      while (lanes.values().stream().anyMatch(Lane::isSending)
          && failure == null
          && !stopping
          && deadline - System.nanoTime() > 0) {
        changed.awaitNanos(deadline - System.nanoTime());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
    reports.removeIf(reported -> reported.pending().tracker().isClosed());
  }

  /** Ends the workers; what is not written stays uncommitted and comes again. */
  void stop() {
    lock.lock();
    try {
      stopping = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    writer.close();
    workers.forEach(Thread::interrupt);
    long deadline = System.nanoTime() + STOP_WAIT.toNanos();
    try {
      for (Thread worker : workers) {
        worker.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
        if (worker.isAlive()) {
          LOG.warn("{} is still busy; it ends with its request", worker.getName());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    try {
      while (true) {
        Work work = nextDue();
        if (work == null) {
          return;
        }
        try {
          delivery(work.lane()).deliver(work.batch());
        } finally {
          release(work);
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("{} ends", Thread.currentThread().getName());
    } catch (RuntimeException | Error e) {
      fail(e);
    }
  }

  private record Work(Lane lane, Batch batch) {}

  private Delivery delivery(Lane lane) {
    return new Delivery(
        writer, config.backoff(), config.retryMaxTime(), random, new LaneProgress(lane));
  }

  /** Waits for a batch that is full or old enough, and takes it; null when the task stops. */
  private @Nullable Work nextDue() throws InterruptedException {
    long lingerNanos = config.linger().toNanos();
    lock.lockInterruptibly();
    try {
      while (!stopping && failure == null) {
        long now = System.nanoTime();
        Lane first = null;
        long firstDue = Long.MAX_VALUE;
        for (Lane lane : lanes.values()) {
          long due = lane.dueIn(now, lingerNanos, flushBefore);
          if (due < firstDue) {
            first = lane;
            firstDue = due;
          }
        }
        if (first != null && firstDue <= 0) {
          return new Work(first, first.take());
        }
        if (first == null) {
          changed.await();
        } else {
          changed.awaitNanos(firstDue);
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private void release(Work work) {
    lock.lock();
    try {
      work.lane().release();
      bufferedBytes -= work.batch().byteCount();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void fail(Throwable cause) {
    lock.lock();
    try {
      if (failure == null && !stopping) {
        failure = cause;
        metrics.failed(String.valueOf(cause.getMessage()));
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** What a delivery tells about its lane's lines; called by the lane's worker. */
  private final class LaneProgress implements Delivery.Progress {
    private final Lane lane;

    LaneProgress(Lane lane) {
      this.lane = lane;
    }

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public void written(Batch batch, Duration took) {
      locked(
          () -> {
            hasWritten = true;
            lane.retrying(false);
            lane.size().written(batch.size(), took);
            metrics.batchLines(lane.size().lines());
          });
      metrics.written(batch.size(), batch.byteCount(), took.toMillis());
    }

    @Override
    public void refused(OffsetTracker.Pending pending, String reason) {
      locked(() -> pending.complain(reason));
    }

    @Override
    public void done(List<Batch.Line> lines) {
      locked(
          () -> {
            for (Batch.Line line : lines) {
              line.pending().answered();
              sealIfAnswered(line.pending());
            }
            changed.signalAll();
          });
    }

    @Override
    public void split(OffsetTracker.Pending pending) {
      locked(() -> pending.expect(1));
    }

    @Override
    public void tooLarge(int lines) {
      locked(() -> lane.size().tooLarge(lines));
    }

    @Override
    public void pause(Duration pause, String reason) throws InterruptedException {
      LOG.warn("write failed, next try in {} ms: {}", pause.toMillis(), reason);
      metrics.retried(reason);
      long until = System.nanoTime() + pause.toNanos();
      lock.lock();
      try {
        lane.retrying(true);
        lane.resting(true);
        changed.signalAll();
        while (until - System.nanoTime() > 0 && !stopping) {
          changed.awaitNanos(until - System.nanoTime());
        }
        if (stopping) {
          throw new InterruptedException("the task stops");
        }
      } finally {
        lane.resting(false);
        lock.unlock();
      }
    }

    @Override
    public boolean hasWritten() {
      lock.lock();
      try {
        return hasWritten;
      } finally {
        lock.unlock();
      }
    }

    private void locked(Runnable action) {
      lock.lock();
      try {
        action.run();
      } finally {
        lock.unlock();
      }
    }
  }
}
