package com.voltageems.hissrv.query.alert;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.PartState;
import com.voltageems.hissrv.query.lease.KafkaKeeper;
import com.voltageems.hissrv.query.lease.MemoryKeeper;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.LatestSeries;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.TagFilter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/** Puts a desk together from a site's settings. */
public final class Alerts {
  /** Where what was told is kept. */
  public static final String TOPIC = "hissrv-alerts";

  private static final Duration WEBHOOK_TIMEOUT = Duration.ofSeconds(10);
  private static final int MOST_SERIES = 10_000;

  private Alerts() {}

  /**
   * A desk, not started yet.
   *
   * @param site its name; the services of one site share one lease
   * @param parts the parts of {@code /health} as they are now
   * @param store the database as it is now
   */
  public static AlertDesk desk(
      String site,
      List<AlertRule> rules,
      QueryConfig settings,
      Supplier<List<PartState>> parts,
      Supplier<HistoryStore> store,
      Clock clock) {
    Duration timeout = settings.checks().timeout();
    return new AlertDesk(
        site,
        rules,
        settings.kafka().isConfigured()
            ? new KafkaKeeper("Alerts", settings.kafka(), TOPIC, site, timeout)
            : new MemoryKeeper(),
        new SiteFigures(
            parts,
            (measurement, tags, from) ->
                newest(
                    store.get(),
                    measurement,
                    tags,
                    from,
                    clock,
                    Deadline.in(settings.limits().queryTimeout()))),
        new Webhook(WEBHOOK_TIMEOUT, clock),
        settings.checks().interval(),
        clock,
        ThreadLocalRandom.current());
  }

  private static Optional<Instant> newest(
      HistoryStore store,
      String name,
      Map<String, String> tags,
      Instant from,
      Clock clock,
      Deadline deadline) {
    Optional<Measurement> found = store.measurement(name, deadline);
    if (found.isEmpty() || !found.get().tags().containsAll(tags.keySet())) {
      return Optional.empty();
    }
    Measurement measurement = found.get();
    List<TagFilter> filters =
        tags.entrySet().stream()
            .map(tag -> new TagFilter(tag.getKey(), List.of(tag.getValue())))
            .toList();
    long tomorrow = clock.instant().plus(Duration.ofDays(1)).toEpochMilli();
    Selection selection = new Selection(measurement, filters, from.toEpochMilli(), tomorrow);
    OptionalLong micros =
        store.latest(selection, measurement.fields(), MOST_SERIES, deadline).series().stream()
            .flatMap(series -> series.fields().values().stream())
            .mapToLong(LatestSeries.Value::epochMicros)
            .max();
    return micros.isEmpty()
        ? Optional.empty()
        : Optional.of(Instant.ofEpochMilli(micros.getAsLong() / 1000));
  }
}
