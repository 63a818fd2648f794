package com.voltageems.hissrv.query.store.tier;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a tier should be kept.
 *
 * @param keep how long; null for ever
 * @param shard the desired time span of one shard or partition; null to leave it to the database
 * @param copies number of replicas; 0 to leave it to the database
 * @param measurements only these; empty for all
 */
public record Wish(
    Tier tier,
    @Nullable Duration keep,
    @Nullable Duration shard,
    int copies,
    List<String> measurements) {
  public Wish {
    measurements = List.copyOf(measurements);
  }
}
