package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.point.Dialect;
import com.voltageems.hissrv.influx.point.Point;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The queue of lines of one partition group for one destination. One request of it is under way at
 * a time, which keeps the lines in order. Guarded by the lock of {@link RunningInfluxSink}.
 */
final class Lane {
  private final Destination destination;
  private final Dialect dialect;
  private final BatchSize size;
  private final int maxBytes;
  private final Deque<Queued> queue = new ArrayDeque<>();
  private boolean busy;
  private boolean retrying;
  private boolean resting;

  Lane(Destination destination, Dialect dialect, BatchSize size, int maxBytes) {
    this.destination = destination;
    this.dialect = dialect;
    this.size = size;
    this.maxBytes = maxBytes;
  }

  /** A batch and when its first line came. */
  private record Queued(Batch batch, long sinceNanos) {}

  /** Appends a line; answers how many bytes it has. */
  int add(OffsetTracker.Pending pending, Point point, Batch.PointSource source, long nowNanos) {
    Queued last = queue.peekLast();
    if (last == null || isFull(last.batch())) {
      last = new Queued(new Batch(destination, dialect), nowNanos);
      queue.addLast(last);
    }
    int before = last.batch().byteCount();
    last.batch().add(pending, point, source);
    return last.batch().byteCount() - before;
  }

  private boolean isFull(Batch batch) {
    return batch.size() >= size.lines() || batch.byteCount() >= maxBytes;
  }

  /**
   * In how many nanoseconds there is a batch to take: 0 or less is now.
   *
   * @param flushBefore batches that began before this moment wait no longer
   * @return {@link Long#MAX_VALUE} when there is nothing, or a request is under way
   */
  long dueIn(long nowNanos, long lingerNanos, @Nullable Long flushBefore) {
    Queued first = queue.peekFirst();
    if (busy || first == null) {
      return Long.MAX_VALUE;
    }
    boolean flush = flushBefore != null && first.sinceNanos() - flushBefore <= 0;
    if (flush || queue.size() > 1 || isFull(first.batch())) {
      return 0;
    }
    return lingerNanos - (nowNanos - first.sinceNanos());
  }

  /** Takes the oldest batch; the lane is busy until {@link #release()}. */
  Batch take() {
    busy = true;
    return queue.removeFirst().batch();
  }

  void release() {
    busy = false;
    retrying = false;
  }

  boolean isRetrying() {
    return retrying;
  }

  /** Its request has failed, and has not passed since. */
  void retrying(boolean now) {
    retrying = now;
  }

  /** Its request has failed, and is not under way again yet. */
  void resting(boolean now) {
    resting = now;
  }

  /** Whether a request is under way at this moment. */
  boolean isSending() {
    return busy && !resting;
  }

  BatchSize size() {
    return size;
  }

  /** Drops queued lines; answers how many bytes went. */
  long drop(Predicate<Batch.Line> unwanted) {
    Deque<Queued> kept = new ArrayDeque<>();
    long bytes = 0;
    for (Queued queued : queue) {
      Batch left = queued.batch().only(unwanted.negate());
      bytes += queued.batch().byteCount() - left.byteCount();
      if (!left.isEmpty()) {
        kept.addLast(new Queued(left, queued.sinceNanos()));
      }
    }
    queue.clear();
    queue.addAll(kept);
    return bytes;
  }
}
