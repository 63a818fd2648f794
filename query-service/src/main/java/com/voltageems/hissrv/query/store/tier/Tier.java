package com.voltageems.hissrv.query.store.tier;

/**
 * One resolution of the history.
 *
 * @param policy the site's name for the retention policy that keeps this tier; empty for the
 *     samples themselves, wherever the sink writes them
 */
public record Tier(String policy) {
  /** The samples themselves. */
  public static final Tier RAW = new Tier("");

  public boolean isRaw() {
    return policy.isEmpty();
  }
}
