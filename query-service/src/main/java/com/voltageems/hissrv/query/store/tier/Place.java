package com.voltageems.hissrv.query.store.tier;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where a tier stands in the database, as it is: a bucket, a retention policy, or one of several
 * tables.
 *
 * @param name what the database calls it
 * @param exists whether it is there
 * @param keep how long it keeps; null for ever
 * @param shard how much time it keeps together, where that is known
 * @param copies how many it keeps
 * @param bytes its size, where the database tells
 */
public record Place(
    String name,
    boolean exists,
    @Nullable Duration keep,
    @Nullable Duration shard,
    int copies,
    @Nullable Long bytes) {
  /** One that is not there yet. */
  public static Place missing(String name) {
    return new Place(name, false, null, null, 1, null);
  }
}
