package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.influx.delivery.Batch;
import com.voltageems.hissrv.influx.delivery.Delivery;
import com.voltageems.hissrv.influx.delivery.Destination;
import com.voltageems.hissrv.influx.delivery.InfluxWriter;
import com.voltageems.hissrv.influx.delivery.Lane;
import com.voltageems.hissrv.influx.delivery.OffsetTracker.Pending;
import com.voltageems.hissrv.influx.delivery.RejectReason;
import com.voltageems.hissrv.influx.delivery.Screen;
import com.voltageems.hissrv.influx.delivery.Trouble;
import com.voltageems.hissrv.influx.point.Point;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The lanes of a task, and the threads that write what is in them. */
final class LaneWriters {
  private static final Logger LOG = LoggerFactory.getLogger(LaneWriters.class);
  private static final Duration STOP_WAIT = Duration.ofSeconds(3);

  private final InfluxSinkConfig config;
  private final InfluxWriter writer;
  private final Screen screen;
  private final SinkMetrics metrics;
  private final Consumer<Pending> answered;
  private final Clock clock;
  private final RandomGenerator random = new Random();
  private final RetryLog retryLog = new RetryLog();
  private final List<Thread> threads = new ArrayList<>();

  /** Guards all that is below, and the trackers of the one who asks. */
  final ReentrantLock lock = new ReentrantLock();

  /** Signalled whenever something of it has changed. */
  final Condition changed = lock.newCondition();

  private final Map<LaneKey, Work> lanes = new LinkedHashMap<>();
  private final Map<Destination, Long> acceptedStarts = new HashMap<>();
  private long bufferedBytes;
  private @Nullable Long flushBefore;
  private @Nullable Throwable failure;
  private boolean hasWritten;
  private boolean stopping;

  private record LaneKey(int group, Destination destination) {}

  /** A lane and who delivers its batches. */
  private record Work(Lane lane, Delivery delivery) {}

  /** A batch of a lane, or null when only lines set aside are due. */
  private record Due(Work work, @Nullable Batch batch) {}

  /**
   * For one task.
   *
   * @param answered told, under the lock, of each record that has an answer for each line
   */
  LaneWriters(
      InfluxSinkConfig config,
      InfluxWriter writer,
      Screen screen,
      SinkMetrics metrics,
      Consumer<Pending> answered,
      Clock clock) {
    this.config = config;
    this.writer = writer;
    this.screen = screen;
    this.metrics = metrics;
    this.answered = answered;
    this.clock = clock;
  }

