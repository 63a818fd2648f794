package com.voltageems.hissrv.redis.source.hash;

import java.util.List;

/** What Redis answered when a hash was read. */
sealed interface HashReading {
  HashEntry entry();

  /**
   * It was read.
   *
   * @param pairs fields and values in turn, empty for a hash that is gone
   * @param times fields and times in turn, empty where there are none
   * @param nowMillis Redis's clock at the reading
   */
  record Values(HashEntry entry, List<?> pairs, List<?> times, long nowMillis)
      implements HashReading {}

  /** Redis answered with an error: that the key is of another type, or another one. */
  record Unreadable(HashEntry entry, boolean otherType) implements HashReading {}
}
