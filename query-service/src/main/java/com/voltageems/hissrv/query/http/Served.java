package com.voltageems.hissrv.query.http;

import com.github.benmanes.caffeine.cache.Ticker;
import com.voltageems.hissrv.query.catalogue.Catalogue;
import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.HealthBoard;
import com.voltageems.hissrv.query.http.access.Guard;
import com.voltageems.hissrv.query.http.answer.AnswerCache;
import com.voltageems.hissrv.query.http.answer.Described;
import com.voltageems.hissrv.query.http.hisapi.HisApi;
import com.voltageems.hissrv.query.resolution.Resolutions;
import com.voltageems.hissrv.query.store.HistoryStore;
import java.time.Clock;

/**
 * All objects that answer with one set of settings. Other settings make another instance, which
 * replaces this one as a whole.
 */
record Served(
    Catalogue catalogue,
    HistoryStore store,
    HealthBoard health,
    Guard guard,
    Slots slots,
    AnswerCache cache,
    QueryApi api,
    HisApi hisApi,
    RawApi rawApi) {

  static Served by(
      QueryConfig config,
      HistoryStore store,
      HealthBoard health,
      Resolutions resolutions,
      Clock clock) {
    Catalogue catalogue = config.catalogue();
    Slots slots = new Slots(config.limits());
    Described described = new Described(store, resolutions.discovery(), Ticker.systemTicker());
    AnswerCache cache =
        new AnswerCache(
            config.cache().values(), config.cache().closed(), clock::millis, Ticker.systemTicker());
    return new Served(
        catalogue,
        store,
        health,
        new Guard(config.access()),
        slots,
        cache,
        new QueryApi(
            store, resolutions, config.limits(), catalogue, clock, cache, described, slots),
        new HisApi(store, resolutions, config.limits(), catalogue, clock, described),
        new RawApi(config, store, slots));
  }
}
