package com.voltageems.hissrv.query.health.store;

import com.voltageems.hissrv.query.health.ClockGap;
import com.voltageems.hissrv.query.health.Gauge;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.StoreException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far the database's clock is from ours. The database deletes data older than a retention by
 * its own clock: if that is days ahead, it deletes data that it should keep. For one thread.
 */
final class StoreClock {
  private static final Logger LOG = LoggerFactory.getLogger(StoreClock.class);

  /** Shortest time between two queries. */
  private static final Duration PAUSE = Duration.ofSeconds(30);

  private final HistoryStore store;
  private final Clock clock;
  private @Nullable Instant asked;
  private Duration gap = Duration.ZERO;

  StoreClock(HistoryStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /** Returns what is wrong; empty if nothing is, or if unknown. */
  Optional<String> look(Duration timeout) {
    Instant sent = clock.instant();
    if (asked == null || Duration.between(asked, sent).abs().compareTo(PAUSE) >= 0) {
      asked = sent;
      try {
        gap =
            store
                .time(timeout)
                .map(told -> ClockGap.of(told, sent, clock.instant()))
                .orElse(Duration.ZERO);
      } catch (StoreException e) {
        // The database is too busy or down: other checks report that, and the earlier result stays.
        LOG.debug("The database does not tell its time", e);
      }
    }
    return ClockGap.matters(gap)
        ? Optional.of(
            "the clock of the database is "
                + ClockGap.seconds(gap, " s ahead of this machine's", " s behind this machine's")
                + "; it deletes by its own what is older than a retention; "
                + ClockGap.ADVICE)
        : Optional.empty();
  }

  List<Gauge> gauges() {
    return List.of(
        new Gauge(
            "hissrv_clock_ahead_seconds",
            "How far a clock is ahead of this machine's at least; behind where negative.",
            Map.of("of", "database"),
            gap.toSeconds()));
  }
}
