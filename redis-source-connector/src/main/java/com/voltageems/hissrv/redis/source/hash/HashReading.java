package com.voltageems.hissrv.redis.source.hash;

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

  /** Redis answered with an error: the key is of another type, or another reason. */
  record Unreadable(HashEntry entry, boolean otherType) implements HashReading {}
}
