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

/** One configured source: an entry of {@code sources}. */
public interface Source {
  SourceCommon common();

  /**
   * What is missing, and what contradicts the connection. Asks nobody.
   *
   * @return the message by the setting at fault, its name behind the alias
   */
  Map<String, String> problems(RedisSettings redis);

  /**
   * What its server says against it, asked once when it is submitted; as {@link #problems}.
   *
   * @param connector the connector's name
   */
  default Map<String, String> problemsAt(RedisLink link, String connector) {
    return Map.of();
  }

  /** What no second source of a connector may read, since they would share its position. */
  default List<Sole> soles() {
    return List.of();
  }

  /**
   * Something that has one reader.
   *
   * @param what such as {@code list archive:pending}
   * @param setting that names it, behind the alias
   */
  record Sole(String what, String setting) {}

  /** Whether its keys can be divided over several tasks. */
  default boolean isDivisible() {
    return false;
  }

  /** Whether it writes to Redis what it needs for its work, so that a replica will not do. */
  default boolean writes() {
    return false;
  }

  /** Whether every record carries a position that makes exactly-once possible. */
  default boolean isExactlyOnce() {
    return false;
  }

  /** The source partitions that it keeps positions for. */
  default Set<Map<String, String>> partitions() {
    return Set.of();
  }

  /**
   * Checks a position that somebody sets by hand.
   *
   * @throws DataException naming what is wrong with it
   */
  default void requireOffset(Map<String, ?> offset) {}

  /** The fields of such a position; any other would be ignored. */
  default Set<String> offsetFields() {
    return Set.of();
  }

  /**
   * Whether something comes from it every few minutes as long as the devices report, so that it
   * tells of a failure when nothing does, or its newest sample is old.
   *
   * @param counts what its reader in this task has done
   */
  default BooleanSupplier steady(SourceMetrics counts) {
    return () -> true;
  }

  /** Its reader in one task. Connects to nothing: that is for the first read. */
  SourceReader reader(ReaderContext context);
}
