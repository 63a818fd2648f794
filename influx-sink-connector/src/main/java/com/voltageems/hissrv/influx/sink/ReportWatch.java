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
 * Tells when a dead letter does not arrive. Connect hands the record to a producer that waits
 * without end for a topic that is not there, and waits for it on the task's own thread, in the
 * report or before the next commit: all topics stand still, no offset can be committed, and so no
 * commit metadata can say why. What is left to tell by is a metric and the log. Nothing is given
 * up, since a broker that is away looks the same, and is waited for. From any thread.
 */
final class ReportWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ReportWatch.class);
  private static final Duration AGAIN = Duration.ofMinutes(1);
  private static final ScheduledThreadPoolExecutor TIMER = timer();

  private final SinkMetrics metrics;
  private final String topic;
  private final Duration patience;

  /** The oldest first. */
  private final Set<Waiting> waiting = new LinkedHashSet<>();

  private @Nullable ScheduledFuture<?> teller;

  /**
   * For one task.
   *
   * @param topic the dead-letter queue's
   * @param patience how long a report may take before it is told
   */
  ReportWatch(SinkMetrics metrics, String topic, Duration patience) {
    this.metrics = metrics;
    this.topic = topic;
    this.patience = patience;
  }

  /** Its thread ends when there is nothing to watch, so that no task leaves one behind. */
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

  /** One is told of for all: with brokers away there may be thousands. */
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
    /** It has arrived, or is somebody else's. */
    void end();
  }

  /** Two of the same record are two. */
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

  /** How many wait besides it; less than none where it does not wait any more. */
  private synchronized int others(Waiting oldest) {
    return oldest() == oldest ? waiting.size() - 1 : -1;
  }
}
