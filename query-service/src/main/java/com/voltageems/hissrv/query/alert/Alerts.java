package com.voltageems.hissrv.query.alert;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.PartState;
import com.voltageems.hissrv.query.lease.KafkaKeeper;
import com.voltageems.hissrv.query.lease.MemoryKeeper;
import com.voltageems.hissrv.query.store.HistoryStore;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/** Creates the alert desk from a site's settings. */
public final class Alerts {
  /** The topic that keeps the states of the alerts. */
  public static final String TOPIC = "hissrv-alerts";

  private static final Duration WEBHOOK_TIMEOUT = Duration.ofSeconds(10);

  private Alerts() {}

  /**
   * Creates a desk that is not started yet.
   *
   * @param site the name of the site, whose services share one lease
   * @param parts gives the present parts of {@code /health}
   * @param store gives the present database
   * @param kept keeps the states of the alerts without Kafka
   */
  public static AlertDesk desk(
      String site,
      List<AlertRule> rules,
      QueryConfig settings,
      Supplier<List<PartState>> parts,
      Supplier<HistoryStore> store,
      Map<String, String> kept,
      Clock clock) {
    Duration timeout = settings.checks().timeout();
    return new AlertDesk(
        new Notice.Site(site, settings.catalogue().zone()),
        rules,
        settings.kafka().isConfigured()
            ? new KafkaKeeper("Alerts", settings.kafka(), TOPIC, site, timeout)
            : new MemoryKeeper(kept),
        new SiteFigures(
            parts,
            new StoreHistory(store, settings.limits().queryTimeout(), clock),
            System::nanoTime),
        new Webhook(WEBHOOK_TIMEOUT, clock),
        settings.checks().interval(),
        clock,
        ThreadLocalRandom.current());
  }
}
