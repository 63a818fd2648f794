package com.voltageems.hissrv.query.storage.plan;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A retention policy of the site.
 *
 * @param keep how long; null if the file does not say: for ever, or for the samples as the database
 *     does
 * @param shard the time span of one shard or partition; null to leave it to the database
 * @param replication number of replicas; 0 if the file does not say
 * @param measurements only these; empty for all
 */
public record Policy(
    String name,
    @Nullable Duration keep,
    @Nullable Duration shard,
    int replication,
    List<String> measurements) {
  public Policy {
    measurements = List.copyOf(measurements);
  }
}
