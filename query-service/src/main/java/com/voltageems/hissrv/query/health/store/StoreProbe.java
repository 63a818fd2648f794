package com.voltageems.hissrv.query.health.store;

import com.voltageems.hissrv.query.health.Gauge;
import com.voltageems.hissrv.query.health.PartState.State;
import com.voltageems.hissrv.query.health.Probe;
import com.voltageems.hissrv.query.health.Report;
import com.voltageems.hissrv.query.store.HistoryStore;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Checks whether the database answers, and still shows the data that it was given and has shown.
 */
public final class StoreProbe implements Probe {
  private final HistoryStore store;
  private final Duration timeout;
  private final ShownMemory memory;
  private final ShownWatch shown;
  private final StoreClock time;

  /**
   * Creates a probe. The caller still has to close the store.
   *
   * @param timeout how long to wait for the database's answer
   */
  public StoreProbe(HistoryStore store, Duration timeout) {
    this(store, timeout, Clock.systemUTC());
  }

  /** Likewise, with the given clock. */
  public StoreProbe(HistoryStore store, Duration timeout, Clock clock) {
    this(store, timeout, ShownMemory.NONE, clock);
  }

  /**
   * Likewise.
   *
   * @param memory keeps what the database has shown; closed with the probe
   */
  public StoreProbe(HistoryStore store, Duration timeout, ShownMemory memory, Clock clock) {
    this(store, timeout, memory, clock, null);
  }

  /**
   * Likewise.
   *
   * @param before the probe of the same database that this one replaces; null if there is none
   */
  public StoreProbe(
      HistoryStore store,
      Duration timeout,
      ShownMemory memory,
      Clock clock,
      @Nullable StoreProbe before) {
    this.store = store;
    this.timeout = timeout;
    this.memory = memory;
    this.shown = new ShownWatch(store, memory, clock, before == null ? null : before.shown);
    this.time = new StoreClock(store, clock);
  }

  @Override
  public String name() {
    return "store";
  }

  @Override
  public Report check() {
    String version = store.ping(timeout);
    Optional<String> trouble =
        store
            .trouble(timeout)
            .or(() -> shown.look(timeout))
            .or(() -> time.look(timeout))
            .map(words -> version + "; " + words);
    List<Gauge> gauges = new ArrayList<>(time.gauges());
    gauges.add(
        Gauge.of(
            "hissrv_store_gone_seconds",
            "How much time the newest data spans that the database has shown and lacks now.",
            shown.missing().map(one -> one.length().toMillis() / 1000.0).orElse(0.0)));
    return new Report(
        trouble.isPresent() ? State.DEGRADED : State.UP, trouble.orElse(version), detail(), gauges);
  }

  /**
   * Reports whether a database that becomes empty, now or while this service restarts, would go
   * unnoticed, and which part of the data is gone.
   */
  private Map<String, @Nullable Object> detail() {
    Map<String, @Nullable Object> detail = new LinkedHashMap<>();
    detail.put("not_remembered", memory.problem().orElse(null));
    detail.put("not_watched", shown.hindrance().orElse(null));
    detail.put("gone", shown.missing().map(Missing::json).orElse(null));
    return detail;
  }

  @Override
  public void close() {
    memory.close();
  }
}
