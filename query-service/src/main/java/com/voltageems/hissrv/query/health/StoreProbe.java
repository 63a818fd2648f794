package com.voltageems.hissrv.query.health;

import com.voltageems.hissrv.query.store.HistoryStore;
import java.time.Duration;

/** Whether the database answers. */
public final class StoreProbe implements Probe {
  private final HistoryStore store;
  private final Duration timeout;

  /**
   * The store stays the caller's, who closes it.
   *
   * @param timeout how long to wait for its sign of life
   */
  public StoreProbe(HistoryStore store, Duration timeout) {
    this.store = store;
    this.timeout = timeout;
  }

  @Override
  public String name() {
    return "store";
  }

  @Override
  public Report check() {
    return Report.of(true, store.ping(timeout));
  }

  @Override
  public void close() {}
}
