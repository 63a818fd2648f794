package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.metrics.SinkMetrics;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watchdog for dead letters that do not arrive. Connect hands the record to a producer, and if its
 * topic does not exist, the producer waits for it without end. It waits on the task's own thread,
 * in the report or before the next commit: all topics stand still, no offset can be committed, and
 * so no commit metadata can say why. Only a metric and the log are left to report it. Nothing is
 * given up, since an unreachable broker looks the same, and for that the task has to wait.
 * Thread-safe.
 */
final class ReportWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ReportWatch.class);
  private static final Duration AGAIN = Duration.ofMinutes(1);
  private static final ScheduledThreadPoolExecutor TIMER = timer();

  private final SinkMetrics metrics;
  private final String topic;
  private final Duration patience;

  /** The records on their way, the oldest first. */
  private final Set<Waiting> waiting = new LinkedHashSet<>();

  private @Nullable ScheduledFuture<?> teller;

  /**
   * @param topic the topic of the dead-letter queue
   * @param patience how long a report may take before a warning
   */
  ReportWatch(SinkMetrics metrics, String topic, Duration patience) {
    this.metrics = metrics;
    this.topic = topic;
    this.patience = patience;
  }

  /**
   * Returns a timer whose thread ends when there is nothing to watch, so that no task leaves a
   * thread behind.
   */
  private static ScheduledThreadPoolExecutor timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "hissrv-dead-letters");
              thread.setDaemon(true);
              return thread;
            });
    timer.setKeepAliveTime(5, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  /** Watches a record from now on, until it has arrived. */
  synchronized Watched begin(String record) {
    Waiting one = new Waiting(record, metrics.millis());
    waiting.add(one);
    if (waiting.size() == 1) {
      watchOldest();
    }
    return () -> end(one);
  }

  private synchronized void end(Waiting one) {
    boolean isOldest = oldest() == one;
    waiting.remove(one);
    if (isOldest) {
      watchOldest();
    }
  }

  private @Nullable Waiting oldest() {
    return waiting.isEmpty() ? null : waiting.iterator().next();
  }

  /**
   * Warns about the oldest record on behalf of all: while brokers are away there may be thousands.
   */
  private void watchOldest() {
    if (teller != null) {
      teller.cancel(false);
    }
    Waiting oldest = oldest();
    metrics.reportingSince(oldest == null ? 0 : oldest.since);
    teller =
        oldest == null
            ? null
            : TIMER.scheduleWithFixedDelay(
                () -> tell(oldest), patience.toMillis(), AGAIN.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** A record on its way. */
  interface Watched {
    /** The record has arrived, or belongs to another task by now. */
    void end();
  }

  /** A record on its way. Not a Java record: two of the same Kafka record must not be equal. */
  private static final class Waiting {
    private final String record;
    private final long since;

    private Waiting(String record, long since) {
      this.record = record;
      this.since = since;
    }
  }

  private void tell(Waiting oldest) {
    int others = others(oldest);
    if (others < 0) {
      return;
    }
    String message =
        oldest.record
            + (others == 0 ? " waits" : " and " + others + " more wait")
            + " to be taken by the dead-letter queue, and everything waits behind "
            + (others == 0 ? "it" : "them")
            + ": is the topic "
            + topic
            + " there (errors.deadletterqueue.topic.name), may this worker write to it, and do the"
            + " brokers answer?";
    metrics.failed(message);
    LOG.warn("{}", message);
  }

  /**
   * Returns how many records wait besides this one; negative if this one is not the oldest any
   * more.
   */
  private synchronized int others(Waiting oldest) {
    return oldest() == oldest ? waiting.size() - 1 : -1;
  }
}
