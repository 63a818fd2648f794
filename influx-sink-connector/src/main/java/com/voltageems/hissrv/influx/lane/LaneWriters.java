package com.voltageems.hissrv.influx.lane;

import com.voltageems.hissrv.influx.batch.Destination;
import com.voltageems.hissrv.influx.batch.OffsetTracker.Pending;
import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.influx.delivery.Database;
import com.voltageems.hissrv.influx.delivery.Delivery;
import com.voltageems.hissrv.influx.metrics.SinkMetrics;
import com.voltageems.hissrv.influx.point.Point;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads of a task that write the lines in its lanes. */
public final class LaneWriters {
  private static final Logger LOG = LoggerFactory.getLogger(LaneWriters.class);
  private static final Duration STOP_WAIT = Duration.ofSeconds(3);

  /** Short, because a worker has five seconds for the whole stop. */
  private static final Duration GIVEN_UP_WAIT = Duration.ofSeconds(3);

  private final int workers;
  private final Database database;
  private final SinkMetrics metrics;
  private final Monitor monitor;
  private final Lanes lanes;
  private final NewForms newForms = new NewForms();
  private final RandomGenerator random = new Random();
  private final List<Thread> threads = new ArrayList<>();

  /**
   * @param answered called, in the monitor, for a line's record each time the line has its answer
   */
  public LaneWriters(
      InfluxSinkConfig config,
      Database database,
      SinkMetrics metrics,
      Monitor monitor,
      Consumer<Pending> answered) {
    this.workers = config.writing().workers();
    this.database = database;
    this.metrics = metrics;
    this.monitor = monitor;
    LaneProgress.Task task =
        new LaneProgress.Task(monitor, new Accepted(), new RetryLog(), metrics, answered);
    Delivery.Rules rules = config.writing().deliveryRules();
    this.lanes =
        new Lanes(
            config, lane -> new Delivery(database, rules, random, new LaneProgress(lane, task)));
  }

  /** Returns the lanes; use them in the monitor only. */
  public Lanes lanes() {
    return lanes;
  }

  /** Appends a line. Called in the monitor. */
  public void enqueue(Destination destination, Pending pending, Point point) {
    Point unscreened = database.screen().passes(point) ? null : newForms.like(point);
    lanes.add(destination, pending, point, unscreened, monitor.time().nanos());
  }

  /**
   * Starts the threads.
   *
   * @param name the prefix of their names
   */
  public void start(String name) {
    start(name + "-beat", this::beat);
    for (int i = 0; i < workers; i++) {
      start(name + "-writer-" + i, this::work);
    }
  }

  /** What a thread does until it is interrupted. */
  private interface Work {
    void run() throws InterruptedException;
  }

  /**
   * Starts a thread. If it ends by a failure, so does the task: nothing would be written, or late.
   */
  private void start(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (InterruptedException e) {
                LOG.debug("{} ends", name);
              } catch (RuntimeException | Error e) {
                fail(e);
              }
            },
            name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  /** Tells the lease that the process runs. */
  private void beat() throws InterruptedException {
    while (!Thread.interrupted()) {
      monitor.run(() -> monitor.lease().beat());
      TimeUnit.MILLISECONDS.sleep(Lease.BEAT.toMillis());
    }
  }

  private void work() throws InterruptedException {
    for (Optional<Lanes.Due> due = awaitDue(); due.isPresent(); due = awaitDue()) {
      deliver(due.get());
    }
  }

  /** Waits for something that is due, and takes it; empty if the task stops. */
  private Optional<Lanes.Due> awaitDue() throws InterruptedException {
    return monitor.waiting(
        () -> {
          Lanes.Due due = null;
          while (due == null && monitor.isRunning()) {
            long now = monitor.time().nanos();
            due = lanes.take(now);
            if (due == null) {
              monitor.await(lanes.dueIn(now));
            }
          }
          return Optional.ofNullable(due);
        });
  }

  private void deliver(Lanes.Due due) throws InterruptedException {
    try {
      due.deliver();
    } finally {
      monitor.run(
          () -> {
            lanes.release(due);
            monitor.changed();
          });
    }
  }

  /** Ends all writing; the task's next call throws the cause. */
  public void fail(Throwable cause) {
    monitor.run(
        () -> {
          if (monitor.fail(cause)) {
            metrics.failed(words(cause));
          }
        });
  }

  /** Returns why writing has ended: the message, or what was thrown if it has none. */
  public static String words(Throwable cause) {
    String message = cause.getMessage();
    return message == null ? cause.toString() : message;
  }

  /**
   * Drops the lines of closed partitions. Waits until no request is under way, {@code longest} at
   * most, and until no request of these partitions without an answer may still be executed, three
   * seconds at most. Called in the monitor.
   *
   * @return whether both waits ended in time
   */
  public boolean dropClosed(Duration longest) throws InterruptedException {
    lanes.dropClosed();
    // The next owner of the partitions must not be overtaken by a request of ours. A lane that
    // pauses between two tries looks at the partitions again before the next one.
    return await(longest, now -> lanes.isSending() ? Long.MAX_VALUE : 0)
        && await(GIVEN_UP_WAIT, lanes::mayHappenFor);
  }

  /**
   * Waits until {@code leftAt}, which is asked again and again, returns 0 or less; returns whether
   * it does.
   */
  private boolean await(Duration longest, LongUnaryOperator leftAt) throws InterruptedException {
    long now = monitor.time().nanos();
    long deadline = now + longest.toNanos();
    while (leftAt.applyAsLong(now) > 0 && monitor.isRunning() && deadline - now > 0) {
      monitor.await(Math.min(deadline - now, leftAt.applyAsLong(now)));
      now = monitor.time().nanos();
    }
    return leftAt.applyAsLong(now) <= 0;
  }

  /**
   * Ends the threads; records that are not written stay uncommitted, and Kafka delivers them again.
   */
  public void stop() {
    monitor.run(monitor::stop);
    database.writer().close();
    threads.forEach(Thread::interrupt);
    long deadline = monitor.time().nanos() + STOP_WAIT.toNanos();
    try {
      for (Thread thread : threads) {
        long left = deadline - monitor.time().nanos();
        thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
        if (thread.isAlive()) {
          LOG.warn("{} is still busy; it ends with its request", thread.getName());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
