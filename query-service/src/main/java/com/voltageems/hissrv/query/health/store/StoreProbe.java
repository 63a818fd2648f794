package com.voltageems.hissrv.query.health;

import com.voltageems.hissrv.query.health.PartState.State;
import com.voltageems.hissrv.query.store.HistoryStore;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;

/** Whether the database answers, and shows what it was given and what it has shown. */
public final class StoreProbe implements Probe {
  private final HistoryStore store;
  private final Duration timeout;
  private final ShownWatch shown;

  /**
   * The store stays the caller's, who closes it.
   *
   * @param timeout how long to wait for its sign of life
   */
  public StoreProbe(HistoryStore store, Duration timeout) {
    this(store, timeout, Clock.systemUTC());
  }

  /** Likewise, by this clock. */
  public StoreProbe(HistoryStore store, Duration timeout, Clock clock) {
    this.store = store;
    this.timeout = timeout;
    this.shown = new ShownWatch(store, clock);
  }

  @Override
  public String name() {
    return "store";
  }

  @Override
  public Report check() {
    String version = store.ping(timeout);
    return store
        .trouble(timeout)
        .or(() -> shown.look(timeout))
        .map(words -> Report.of(State.DEGRADED, version + "; " + words, Map.of()))
        .orElseGet(() -> Report.of(true, version));
  }

  @Override
  public void close() {}
}
