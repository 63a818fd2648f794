package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.tier.Tier;

/**
 * Names of the tables that hold coarser copies. A table of samples may be called anything; so it is
 * the name together with the time column, which no writer of samples calls so, that tells a copy.
 * Pure.
 */
final class CopyTable {
  /** The time column: the start of the window. */
  static final String TIME = "hissrv_window";

  private static final String PREFIX = "hissrv.";

  private CopyTable() {}

  static String prefix(Tier tier) {
    return PREFIX + tier.policy() + ".";
  }

  /** The table of a measurement's copy. */
  static String name(Tier tier, String measurement) {
    return prefix(tier) + measurement;
  }

  static boolean is(String table, String timeColumn) {
    return table.startsWith(PREFIX) && timeColumn.equals(TIME);
  }
}
