package com.voltageems.hissrv.query.site.live;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.HealthBoard;
import com.voltageems.hissrv.query.health.Probe;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.tier.Tiers;
import java.util.List;
import java.util.Optional;

/** Makes the parts of the service that other settings make anew. */
public interface Parts {
  HistoryStore store(QueryConfig settings);

  /** The tiers of the database, where it has any. */
  default Optional<Tiers> tiers(QueryConfig settings) {
    return settings.store().tiers();
  }

  /**
   * A board that looks at the store, Kafka and Connect; not started yet.
   *
   * @param more further parts to look at
   */
  HealthBoard board(QueryConfig settings, HistoryStore store, List<Probe> more);
}
