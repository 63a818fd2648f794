package com.voltageems.hissrv.query.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.query.health.PartState;
import com.voltageems.hissrv.query.health.Probe;
import com.voltageems.hissrv.query.health.Report;
import com.voltageems.hissrv.query.lease.MemoryKeeper;
import com.voltageems.hissrv.query.storage.plan.Policy;
import com.voltageems.hissrv.query.storage.plan.StoragePlan;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.tier.FakeTiers;
import com.voltageems.hissrv.query.store.tier.Place;
import com.voltageems.hissrv.query.store.tier.Wish;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class StorageDeskTest {
  private static final StoragePlan PLAN =
      new StoragePlan(
          List.of(new Policy("realtime", Duration.ofDays(7), null, 0, List.of())),
          List.of(),
          "realtime",
          StoragePlan.Pace.USUAL);

  /** What no one thought of, too, is told, and taken back by the round that goes well. */
  @Test
  void roundThatBreaks_isTold() {
    AtomicBoolean broken = new AtomicBoolean(true);
    FakeTiers tiers =
        new FakeTiers() {
          @Override
          public List<Place> places(Wish wish, Deadline deadline) {
            if (broken.get()) {
              throw new IllegalStateException("no such thing");
            }
            return List.of();
          }
        };
    try (StorageDesk desk =
        new StorageDesk(
            PLAN,
            Optional.of(tiers),
            new MemoryKeeper(),
            ZoneOffset.UTC,
            Duration.ofSeconds(1),
            Clock.systemUTC(),
            () -> Long.MAX_VALUE,
            () -> Long.MAX_VALUE)) {
      Probe probe = desk.probes().get(0);
      desk.start();
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> {
                Report report = probe.check();
                assertThat(report.state()).isEqualTo(PartState.State.DEGRADED);
                assertThat(report.message())
                    .isEqualTo(
                        "storage is not looked after: java.lang.IllegalStateException: no such"
                            + " thing");
              });

      broken.set(false);
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> probe.check().state() == PartState.State.UP);
    }
  }
}
