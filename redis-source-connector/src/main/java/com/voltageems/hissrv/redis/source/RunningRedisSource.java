package com.voltageems.hissrv.redis.source;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A started task: takes its sources in turn, waits when none has anything, backs off when Redis is
 * away. {@link #poll} is for one thread; {@link #delivered} and {@link #stop} for any.
 */
final class RunningRedisSource {
  private static final Logger log = LoggerFactory.getLogger(RunningRedisSource.class);

  private final List<SourceReader> readers;
  private final Map<String, SourceReader> byTopic;
  private final RedisLink link;
  private final Backoff backoff;
  private final int maxRecords;
  private final Duration maxBlock;
  private final List<Background> background;
  private final TaskMetrics metrics;

  /** Read, but more than one poll may return. */
  private List<SourceRecord> rest = List.of();

  private final Signal signal;
  private volatile boolean stopping;
  private int next;
  private long retryAtNanos = System.nanoTime();

  /** A thread beside the task's own, whose end is the task's concern. */
  interface Background extends AutoCloseable {
    /** Why the thread ended, or null while all is well. */
    @Nullable Throwable failure();

    /** Tells it to end; {@link #close} waits for that. */
    void stop();

    @Override
    void close();
  }

  /**
   * @param byTopic the reader that wants to hear of delivered records, by their topic
   * @param maxBlock how long poll waits when there is nothing
   */
  RunningRedisSource(
      List<SourceReader> readers,
      Map<String, SourceReader> byTopic,
      RedisLink link,
      Backoff backoff,
      int maxRecords,
      Duration maxBlock,
      List<Background> background,
      Signal signal,
      TaskMetrics metrics) {
    this.readers = List.copyOf(readers);
    this.byTopic = Map.copyOf(byTopic);
    this.link = link;
    this.backoff = backoff;
    this.maxRecords = maxRecords;
    this.maxBlock = maxBlock;
    this.background = List.copyOf(background);
    this.signal = signal;
    this.metrics = metrics;
  }

  /**
   * The next records, all of one source, or null after {@code maxBlock} without any. What is
   * returned together has to be stored together only in so far as Connect does so by itself:
   * positions hold for every single record.
   *
   * @throws ConnectException when repeating does not help
   */
  @Nullable List<SourceRecord> poll() throws InterruptedException {
    long start = System.nanoTime();
    long deadline = start + maxBlock.toNanos();
    try {
      while (!stopping) {
        requireBackground();
        if (signal.takeLookNow()) {
          readers.forEach(SourceReader::wake);
        }
        if (rest.isEmpty()) {
          rest = readOnce();
        }
        if (!rest.isEmpty()) {
          return takeBatch();
        }
        if (System.nanoTime() - deadline >= 0 || !await(deadline)) {
          return null;
        }
      }
      return null;
    } finally {
      metrics.pollNanos.add(System.nanoTime() - start);
      metrics.polls.increment();
    }
  }

  /** Readers count windows and entries: one that is too large for a record becomes several. */
  private List<SourceRecord> takeBatch() {
    List<SourceRecord> all = rest;
    int size = Math.min(maxRecords, all.size());
    rest = all.subList(size, all.size());
    return all.subList(0, size);
  }

  private List<SourceRecord> readOnce() {
    if (System.nanoTime() - retryAtNanos < 0) {
      return List.of();
    }
    for (int i = 0; i < readers.size(); i++) {
      SourceReader reader = readers.get(next);
      next = (next + 1) % readers.size();
      // Asked before the clock is: a reader that is due now answers with the clock.
      long due = reader.dueNanos();
      if (System.nanoTime() - due < 0) {
        continue;
      }
      try {
        long begun = System.nanoTime();
        List<SourceRecord> batch = reader.read(maxRecords);
        metrics.readNanos.add(System.nanoTime() - begun);
        if (backoff.failures() > 0) {
          log.info("Redis answers again after {} failed attempts", backoff.failures());
          backoff.reset();
        }
        if (!batch.isEmpty()) {
          return batch;
        }
      } catch (RedisUnavailableException e) {
        if (stopping) {
          return List.of();
        }
        metrics.failures.increment();
        Duration wait = backoff.next();
        retryAtNanos = System.nanoTime() + wait.toNanos();
        log.warn("{}; next attempt in {} ms", e.getMessage(), wait.toMillis());
        return List.of();
      }
    }
    return List.of();
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

  /** False when the deadline came first. */
  private boolean await(long deadline) throws InterruptedException {
    long until = retryAtNanos;
    if (System.nanoTime() - until >= 0) {
      until = deadline;
      for (SourceReader reader : readers) {
        long due = reader.dueNanos();
        until = due - until < 0 ? due : until;
      }
    }
    until = until - deadline < 0 ? until : deadline;
    signal.await(until - System.nanoTime());
    return System.nanoTime() - deadline < 0;
  }

  /** Connect has stored the record, or dropped it as configured. */
  void delivered(SourceRecord record) {
    SourceReader reader = byTopic.get(record.topic());
    if (reader != null) {
      reader.delivered(record);
      if (reader.dueNanos() - System.nanoTime() <= 0) {
        signal.raise();
      }
    }
  }

  /** Everything given so far is stored or dropped; on the thread of {@link #poll}. */
  void allDelivered() {
    readers.forEach(SourceReader::allDelivered);
  }

  /** Ends a poll that waits; {@link #close} frees the rest. */
  void stop() {
    stopping = true;
    signal.raise();
  }

  /** Frees connections and threads; after the last poll. */
  void close() {
    // The metrics first: they must not outlive the task, whatever happens below.
    metrics.close();
    // All at once: a worker waits for a task's end for some seconds only.
    background.forEach(Background::stop);
    background.forEach(Background::close);
    readers.forEach(SourceReader::close);
    link.close();
  }
}
