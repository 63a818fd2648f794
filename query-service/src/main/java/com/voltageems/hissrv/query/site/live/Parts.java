package com.voltageems.hissrv.query.site.live;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.HealthBoard;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.tier.Tiers;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Creates the parts of the service that must be replaced if the settings change. */
public interface Parts {
  HistoryStore store(QueryConfig settings);

  /** Returns the tiers of the database, if it has any. */
  default Optional<Tiers> tiers(QueryConfig settings) {
    return settings.store().tiers();
  }

  /**
   * Creates a board that checks the store, Kafka and Connect; it is not started yet.
   *
   * @param before the board that it replaces, if that one checks the same database: what it knows
   *     about the data there is not forgotten; null if there is none
   */
  HealthBoard board(QueryConfig settings, HistoryStore store, @Nullable HealthBoard before);
}
