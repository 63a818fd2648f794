package com.voltageems.hissrv.redis.source.reader;

import com.voltageems.hissrv.redis.source.link.RedisReplyException;
import com.voltageems.hissrv.redis.source.link.RedisUnavailableException;
import java.util.List;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads one configured source. {@link #delivered} and {@link #dueNanos} may be called from any
 * thread, the other methods only from the task's own thread.
 */
public interface SourceReader extends AutoCloseable {
  /**
   * Reads the next records with a bounded amount of work. An empty list means that there is nothing
   * now.
   *
   * @param limit most keys, elements, windows or entries to read; one that is too large for a
   *     record becomes several
   * @throws RedisUnavailableException if Redis is away, or does not accept a command now. The
   *     reader is then unchanged, or starts again where it can, and loses nothing
   * @throws RedisReplyException if Redis refuses a command for a reason of its own, such as a key
   *     of another type. The state is the same as above
   */
  List<SourceRecord> read(int limit);

  /**
   * Returns when to call {@link #read} next, by the worker's clock that only runs forward. From any
   * thread.
   */
  long dueNanos();

  /** Makes the next {@link #read} look at once (a sync request). */
  void wake();

  /** Called when Connect has stored the record, or dropped it as configured. From any thread. */
  default void delivered(SourceRecord record) {}

  /**
   * Called when Connect has stored or dropped every record given so far; on the task's own thread,
   * between two calls of {@link #read}.
   */
  default void allDelivered() {}

  /**
   * Returns in plain words why this source makes no progress although {@link #read} succeeds; null
   * if nothing is wrong. Does not ask Redis.
   */
  default @Nullable String trouble() {
    return null;
  }

  /**
   * Returns how much waits in Redis, by at most one cheap command; null if unknown.
   *
   * @throws RuntimeException as {@link #read}
   */
  default @Nullable Long waiting() {
    return null;
  }

  /** Called after the last {@link #read}, on its thread. */
  @Override
  default void close() {}
}
