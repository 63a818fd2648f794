package com.voltageems.hissrv.query.web;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.HealthBoard;
import com.voltageems.hissrv.query.health.store.StoreProbe;
import com.voltageems.hissrv.query.site.live.Parts;
import com.voltageems.hissrv.query.store.HistoryStore;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A service by a site's file that has a database and no pipeline. */
final class StoreOnly implements Parts {
  @Override
  public HistoryStore store(QueryConfig settings) {
    return settings.store().open(4);
  }

  @Override
  public HealthBoard board(QueryConfig settings, HistoryStore store, @Nullable HealthBoard before) {
    return new HealthBoard(
        List.of(new StoreProbe(store, Duration.ofSeconds(3))),
        Map.of(),
        Duration.ofSeconds(1),
        Duration.ofSeconds(3),
        Clock.systemUTC());
  }
}
