package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.batch.OffsetTracker.Pending;
import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.influx.metrics.SinkMetrics;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sender of refused records to the dead-letter queue; seals those that have arrived there. For the
 * task's thread.
 *
 * <p>Connect's reporter forgets a report that has already failed when the reporter looks at it,
 * such as a record that is too large for the producer: it returns a future that is done. A report
 * still on its way to a broker has a future that is not done yet. So nobody can tell whether a
 * report whose future is done at once has arrived: on a busy machine a broker may answer before the
 * reporter looks. This class sends it again, and treats it as too large if that goes on.
 */
final class DeadLetters {
  private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);

  private static final Duration TOLD_AFTER = Duration.ofSeconds(10);

  /** How often a form is sent of which nobody can tell whether it has arrived. */
  private static final int TRIES = 3;

  private final InfluxSinkConfig config;
  private final @Nullable ErrantRecordReporter reporter;
  private final SinkMetrics metrics;
  private final Consumer<Pending> seal;
  private final ReportWatch watch;
  private final List<Report> underWay = new ArrayList<>();

  /**
   * Refused records without a dead-letter queue; each one fails the task once it is the first open
   * record of its partition.
   */
  private final Deque<Pending> unreportable = new ArrayDeque<>();

  /** What a dead letter has of its record; less if the topic does not take more. */
  private enum Form {
    WHOLE(""),
    WITHOUT_VALUE("value is"),
    WITHOUT_KEY("value and its key are");

    private final String missing;

    Form(String missing) {
      this.missing = missing;
    }
  }

  /**
   * A record on its way to the dead-letter queue.
   *
   * @param tries how often it has been sent in this form, with this time
   */
  private record Report(
      Pending pending,
      String message,
      Form form,
      int tries,
      Future<Void> future,
      ReportWatch.Watched watched) {}

  /**
   * @param seal called when a record's fate is decided
   */
  DeadLetters(
      InfluxSinkConfig config,
      @Nullable ErrantRecordReporter reporter,
      SinkMetrics metrics,
      Consumer<Pending> seal) {
    this.config = config;
    this.reporter = reporter;
    this.metrics = metrics;
    this.seal = seal;
    this.watch = new ReportWatch(metrics, config.records().deadLetterTopic(), TOLD_AFTER);
  }

  /** Takes over a refused record. */
  void add(Pending pending) {
    String message = pending.where() + ": " + pending.complaint();
    if (config.records().dropRejected()) {
      LOG.debug("dropped {}", message);
      metrics.dropped();
      seal.accept(pending);
    } else if (reporter == null || config.records().reportsToTheLogOnly()) {
      // If the task went on, nobody would notice that the record is missing.
      unreportable.addLast(pending);
    } else {
      send(pending, message, Form.WHOLE, 1);
      metrics.reported();
    }
  }

  /**
   * Seals the records whose reports have arrived.
   *
   * @throws ConnectException if a record cannot be reported; the records before it are sealed by
   *     then
   */
  void settle() {
    for (Report report : List.copyOf(underWay)) {
      if (report.future().isDone()) {
        underWay.remove(report);
        report.watched().end();
        arrived(report);
      }
    }
    for (Pending pending : unreportable) {
      if (pending.isFirstOpen()) {
        throw new ConnectException(
            pending.where()
                + ": "
                + pending.complaint()
                + ". "
                + config.records().missingDeadLetters());
      }
    }
  }

  /** Returns whether a report is under way. */
  boolean isBusy() {
    return !underWay.isEmpty();
  }

  /** Forgets the records of partitions that belong to another task by now. */
  void forgetClosed() {
    underWay.removeIf(this::isElsewhere);
    unreportable.removeIf(pending -> pending.tracker().isClosed());
  }

  private boolean isElsewhere(Report report) {
    boolean closed = report.pending().tracker().isClosed();
    if (closed) {
      report.watched().end();
    }
    return closed;
  }

  private void send(Pending pending, String reason, Form form, int tries) {
    SinkRecord record = form == Form.WHOLE ? pending.record() : shortened(pending, form);
    String message =
        form == Form.WHOLE
            ? reason
            : reason
                + ". The "
                + form.missing
                + " left out here: with it, the record could not be written to the dead-letter"
                + " queue. It stands in its topic, at this partition and offset; to have such"
                + " records here, raise producer.override.max.request.size and the topic's"
                + " max.message.bytes";
    Future<Void> future;
    ReportWatch.Watched watched = watch.begin(pending.where());
    try {
      future = reporterOrFail().report(record, new DataException(message));
    } catch (RuntimeException e) {
      watched.end();
      throw new ConnectException(
          message
              + ". It could not be reported: "
              + e.getMessage()
              + config.records().missingTolerance(),
          e);
    }
    Report report = new Report(pending, reason, form, tries, future, watched);
    if (future.isDone() && config.records().hasDeadLetterTopic()) {
      watched.end();
      failed(report, cause(future));
    } else {
      underWay.add(report);
    }
  }

  private ErrantRecordReporter reporterOrFail() {
    if (reporter == null) {
      throw new IllegalStateException("no reporter");
    }
    return reporter;
  }

  private void arrived(Report report) {
    Throwable cause = cause(report.future());
    if (cause == null) {
      seal.accept(report.pending());
    } else {
      failed(report, cause);
    }
  }

  /** Returns why a future that is done has failed; null if it does not say. */
  private static @Nullable Throwable cause(Future<Void> future) {
    try {
      future.get();
      return null;
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (CancellationException e) {
      return e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ConnectException("interrupted", e);
    }
  }

  private void failed(Report report, @Nullable Throwable cause) {
    if (cause == null && report.tries() < TRIES) {
      LOG.debug("{} is reported again: whether it arrived is not known", report.pending().where());
      send(report.pending(), report.message(), report.form(), report.tries() + 1);
      return;
    }
    boolean perhapsTooLarge = cause == null || cause instanceof RecordTooLargeException;
    Form next = perhapsTooLarge ? shorter(report) : null;
    if (next != null) {
      LOG.warn(
          "{} could not be written to the dead-letter queue as it is; it is reported, and its {} left"
              + " out",
          report.pending().where(),
          next.missing);
      send(report.pending(), report.message(), next, 1);
      return;
    }
    throw new ConnectException(
        report.pending().where()
            + " could not be written to the dead-letter queue"
            + (cause == null ? "; the worker's log says why" : ": " + cause.getMessage())
            + (perhapsTooLarge
                ? ". Raise max.message.bytes of the topic "
                    + config.records().deadLetterTopic()
                    + " (errors.deadletterqueue.topic.name) and"
                    + " producer.override.max.request.size"
                : "")
            + ". It was refused because: "
            + report.message(),
        cause);
  }

  /** Returns the next form to try; null if there is none that is smaller. */
  private static @Nullable Form shorter(Report report) {
    return switch (report.form()) {
      case WHOLE -> Form.WITHOUT_VALUE;
      case WITHOUT_VALUE -> report.pending().record().key() == null ? null : Form.WITHOUT_KEY;
      case WITHOUT_KEY -> null;
    };
  }

  /**
   * Returns a new record without the value. A copy made by {@code newRecord} would not do: the
   * reporter would send the original record again.
   */
  private static SinkRecord shortened(Pending pending, Form form) {
    SinkRecord record = pending.record();
    boolean keepsKey = form == Form.WITHOUT_VALUE;
    return new SinkRecord(
        pending.tracker().partition().topic(),
        pending.tracker().partition().partition(),
        keepsKey ? record.keySchema() : null,
        keepsKey ? record.key() : null,
        null,
        null,
        pending.offset(),
        record.timestamp(),
        record.timestampType());
  }
}
