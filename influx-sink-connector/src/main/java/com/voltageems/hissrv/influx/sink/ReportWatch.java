package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.metrics.SinkMetrics;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when a dead letter does not arrive. Connect hands the record to a producer that waits
 * without end for a topic that is not there, and waits for it on the task's own thread, in the
 * report or before the next commit: all topics stand still, no offset can be committed, and so no
 * commit metadata can say why. What is left to tell by is a metric and the log. Nothing is given
 * up, since a broker that is away looks the same, and is waited for.
 */
final class ReportWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ReportWatch.class);
  private static final Duration AGAIN = Duration.ofMinutes(1);
  private static final ScheduledThreadPoolExecutor TIMER = timer();

  private final SinkMetrics metrics;
  private final String topic;
  private final Duration patience;

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
  Watched begin(String record) {
    metrics.reporting(1);
    ScheduledFuture<?> teller =
        TIMER.scheduleWithFixedDelay(
            () -> tell(record), patience.toMillis(), AGAIN.toMillis(), TimeUnit.MILLISECONDS);
    return () -> {
      if (teller.cancel(false)) {
        metrics.reporting(-1);
      }
    };
  }

  /** A record on its way. */
  interface Watched {
    /** It has arrived, or is somebody else's. */
    void end();
  }

  private void tell(String record) {
    String message =
        record
            + " waits to be taken by the dead-letter queue, and everything waits behind it: is the"
            + " topic "
            + topic
            + " there (errors.deadletterqueue.topic.name), may this worker write to it, and do the"
            + " brokers answer?";
    metrics.failed(message);
    LOG.warn("{}", message);
  }
}
