package com.voltageems.hissrv.query.store.tier;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The place that holds a tier in the database, in its current state: a bucket, a retention policy,
 * or one of several tables.
 *
 * @param name the name in the database
 * @param exists true if it exists
 * @param keep how long it keeps data; null for ever
 * @param shard the time span of one shard or partition; null if unknown
 * @param copies number of replicas
 * @param bytes its size; null if the database does not report it
 */
public record Place(
    String name,
    boolean exists,
    @Nullable Duration keep,
    @Nullable Duration shard,
    int copies,
    @Nullable Long bytes) {
  /** Creates a place that does not exist yet. */
  public static Place missing(String name) {
    return new Place(name, false, null, null, 1, null);
  }
}
