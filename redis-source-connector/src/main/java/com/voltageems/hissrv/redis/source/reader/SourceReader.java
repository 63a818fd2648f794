package com.voltageems.hissrv.redis.source.reader;

import com.voltageems.hissrv.redis.source.link.RedisReplyException;
import com.voltageems.hissrv.redis.source.link.RedisUnavailableException;
import java.util.List;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads one configured source. All methods but {@link #delivered} are for the task's own thread.
 */
public interface SourceReader extends AutoCloseable {
  /**
   * Reads the next records, doing a bounded amount of work. An empty answer means that nothing is
   * there now.
   *
   * @param limit most keys, elements, windows or entries to read; one that is too large for a
   *     record becomes several
   * @throws RedisUnavailableException when Redis is away, or does not take a command now; the
   *     reader is then as before, or begins again where it can, and loses nothing
   * @throws RedisReplyException when Redis refuses a command for a reason of its own, such as a key
   *     of another type; as above
   */
  List<SourceRecord> read(int limit);

  /** When {@link #read} is worth calling next: by the worker's clock that only runs forward. */
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

  /**
   * What holds this source up although {@link #read} passes, in plain words; null for nothing. Asks
   * nobody.
   */
  default @Nullable String trouble() {
    return null;
  }

  /**
   * What waits in Redis, by one cheap command at most; null where it is not known.
   *
   * @throws RuntimeException as {@link #read}
   */
  default @Nullable Long waiting() {
    return null;
  }

  /** After the last {@link #read}, on its thread. */
  @Override
  default void close() {}
}
