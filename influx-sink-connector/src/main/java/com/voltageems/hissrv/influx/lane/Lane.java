package com.voltageems.hissrv.influx.lane;

import com.voltageems.hissrv.influx.batch.Batch;
import com.voltageems.hissrv.influx.batch.BatchSize;
import com.voltageems.hissrv.influx.batch.Destination;
import com.voltageems.hissrv.influx.batch.OffsetTracker;
import com.voltageems.hissrv.influx.batch.Trouble;
import com.voltageems.hissrv.influx.delivery.Suspects;
import com.voltageems.hissrv.influx.point.LineForm;
import com.voltageems.hissrv.influx.point.Point;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The queue of lines of one partition group for one destination. A lane has at most one request
 * under way, which keeps the lines in order. Guarded by the lock of the running sink.
 */
final class Lane {
  /**
   * The most lines in a piece of the queue. Lines are collected in pieces, and a request is put
   * together from pieces when it begins.
   */
  private static final int PIECE = 256;

  private final Destination destination;
  private final LineForm form;
  private final BatchSize size;
  private final int maxBytes;
  private final Deque<Queued> queue = new ArrayDeque<>();
  private int queuedLines;
  private int queuedBytes;
  private boolean busy;
  private boolean resting;
  private @Nullable Trouble trouble;
  private List<Trouble> setAside = List.of();
  private @Nullable Long setAsideDue;

  /**
   * The partitions of requests without an answer, which may still be executed until {@code
   * givenUpUntil}.
   */
  private final Set<OffsetTracker> givenUp = Collections.newSetFromMap(new IdentityHashMap<>());

  private long givenUpUntil;

  Lane(Destination destination, LineForm form, BatchSize size, int maxBytes) {
    this.destination = destination;
    this.form = form;
    this.size = size;
    this.maxBytes = maxBytes;
  }

  /** A piece of the queue, and when its first line came. */
  private record Queued(Batch batch, long sinceNanos) {}

  /**
   * Appends a line; returns how many bytes it has.
   *
   * @param unscreened see {@link Batch.Line}
   */
  int add(OffsetTracker.Pending pending, Point point, @Nullable Point unscreened, long nowNanos) {
    Queued last = queue.peekLast();
    if (last == null || last.batch().size() >= PIECE) {
      last = new Queued(new Batch(destination, form), nowNanos);
      queue.addLast(last);
    }
    int before = last.batch().byteCount();
    last.batch().add(pending, point, unscreened);
    int bytes = last.batch().byteCount() - before;
    queuedLines++;
    queuedBytes += bytes;
    return bytes;
  }

  private boolean hasEnough() {
    return queuedLines >= size.enough() || queuedBytes >= maxBytes;
  }

  /**
   * Returns in how many nanoseconds there is something to do; 0 or less means now.
   *
   * @param flushBefore batches that began before this moment wait no longer
   * @return {@link Long#MAX_VALUE} if there is nothing to do, or a request is under way
   */
  long dueIn(long nowNanos, long lingerNanos, @Nullable Long flushBefore) {
    if (busy) {
      return Long.MAX_VALUE;
    }
    long aside = setAsideDue == null ? Long.MAX_VALUE : setAsideDue - nowNanos;
    return Math.min(aside, batchDueIn(nowNanos, lingerNanos, flushBefore));
  }

  private long batchDueIn(long nowNanos, long lingerNanos, @Nullable Long flushBefore) {
    Queued first = queue.peekFirst();
    if (first == null) {
      return Long.MAX_VALUE;
    }
    boolean flush = flushBefore != null && first.sinceNanos() - flushBefore <= 0;
    if (flush || hasEnough()) {
      return 0;
    }
    return lingerNanos - (nowNanos - first.sinceNanos());
  }

  /**
   * Takes the oldest lines, if they are due; the lane is busy until {@link #release}.
   *
   * @return null if only lines that were set aside are due
   */
  @Nullable Batch take(long nowNanos, long lingerNanos, @Nullable Long flushBefore) {
    boolean due = batchDueIn(nowNanos, lingerNanos, flushBefore) <= 0;
    busy = true;
    return due ? nextBatch() : null;
  }

  private Batch nextBatch() {
    Batch next = new Batch(destination, form);
    while (!queue.isEmpty() && next.size() < size.lines() && next.byteCount() < maxBytes) {
      Queued first = queue.removeFirst();
      Batch piece = first.batch();
      int taken = next.fill(piece, size.lines(), maxBytes);
      if (taken < piece.size()) {
        queue.addFirst(new Queued(piece.part(taken, piece.size()), first.sinceNanos()));
      }
    }
    queuedLines -= next.size();
    queuedBytes -= next.byteCount();
    return next;
  }

  /** The batch that was taken is done, except for lines set aside. */
  void release(Suspects suspects) {
    busy = false;
    trouble = null;
    setAside = suspects.troubles();
    setAsideDue = suspects.nextDue();
  }

  /** Returns whether lines wait for their first answer. */
  boolean hasWork() {
    return busy || !queue.isEmpty();
  }

  /** Returns whether the lane's request has failed and no request has passed since. */
  boolean isRetrying() {
    return trouble != null;
  }

  /** The lane's request has failed. */
  Trouble failed(Batch batch, String reason, long nowMillis) {
    Trouble before = trouble;
    Trouble now =
        before == null
            ? Trouble.of(nowMillis, 1, reason, batch)
            : Trouble.of(before.sinceMillis(), before.tries() + 1, reason, batch);
    trouble = now;
    return now;
  }

  /** A request has passed. */
  void passed() {
    trouble = null;
  }

  /** Returns what holds partitions up: the request that is tried again, and the lines set aside. */
  List<Trouble> troubles() {
    if (trouble == null) {
      return setAside;
    }
    List<Trouble> all = new ArrayList<>(setAside);
    all.add(trouble);
    return all;
  }

  /** Sets whether the lane pauses between a failed request and the next try. */
  void resting(boolean now) {
    resting = now;
  }

  /** A request without an answer may be executed until this moment. */
  void gaveUp(Batch batch, long untilNanos, long nowNanos) {
    if (givenUpUntil - nowNanos <= 0) {
      givenUp.clear();
    }
    givenUpUntil = untilNanos;
    batch.lines().forEach(line -> givenUp.add(line.pending().tracker()));
  }

  /**
   * Returns for how many nanoseconds a request of a closed partition may still be executed; 0 or
   * less if there is none.
   */
  long mayHappenFor(long nowNanos) {
    return givenUp.stream().anyMatch(OffsetTracker::isClosed) ? givenUpUntil - nowNanos : 0;
  }

  /** Returns whether a request is under way at this moment. */
  boolean isSending() {
    return busy && !resting;
  }

  BatchSize size() {
    return size;
  }

  /** Drops the unwanted queued lines; returns how many bytes they had. */
  long drop(Predicate<Batch.Line> unwanted) {
    Deque<Queued> kept = new ArrayDeque<>();
    long bytes = 0;
    for (Queued queued : queue) {
      Batch left = queued.batch().only(unwanted.negate());
      bytes += queued.batch().byteCount() - left.byteCount();
      queuedLines -= queued.batch().size() - left.size();
      if (!left.isEmpty()) {
        kept.addLast(new Queued(left, queued.sinceNanos()));
      }
    }
    queue.clear();
    queue.addAll(kept);
    queuedBytes -= (int) bytes;
    return bytes;
  }
}
