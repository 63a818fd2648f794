package com.voltageems.hissrv.redis.source;

import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisNotReadyException;
import com.voltageems.hissrv.redis.source.link.RedisReplyException;
import com.voltageems.hissrv.redis.source.link.RedisUnavailableException;
import com.voltageems.hissrv.redis.source.reader.Signal;
import com.voltageems.hissrv.redis.source.reader.TaskMetrics;
import com.voltageems.hissrv.redis.source.run.Background;
import com.voltageems.hissrv.redis.source.run.Backoff;
import com.voltageems.hissrv.redis.source.run.PartState;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Started task: reads its sources in turn, and waits if none has anything. It backs off as a whole
 * if Redis is away, and for one source if Redis refuses only that one. {@link #poll} is for one
 * thread, {@link #delivered} and {@link #stop} for any thread.
 */
final class RunningRedisSource {
  private static final Logger LOG = LoggerFactory.getLogger(RunningRedisSource.class);

  private final List<Lane> lanes;
  private final Map<String, Lane> byTopic = new HashMap<>();
  private final RedisLink link;
  private final Backoff backoff;
  private final int maxRecords;
  private final Duration maxBlock;
  private final List<Background> background;
  private final TaskMetrics metrics;
  private final StatusRecords status;
  private final SyncTracker sync;
  private final List<Runnable> watches;
  private final WorkerClock clock;

  /** Whether Redis can be reached; logged once for all sources. */
  private final PartState connection = new PartState();

  /** Records that were read but exceed what one poll may return. */
  private List<SourceRecord> rest = List.of();

  private final Signal signal;
  private volatile boolean stopping;
  private int next;
  private long retryAtNanos;

  /**
   * Creates the task.
   *
   * @param maxBlock how long poll waits if there is nothing
   * @param watches check Redis itself from time to time, over an existing connection
   */
  RunningRedisSource(
      List<Lane> lanes,
      RedisLink link,
      Backoff backoff,
      int maxRecords,
      Duration maxBlock,
      List<Background> background,
      Signal signal,
      TaskMetrics metrics,
      StatusRecords status,
      SyncTracker sync,
      List<Runnable> watches,
      WorkerClock clock) {
    this.lanes = List.copyOf(lanes);
    lanes.forEach(lane -> byTopic.put(lane.topic(), lane));
    this.link = link;
    this.backoff = backoff;
    this.maxRecords = maxRecords;
    this.maxBlock = maxBlock;
    this.background = List.copyOf(background);
    this.signal = signal;
    this.metrics = metrics;
    this.status = status;
    this.sync = sync;
    this.watches = List.copyOf(watches);
    this.clock = clock;
    this.retryAtNanos = clock.nanos();
  }

  /**
   * Returns the next records, all of one source except for the task's own status, or null after
   * {@code maxBlock} without any. They need not be stored together: a position holds for its record
   * alone.
   *
   * @throws ConnectException if repeating does not help
   */
  @Nullable List<SourceRecord> poll() throws InterruptedException {
    long start = clock.nanos();
    long deadline = start + maxBlock.toNanos();
    try {
      while (!stopping) {
        requireBackground();
        if (signal.takeLookNow()) {
          lanes.forEach(lane -> lane.reader().wake());
        }
        if (connection.stuck() == null) {
          // Asked before them, too: they may close the connection, which then counts as complete.
          boolean complete = link.isComplete();
          watches.forEach(Runnable::run);
          sync.look(lanes, complete && link.isComplete());
        }
        if (rest.isEmpty()) {
          rest = readOnce();
        }
        List<SourceRecord> batch = takeBatch();
        if (!batch.isEmpty()) {
          return batch;
        }
        if (clock.nanos() - deadline >= 0 || !await(deadline)) {
          return null;
        }
      }
      return null;
    } finally {
      metrics.pollNanos.add(clock.nanos() - start);
      metrics.polls.increment();
    }
  }

  /**
   * Takes at most {@code maxRecords} records: readers count windows and entries, and one that is
   * too large for a record becomes several. The status is added to the batch, or is returned alone.
   */
  private List<SourceRecord> takeBatch() {
    List<SourceRecord> all = rest;
    int size = Math.min(maxRecords, all.size());
    rest = all.subList(size, all.size());
    List<SourceRecord> batch = all.subList(0, size);
    SourceRecord report = status.next(clock.millis(), connection.stuck() == null, sync.state());
    if (report == null) {
      return batch;
    }
    List<SourceRecord> both = new ArrayList<>(size + 1);
    both.addAll(batch);
    both.add(report);
    return both;
  }

  private List<SourceRecord> readOnce() {
    long now = clock.millis();
    if (connection.stuck() != null && clock.nanos() - retryAtNanos < 0) {
      return List.of();
    }
    for (int i = 0; i < lanes.size() && !stopping; i++) {
      Lane lane = lanes.get(next);
      next = (next + 1) % lanes.size();
      // Read the due time before the clock: a reader that is due now returns the clock's time.
      long due = lane.dueNanos();
      if (clock.nanos() - due < 0) {
        if (connection.stuck() == null) {
          lane.look(now);
        }
        continue;
      }
      try {
        long begun = clock.nanos();
        List<SourceRecord> batch = lane.reader().read(maxRecords);
        metrics.readNanos.add(clock.nanos() - begun);
        answered(now);
        if (!lane.passed(batch, now).isEmpty()) {
          return batch;
        }
      } catch (RedisNotReadyException | RedisReplyException e) {
        metrics.failures.increment();
        answered(now);
        lane.refused(e, now);
      } catch (RedisUnavailableException e) {
        if (!stopping) {
          unreachable(e, now);
        }
        return List.of();
      }
    }
    return List.of();
  }

  private void answered(long now) {
    if (connection.stuck() != null) {
      if (connection.passed()) {
        LOG.info("Redis answers again after {} failed attempts", backoff.failures());
      }
      backoff.reset();
      lanes.forEach(lane -> lane.look(now));
    }
  }

  private void unreachable(RedisUnavailableException e, long now) {
    metrics.failures.increment();
    String reason = String.valueOf(e.getMessage());
    retryAtNanos = clock.nanos() + backoff.next().toNanos();
    lanes.forEach(lane -> lane.unreachable(reason, now));
    if (connection.failed(reason, now)) {
      LOG.warn(
          "{}; retrying at least every {} ms{}", reason, backoff.maxMillis(), connection.unsaid());
    }
  }

  private void requireBackground() {
    for (Background thread : background) {
      Throwable failure = thread.failure();
      if (failure != null) {
        throw new ConnectException(
            "a thread of this task has ended: " + failure.getMessage(), failure);
      }
    }
  }

  /** Waits until a source is due or something was signalled; returns false at the deadline. */
  private boolean await(long deadline) throws InterruptedException {
    long until = retryAtNanos;
    if (connection.stuck() == null) {
      until = deadline;
      for (Lane lane : lanes) {
        long due = lane.dueNanos();
        until = due - until < 0 ? due : until;
      }
    }
    until = until - deadline < 0 ? until : deadline;
    signal.await(until - clock.nanos());
    return clock.nanos() - deadline < 0;
  }

  /**
   * Called when Connect has stored the record, or dropped it as configured.
   *
   * @param stored whether Connect has stored it
   */
  void delivered(SourceRecord record, boolean stored) {
    Lane lane = byTopic.get(record.topic());
    if (lane != null) {
      lane.delivered(record, stored);
      if (lane.reader().dueNanos() - clock.nanos() <= 0) {
        signal.raise();
      }
    }
  }

  /** Called when everything given so far is stored or dropped; on the thread of {@link #poll}. */
  void allDelivered() {
    lanes.forEach(Lane::allDelivered);
  }

  /** Ends a waiting poll; {@link #close} frees the rest. */
  void stop() {
    stopping = true;
    signal.raise();
  }

  /** Closes connections and ends threads; call it after the last poll. */
  void close() {
    // Metrics first: they must not outlive the task, whatever fails below.
    metrics.close();
    // All at once: a worker waits only a few seconds for a task to end.
    background.forEach(Background::stop);
    background.forEach(Background::close);
    lanes.forEach(lane -> lane.reader().close());
    link.close();
  }
}
