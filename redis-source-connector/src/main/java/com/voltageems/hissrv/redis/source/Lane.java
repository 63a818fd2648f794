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
 * One source of a task, and how often it is tried: what Redis refuses to one source must not hold
 * up the others. For the task's thread.
 */
final class Lane {
  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

  private final SourceCommon source;
  private final SourceReader reader;
  private final SourceMetrics metrics;
  private final Backoff backoff;
  private final WorkerClock clock;

  /** What is wrong with all that the task reads; null for nothing. */
  private final Supplier<@Nullable String> general;

  /** Whether the last attempt was refused: then {@code retryAtNanos} counts. */
  private boolean refused;

  private long retryAtNanos;

  /** Records given to Connect that it has neither stored nor dropped yet. */
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

  /** As {@link SourceReader#dueNanos}, not before it may be tried again. */
  long dueNanos() {
    return refused ? retryAtNanos : reader.dueNanos();
  }

  /** The records, after an attempt that passed. */
  List<SourceRecord> passed(List<SourceRecord> records, long nowMillis) {
    refused = false;
    backoff.reset();
    look(nowMillis);
    undelivered.addAndGet(records.size());
    return records;
  }

  /**
   * Connect has stored the record, or dropped it as configured. From any thread.
   *
   * @param stored whether it has stored it
   */
  void delivered(SourceRecord record, boolean stored) {
    undelivered.decrementAndGet();
    if (!stored) {
      metrics.droppedByConnect.increment();
    }
    reader.delivered(record);
  }

  /** Everything given so far is stored or dropped; on the task's thread. */
  void allDelivered() {
    // Of those that it has stored Connect has told one by one.
    metrics.droppedByConnect.add(Math.max(0, undelivered.getAndSet(0)));
    reader.allDelivered();
  }

  /** Whether everything that was there at the last look is in Kafka. */
  boolean isSettled() {
    return !refused && undelivered.get() <= 0 && reader.dueNanos() - clock.nanos() > 0;
  }

  /** Redis refuses this source. */
  void refused(RuntimeException e, long nowMillis) {
    refused = true;
    if (e instanceof RedisReplyException reply) {
      metrics.reject(reply.error().isWrongType() ? RejectReason.WRONG_TYPE : RejectReason.REPLY);
    }
    Duration wait = backoff.next();
    retryAtNanos = clock.nanos() + wait.toNanos();
    if (metrics.state.failed(String.valueOf(e.getMessage()), nowMillis)) {
      LOG.warn(
          "Source {}: {}; retrying at least every {} ms, the other sources continue",
          source.alias(),
          e.getMessage(),
          backoff.maxMillis());
    }
  }

  /** Redis cannot be reached: that holds up all sources, and is said once for all. */
  void unreachable(String reason, long nowMillis) {
    metrics.state.failed(reason, nowMillis);
  }

  /** What is to be seen without asking Redis; unless the last attempt has told already. */
  void look(long nowMillis) {
    if (refused) {
      return;
    }
    String own = reader.trouble();
    String trouble = own == null ? general.get() : own;
    if (trouble != null) {
      if (metrics.state.holdsUp(trouble, nowMillis)) {
        LOG.warn("Source {}: {}", source.alias(), trouble);
      }
    } else if (metrics.state.passed()) {
      LOG.info("Source {}: continues", source.alias());
    }
  }
}
