package com.voltageems.hissrv.redis.source.hash;

import com.voltageems.hissrv.redis.source.link.RedisError;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Redis's answer when a hash was read. */
sealed interface HashReading {
  HashEntry entry();

  /**
   * The hash was read.
   *
   * @param pairs fields and values, alternating; empty for a hash that is gone
   * @param times fields and times, alternating; empty if there are none; null if the companion
   *     could not be read, as one of another type
   * @param nowMillis time of Redis's clock at the reading
   */
  record Values(HashEntry entry, List<?> pairs, @Nullable List<?> times, long nowMillis)
      implements HashReading {}

  /** Why a hash was not read. */
  enum Reason {
    OTHER_TYPE,

    /** The hash, or its companion, is on a node that cannot be reached now. */
    AWAY,

    /** Redis answered with another error. */
    REFUSED;

    static Reason of(RedisError error) {
      return error.isWrongType() ? OTHER_TYPE : error.isAway() ? AWAY : REFUSED;
    }
  }

  /** Redis answered with an error. */
  record Unreadable(HashEntry entry, Reason reason) implements HashReading {}
}
