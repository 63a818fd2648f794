package com.voltageems.hissrv.redis.source.type;

import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisSettings;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.reader.SourceReader;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.kafka.connect.errors.DataException;

/** Configured source: an entry of {@code sources}. */
public interface Source {
  SourceCommon common();

  /**
   * Returns what is missing, and what contradicts the connection. Does not connect to anything.
   *
   * @return the message by the name of the setting at fault, without {@code sources.<alias>.}
   */
  Map<String, String> problems(RedisSettings redis);

  /**
   * Returns what the server reports against this source, in the form of {@link #problems}. Asked
   * once, when the configuration is submitted.
   *
   * @param connector the connector's name
   */
  default Map<String, String> problemsAt(RedisLink link, String connector) {
    return Map.of();
  }

  /**
   * Returns what no second source of a connector may read, because both would share one position.
   */
  default List<Sole> soles() {
    return List.of();
  }

  /**
   * Something that only one source may read.
   *
   * @param what such as {@code list archive:pending}
   * @param setting the setting that names it, without {@code sources.<alias>.}
   */
  record Sole(String what, String setting) {}

  /**
   * Returns what other connectors may read as well: key or channel patterns, or one key. Empty for
   * what belongs to one connector alone.
   */
  default List<String> reads() {
    return List.of();
  }

  /** Returns whether the source's keys can be divided over several tasks. */
  default boolean isDivisible() {
    return false;
  }

  /**
   * Returns whether the source writes to Redis for its work, so that it cannot read from a replica.
   */
  default boolean writes() {
    return false;
  }

  /** Returns whether every record carries a position that makes exactly-once delivery possible. */
  default boolean isExactlyOnce() {
    return false;
  }

  /** Returns the source partitions that this source stores positions for. */
  default Set<Map<String, String>> partitions() {
    return Set.of();
  }

  /**
   * Checks a position that a user sets by hand.
   *
   * @throws DataException naming what is wrong with the position
   */
  default void requireOffset(Map<String, ?> offset) {}

  /** Returns the fields of such a position; Connect would ignore any other field. */
  default Set<String> offsetFields() {
    return Set.of();
  }

  /**
   * Returns a test for whether the source gives something every few minutes while the devices
   * report. For such a source it is a sign of failure if nothing comes, or if its newest sample is
   * old.
   *
   * @param counts the metrics of this source's reader in this task
   */
  default BooleanSupplier steady(SourceMetrics counts) {
    return () -> true;
  }

  /** Returns the length of the windows that the source reads, in milliseconds; 0 for samples. */
  default long windowMillis() {
    return 0;
  }

  /** Creates the source's reader in one task. Does not connect: the first read does. */
  SourceReader reader(ReaderContext context);
}
