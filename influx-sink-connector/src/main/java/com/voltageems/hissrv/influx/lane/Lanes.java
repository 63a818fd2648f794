package com.voltageems.hissrv.influx.lane;

import com.voltageems.hissrv.influx.batch.Batch;
import com.voltageems.hissrv.influx.batch.Destination;
import com.voltageems.hissrv.influx.batch.OffsetTracker.Pending;
import com.voltageems.hissrv.influx.batch.Trouble;
import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.influx.delivery.Delivery;
import com.voltageems.hissrv.influx.delivery.Suspects;
import com.voltageems.hissrv.influx.point.Point;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The lanes of a task: one for each group of partitions and destination. Guarded by the monitor.
 */
public final class Lanes {
  private final InfluxSinkConfig config;
  private final Function<Lane, Delivery> deliveries;
  private final long lingerNanos;
  private final Map<Key, Work> lanes = new LinkedHashMap<>();
  private long bufferedBytes;
  private @Nullable Long flushBefore;
  private boolean hurrying;

  private record Key(int group, Destination destination) {}

  /** A lane and the delivery of its batches. */
  private record Work(Lane lane, Delivery delivery) {}

  /** Work that is due: a batch of a lane, or null if only lines set aside are due. */
  record Due(Lane lane, Delivery delivery, @Nullable Batch batch) {
    void deliver() throws InterruptedException {
      if (batch == null) {
        delivery.retrySuspects();
      } else {
        delivery.deliver(batch);
      }
    }
  }

  Lanes(InfluxSinkConfig config, Function<Lane, Delivery> deliveries) {
    this.config = config;
    this.deliveries = deliveries;
    this.lingerNanos = config.writing().linger().toNanos();
  }

  /**
   * Appends a line.
   *
   * @param unscreened see {@link Batch.Line}
   */
  public void add(
      Destination destination,
      Pending pending,
      Point point,
      @Nullable Point unscreened,
      long nowNanos) {
    Key key = new Key(pending.tracker().group(), destination);
    Lane lane = lanes.computeIfAbsent(key, this::newWork).lane();
    bufferedBytes += lane.add(pending, point, unscreened, nowNanos);
  }

  private Work newWork(Key key) {
    Lane lane =
        new Lane(
            key.destination(),
            config.database().lineForm(),
            config.writing().newBatchSize(),
            config.writing().batchBytes());
    return new Work(lane, deliveries.apply(lane));
  }

  public long bufferedBytes() {
    return bufferedBytes;
  }

  /** Returns whether the request of a lane has failed and none of that lane has passed since. */
  public boolean isRetrying() {
    return lanes.values().stream().anyMatch(work -> work.lane().isRetrying());
  }

  /** Returns whether lines wait for their first answer, and there is hope that it comes soon. */
  public boolean isMoving() {
    return !isRetrying() && lanes.values().stream().anyMatch(work -> work.lane().hasWork());
  }

  /** Returns whether a request is under way at this moment. */
  boolean isSending() {
    return lanes.values().stream().anyMatch(work -> work.lane().isSending());
  }

  /**
   * Returns for how many nanoseconds a request of a closed partition may still be executed; 0 or
   * less if there is none.
   */
  long mayHappenFor(long nowNanos) {
    return lanes.values().stream()
        .mapToLong(work -> work.lane().mayHappenFor(nowNanos))
        .max()
        .orElse(0);
  }

  /** Returns what holds partitions up. */
  public List<Trouble> troubles() {
    return lanes.values().stream().flatMap(work -> work.lane().troubles().stream()).toList();
  }

  /** Lines that came before this moment no longer wait for their batch to fill; null ends that. */
  public void flush(@Nullable Long before) {
    flushBefore = before;
  }

  /**
   * Sets whether lines are sent without waiting for their request to fill, because no more lines
   * come.
   */
  public void hurry(boolean now) {
    hurrying = now;
  }

  private long lingerNanos() {
    return hurrying ? 0 : lingerNanos;
  }

  /** Drops the lines of closed partitions. */
  void dropClosed() {
    for (Work work : lanes.values()) {
      bufferedBytes -= work.lane().drop(line -> line.pending().tracker().isClosed());
    }
  }

  /** Takes what is due; null if nothing is. Its lane is busy until {@link #release}. */
  @Nullable Due take(long nowNanos) {
    Work first = null;
    long firstDue = Long.MAX_VALUE;
    for (Work work : lanes.values()) {
      long due = work.lane().dueIn(nowNanos, lingerNanos(), flushBefore);
      if (due < firstDue) {
        first = work;
        firstDue = due;
      }
    }
    return first == null || firstDue > 0
        ? null
        : new Due(
            first.lane(),
            first.delivery(),
            first.lane().take(nowNanos, lingerNanos(), flushBefore));
  }

  /** Returns in how many nanoseconds something is due, unless more lines come. */
  long dueIn(long nowNanos) {
    long first = Long.MAX_VALUE;
    for (Work work : lanes.values()) {
      first = Math.min(first, work.lane().dueIn(nowNanos, lingerNanos(), flushBefore));
    }
    return first;
  }

  /** The work that was taken is done, except for lines set aside. */
  void release(Due due) {
    Suspects suspects = due.delivery().suspects();
    due.lane().release(suspects);
    bufferedBytes -= due.batch() == null ? 0 : due.batch().byteCount();
  }
}
