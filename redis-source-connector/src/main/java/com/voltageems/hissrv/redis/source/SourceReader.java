package com.voltageems.hissrv.redis.source;

import java.util.List;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * Reads one configured source. All methods but {@link #delivered} are for the task's own thread.
 */
interface SourceReader extends AutoCloseable {
  /**
   * Reads the next records, doing a bounded amount of work. An empty answer means that nothing is
   * there now.
   *
   * @param limit most keys, elements, windows or entries to read; one that is too large for a
   *     record becomes several
   * @throws RedisUnavailableException when Redis is away; the reader is then as before, or begins
   *     again where it can, and loses nothing
   */
  List<SourceRecord> read(int limit);

  /** When {@link #read} is worth calling next: epoch of {@link System#nanoTime}, in nanoseconds. */
  long dueNanos();

  /** Makes the next {@link #read} look at once (a sync request). */
  void wake();

  /** Connect has stored the record, or dropped it as configured. From any thread. */
  default void delivered(SourceRecord record) {}

  /**
   * Connect has stored or dropped every record given so far; on the task's own thread, between two
   * calls of {@link #read}.
   */
  default void allDelivered() {}

  @Override
  default void close() {}
}
