package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.tier.Tier;

/**
 * Names of the tables that hold coarser copies. A table of samples may have any name. A copy is
 * therefore recognised by its name together with its time column, whose name no writer of samples
 * uses. Pure.
 */
final class CopyTable {
  /** The time column: the start of the window. */
  static final String TIME = "hissrv_window";

  private static final String PREFIX = "hissrv.";

  private CopyTable() {}

  static String prefix(Tier tier) {
    return PREFIX + tier.policy() + ".";
  }

  /** Returns the name of the table with a measurement's copy. */
  static String name(Tier tier, String measurement) {
    return prefix(tier) + measurement;
  }

  static boolean is(String table, String timeColumn) {
    return table.startsWith(PREFIX) && timeColumn.equals(TIME);
  }
}