  void start(String name) {
    for (int i = 0; i < config.writing().workers(); i++) {
      Thread thread = new Thread(this::work, name + "-writer-" + i);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  /** Appends a line. Under the lock, as all methods are that follow it. */
  void enqueue(Destination destination, Pending pending, Point point, Batch.PointSource source) {
    Work work =
        lanes.computeIfAbsent(
            new LaneKey(pending.tracker().group(), destination),
            key ->
                newWork(
                    new Lane(
                        destination,
                        config.database().lineForm(),
                        config.writing().newBatchSize(),
                        config.writing().batchBytes())));
    bufferedBytes +=
        work.lane().add(pending, point, source, !screen.passes(point), System.nanoTime());
  }

  private Work newWork(Lane lane) {
    return new Work(
        lane,
        new Delivery(
            writer, screen, config.writing().deliveryRules(), random, new LaneProgress(lane)));
  }

  long bufferedBytes() {
    return bufferedBytes;
  }

  boolean isRetrying() {
    return lanes.values().stream().anyMatch(work -> work.lane().isRetrying());
  }

  /** Whether lines wait for their first answer, and there is hope that it comes soon. */
  boolean isMoving() {
    return failure == null
        && !isRetrying()
        && lanes.values().stream().anyMatch(work -> work.lane().hasWork());
  }

  List<Trouble> troubles() {
    return lanes.values().stream().flatMap(work -> work.lane().troubles().stream()).toList();
  }

  @Nullable Throwable failure() {
    return failure;
  }

  /** Lines that came before this moment wait no longer for their batch to fill. */
  void flush(@Nullable Long before) {
    flushBefore = before;
    changed.signalAll();
  }

  /** Drops the lines of closed partitions, and waits for those of their requests under way. */
  void dropClosed(Duration longest) throws InterruptedException {
    long deadline = System.nanoTime() + longest.toNanos();
    for (Work work : lanes.values()) {
      bufferedBytes -= work.lane().drop(line -> line.pending().tracker().isClosed());
    }
    // The next owner must not be overtaken by a request of ours. One that rests between two tries
    // looks at the partitions again before it is sent.
    while (lanes.values().stream().anyMatch(work -> work.lane().isSending())
        && failure == null
        && !stopping
        && deadline - System.nanoTime() > 0) {
      changed.awaitNanos(deadline - System.nanoTime());
    }
  }

  /** Ends the threads; what is not written stays uncommitted and comes again. */
  void stop() {
    lock.lock();
    try {
      stopping = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    writer.close();
    threads.forEach(Thread::interrupt);
    long deadline = System.nanoTime() + STOP_WAIT.toNanos();
    try {
      for (Thread thread : threads) {
        thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
        if (thread.isAlive()) {
          LOG.warn("{} is still busy; it ends with its request", thread.getName());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    try {
      for (Due due = nextDue(); due != null; due = nextDue()) {
        try {
          if (due.batch() == null) {
            due.work().delivery().retrySuspects();
          } else {
            due.work().delivery().deliver(due.batch());
          }
        } finally {
          release(due);
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("{} ends", Thread.currentThread().getName());
    } catch (RuntimeException | Error e) {
      fail(e);
    }
  }

  /** Waits for something that is due, and takes it; null when the task stops. */
  private @Nullable Due nextDue() throws InterruptedException {
    long lingerNanos = config.writing().linger().toNanos();
    lock.lockInterruptibly();
    try {
      while (!stopping && failure == null) {
        long now = System.nanoTime();
        Work first = null;
        long firstDue = Long.MAX_VALUE;
        for (Work work : lanes.values()) {
          long due = work.lane().dueIn(now, lingerNanos, flushBefore);
          if (due < firstDue) {
            first = work;
            firstDue = due;
          }
        }
        if (first != null && firstDue <= 0) {
          return new Due(first, first.lane().take(now, lingerNanos, flushBefore));
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

  private void release(Due due) {
    lock.lock();
    try {
      due.work().lane().release(due.work().delivery().suspects());
      bufferedBytes -= due.batch() == null ? 0 : due.batch().byteCount();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Ends all writing; the task's next call throws the cause. */
  void fail(Throwable cause) {
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

  /** What a delivery tells about its lane's lines; called by the lane's thread. */
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
    public long wallMillis() {
      return clock.millis();
    }

    @Override
    public void written(Batch batch, long startNanos, Duration took) {
      locked(
          () -> {
            hasWritten = true;
            acceptedStarts.merge(
                batch.destination(), startNanos, (one, other) -> one - other > 0 ? one : other);
            lane.passed();
            lane.size().written(batch.size(), took);
            metrics.batchLines(lane.size().lines());
          });
      metrics.written(batch.size(), batch.fieldCount(), batch.byteCount(), took.toMillis());
    }

    @Override
    public boolean acceptedSince(Destination destination, long nanos) {
      lock.lock();
      try {
        Long start = acceptedStarts.get(destination);
        return start != null && start - nanos > 0;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void refused(Pending pending, RejectReason kind, String reason) {
      metrics.rejected(kind);
      locked(() -> pending.complain(reason));
    }

    @Override
    public void done(List<Batch.Line> lines) {
      locked(
          () -> {
            for (Batch.Line line : lines) {
              line.pending().answered();
              answered.accept(line.pending());
            }
            changed.signalAll();
          });
    }

    @Override
    public void split(Pending pending) {
      locked(() -> pending.expect(1));
    }

    @Override
    public void tooLarge(int lines) {
      locked(() -> lane.size().tooLarge(lines));
    }

    @Override
    public void pause(Batch batch, Duration pause, String reason) throws InterruptedException {
      long now = System.nanoTime();
      long until = now + pause.toNanos();
      metrics.retried(reason);
      lock.lock();
      try {
        Trouble trouble = lane.failed(batch, reason, clock.millis());
        retryLog.failed(Standstills.record(trouble), reason, now);
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
    public void failedAgain(Batch line, String reason) {
      metrics.retried(reason);
      retryLog.failed(line.lines().get(0).pending().where(), reason, System.nanoTime());
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
