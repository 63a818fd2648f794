package com.voltageems.hissrv.query.site.live;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.PartState;
import com.voltageems.hissrv.query.lease.KafkaKeeper;
import com.voltageems.hissrv.query.lease.MemoryKeeper;
import com.voltageems.hissrv.query.resolution.Copies;
import com.voltageems.hissrv.query.resolution.CopyResolutions;
import com.voltageems.hissrv.query.site.compile.Compiled;
import com.voltageems.hissrv.query.storage.StorageDesk;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Builds the site's storage desk from the site's settings. */
final class StorageSite {
  /** Topic whose single partition is the lease of a site's services; it holds no records. */
  static final String TOPIC = "hissrv-storage";

  /**
   * Minimum timeout: a window of many samples takes longer than a query that a person waits for.
   */
  private static final Duration LEAST_PATIENCE = Duration.ofSeconds(30);

  private StorageSite() {}

  /**
   * Creates a desk that is not started yet.
   *
   * @param states supplies the present states of the parts in {@code /health}
   */
  static StorageDesk desk(
      Compiled site,
      QueryConfig settings,
      Parts parts,
      Supplier<List<PartState>> states,
      Clock clock) {
    boolean wanted = site.storage().isConfigured();
    return new StorageDesk(
        site.storage(),
        wanted ? parts.tiers(settings) : Optional.empty(),
        wanted && settings.kafka().isConfigured()
            ? new KafkaKeeper(
                "Storage", settings.kafka(), TOPIC, site.site(), settings.checks().timeout())
            : new MemoryKeeper(),
        settings.catalogue().zone(),
        patience(settings.limits().queryTimeout()),
        clock,
        () -> Arrived.until(states.get()),
        () -> Arrived.gone(states.get()));
  }

  private static Duration patience(Duration queryTimeout) {
    return queryTimeout.compareTo(LEAST_PATIENCE) > 0 ? queryTimeout : LEAST_PATIENCE;
  }

  /** Returns what the desk's copies can answer now. */
  static CopyResolutions.Known known(StorageDesk desk, ZoneId zone, Clock clock) {
    long now = clock.millis();
    return new CopyResolutions.Known(
        Copies.of(desk.plan(), desk.policies(), desk.tasks(), zone, now),
        Copies.expired(desk.plan(), desk.policies(), now),
        desk.tiers());
  }

  /** Returns whether no setting of the storage desk differs. */
  static boolean isSame(Compiled one, QueryConfig settings, Compiled next, QueryConfig wanted) {
    return next.storage().equals(one.storage())
        && next.site().equals(one.site())
        && wanted.checks().timeout().equals(settings.checks().timeout())
        && wanted.store().equals(settings.store())
        && wanted.kafka().equals(settings.kafka())
        && wanted.catalogue().zone().equals(settings.catalogue().zone())
        && wanted.limits().queryTimeout().equals(settings.limits().queryTimeout());
  }
}
