package com.voltageems.hissrv.query.store.tier;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a tier is to be kept.
 *
 * @param keep how long; null for ever
 * @param shard how much time the database keeps together; null: as it likes
 * @param copies how many; 0: as it likes
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
