package com.voltageems.hissrv.query.storage.plan;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A retention policy of the site.
 *
 * @param keep how long; null where the file does not say: for ever, and of the samples as the
 *     database does
 * @param shard how much time the database keeps together; null: as it likes
 * @param replication copies; 0 where the file does not say
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
