package com.voltageems.hissrv.influx.lane;

import com.voltageems.hissrv.influx.batch.Batch;
import com.voltageems.hissrv.influx.batch.Destination;
import com.voltageems.hissrv.influx.batch.OffsetTracker.Pending;
import com.voltageems.hissrv.influx.batch.RejectReason;
import com.voltageems.hissrv.influx.batch.Trouble;
import com.voltageems.hissrv.influx.delivery.Progress;
import com.voltageems.hissrv.influx.metrics.SinkMetrics;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Record of what a delivery reports about the lines of its lane. For the thread that delivers them.
 */
final class LaneProgress implements Progress {
  private final Lane lane;
  private final Task task;
  private final Monitor monitor;
  private final SinkMetrics metrics;

  /**
   * The objects that all lanes of a task share.
   *
   * @param answered called, in the monitor, for a line's record each time the line has its answer
   */
  record Task(
      Monitor monitor,
      Accepted accepted,
      RetryLog retryLog,
      SinkMetrics metrics,
      Consumer<Pending> answered) {}

  LaneProgress(Lane lane, Task task) {
    this.lane = lane;
    this.task = task;
    this.monitor = task.monitor();
    this.metrics = task.metrics();
  }

  @Override
  public long nanoTime() {
    return monitor.time().nanos();
  }

  @Override
  public long wallMillis() {
    return monitor.time().millis();
  }

  @Override
  public void written(Batch batch, long startNanos, Duration took) {
    monitor.run(
        () -> {
          task.accepted().add(batch.destination(), startNanos);
          lane.passed();
          lane.size().written(batch.size(), took);
          metrics.batchLines(lane.size().lines());
        });
    metrics.written(batch.size(), batch.fieldCount(), batch.byteCount(), took.toMillis());
  }

  @Override
  public void awaitOwnership() throws InterruptedException {
    monitor.waiting(
        () -> {
          long doubtful = monitor.lease().doubtfulFor();
          while (doubtful > 0) {
            rest(nanoTime() + doubtful);
            doubtful = monitor.lease().doubtfulFor();
          }
          return doubtful;
        });
  }

  @Override
  public boolean acceptedSince(Destination destination, long nanos) {
    return monitor.get(() -> task.accepted().since(destination, nanos));
  }

  @Override
  public boolean hasWritten() {
    return monitor.get(task.accepted()::isAny);
  }

  @Override
  public void refused(Pending pending, RejectReason kind, String reason) {
    metrics.rejected(kind);
    monitor.run(() -> pending.complain(reason));
  }

  @Override
  public void done(List<Batch.Line> lines) {
    monitor.run(
        () -> {
          for (Batch.Line line : lines) {
            line.pending().answered();
            task.answered().accept(line.pending());
          }
          monitor.changed();
        });
  }

  @Override
  public void split(Pending pending) {
    monitor.run(() -> pending.expect(1));
  }

  @Override
  public void tooLarge(int lines) {
    monitor.run(() -> lane.size().tooLarge(lines));
  }

  @Override
  public void pause(Batch batch, Duration pause, String reason) throws InterruptedException {
    long now = nanoTime();
    monitor.waiting(
        () -> {
          Trouble trouble = lane.failed(batch, reason, wallMillis());
          task.retryLog().failed(trouble.firstRecord(), reason, pause, now);
          // Counted last, so that a reader who sees the count also finds the log message.
          metrics.retried(reason);
          rest(now + pause.toNanos());
          return trouble;
        });
  }

  private void rest(long until) throws InterruptedException {
    lane.resting(true);
    try {
      monitor.changed();
      while (until - nanoTime() > 0 && !monitor.isStopping()) {
        monitor.await(until - nanoTime());
      }
      if (monitor.isStopping()) {
        throw new InterruptedException("the task stops");
      }
    } finally {
      lane.resting(false);
    }
  }

  @Override
  public void gaveUp(Batch batch, long until) {
    monitor.run(() -> lane.gaveUp(batch, until, nanoTime()));
  }

  @Override
  public void hold(Batch batch, Duration pause, String reason) throws InterruptedException {
    long now = nanoTime();
    monitor.waiting(
        () -> {
          Trouble trouble = lane.failed(batch, reason, wallMillis());
          task.retryLog().failed(trouble.firstRecord(), reason, pause, now);
          rest(now + pause.toNanos());
          return trouble;
        });
  }

  @Override
  public void failedAgain(Batch line, String reason) {
    metrics.retried(reason);
    task.retryLog()
        .failed(line.lines().get(0).pending().where(), reason, Duration.ZERO, nanoTime());
  }
}
