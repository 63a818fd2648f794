package com.voltageems.hissrv.query.web;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.HealthBoard;
import com.voltageems.hissrv.query.health.Probe;
import com.voltageems.hissrv.query.health.store.StoreProbe;
import com.voltageems.hissrv.query.site.live.Parts;
import com.voltageems.hissrv.query.store.HistoryStore;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A service by a site's file that has a database and no pipeline. */
final class StoreOnly implements Parts {
  @Override
  public HistoryStore store(QueryConfig settings) {
    return settings.store().open(4);
  }

  @Override
  public HealthBoard board(QueryConfig settings, HistoryStore store, List<Probe> more) {
    List<Probe> all = new ArrayList<>(more);
    all.add(new StoreProbe(store, Duration.ofSeconds(3)));
    return new HealthBoard(
        all, Map.of(), Duration.ofSeconds(1), Duration.ofSeconds(3), Clock.systemUTC());
  }
}
