package com.voltageems.hissrv.query.store.tier;

/**
 * A resolution of the history.
 *
 * @param policy the retention policy that keeps it, as the site calls it; empty for the samples
 *     themselves, wherever the sink writes them
 */
public record Tier(String policy) {
  /** The samples themselves. */
  public static final Tier RAW = new Tier("");

  public boolean isRaw() {
    return policy.isEmpty();
  }
}
