package com.voltageems.hissrv.redis.source;

import com.voltageems.hissrv.redis.source.link.RedisReplyException;
import com.voltageems.hissrv.redis.source.reader.RejectReason;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.reader.SourceReader;
import com.voltageems.hissrv.redis.source.run.Backoff;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import com.voltageems.hissrv.redis.source.type.SourceCommon;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One source of a task, and when to try it: if Redis refuses one source, the others must not wait.
 * For the task's thread.
 */
final class Lane {
  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

  private final SourceCommon source;
  private final SourceReader reader;
  private final SourceMetrics metrics;
  private final Backoff backoff;
  private final WorkerClock clock;

  /** Returns what is wrong with everything that the task reads; null if nothing is. */
  private final Supplier<@Nullable String> general;

  /** Whether the last attempt was refused; then {@code retryAtNanos} applies. */
  private boolean refused;

  private long retryAtNanos;

  /** Number of records that Connect has received, but neither stored nor dropped yet. */
  private final AtomicLong undelivered = new AtomicLong();

  Lane(
      SourceCommon source,
      SourceReader reader,
      SourceMetrics metrics,
      Backoff backoff,
      WorkerClock clock,
      Supplier<@Nullable String> general) {
    this.source = source;
    this.general = general;
    this.clock = clock;
    this.reader = reader;
    this.metrics = metrics;
    this.backoff = backoff;
  }

  SourceReader reader() {
    return reader;
  }

  String alias() {
    return source.alias();
  }

  String topic() {
    return source.topic();
  }

  /**
   * Returns the same as {@link SourceReader#dueNanos}, or the time of the next attempt after a
   * refusal.
   */
  long dueNanos() {
    return refused ? retryAtNanos : reader.dueNanos();
  }

  /** Handles an attempt that succeeded, and returns its records. */
  List<SourceRecord> passed(List<SourceRecord> records, long nowMillis) {
    refused = false;
    backoff.reset();
    look(nowMillis);
    undelivered.addAndGet(records.size());
    return records;
  }

  /**
   * Called when Connect has stored the record, or dropped it as configured. From any thread.
   *
   * @param stored whether Connect has stored it
   */
  void delivered(SourceRecord record, boolean stored) {
    undelivered.decrementAndGet();
    if (!stored) {
      metrics.droppedByConnect.increment();
    }
    reader.delivered(record);
  }

  /** Called when everything given so far is stored or dropped; on the task's thread. */
  void allDelivered() {
    // Connect reported the stored records one by one, so the remaining ones were dropped.
    metrics.droppedByConnect.add(Math.max(0, undelivered.getAndSet(0)));
    reader.allDelivered();
  }

  /** Returns whether everything that was there at the last look is in Kafka. */
  boolean isSettled() {
    return !refused && undelivered.get() <= 0 && reader.dueNanos() - clock.nanos() > 0;
  }

  /** Handles that Redis refuses this source. */
  void refused(RuntimeException e, long nowMillis) {
    refused = true;
    if (e instanceof RedisReplyException reply && !reply.error().isAway()) {
      metrics.reject(reply.error().isWrongType() ? RejectReason.WRONG_TYPE : RejectReason.REPLY);
    }
    Duration wait = backoff.next();
    retryAtNanos = clock.nanos() + wait.toNanos();
    if (metrics.state.failed(String.valueOf(e.getMessage()), nowMillis)) {
      LOG.warn(
          "Source {}: {}; retrying at least every {} ms, the other sources continue{}",
          source.alias(),
          e.getMessage(),
          backoff.maxMillis(),
          metrics.state.unsaid());
    }
  }

  /**
   * Handles that Redis cannot be reached, which stops all sources and is logged once for all of
   * them.
   */
  void unreachable(String reason, long nowMillis) {
    metrics.state.failedWithOthers(reason, nowMillis);
  }

  /**
   * Checks what can be seen without asking Redis, unless the last attempt has already reported an
   * error.
   */
  void look(long nowMillis) {
    if (refused) {
      return;
    }
    String own = reader.trouble();
    String trouble = own == null ? general.get() : own;
    if (trouble != null) {
      if (metrics.state.holdsUp(trouble, nowMillis)) {
        LOG.warn("Source {}: {}{}", source.alias(), trouble, metrics.state.unsaid());
      }
    } else if (metrics.state.passed()) {
      LOG.info("Source {}: continues", source.alias());
    }
  }
}
