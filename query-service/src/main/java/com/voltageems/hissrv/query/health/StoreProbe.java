package com.voltageems.hissrv.query.health;

import com.voltageems.hissrv.query.store.HistoryStore;

/** Whether the database answers. */
public final class StoreProbe implements Probe {
  private final HistoryStore store;

  /** The store stays the caller's, who closes it. */
  public StoreProbe(HistoryStore store) {
    this.store = store;
  }

  @Override
  public String name() {
    return "store";
  }

  @Override
  public Report check() {
    return Report.of(true, store.ping());
  }

  @Override
  public void close() {}
}
