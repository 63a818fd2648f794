package com.voltageems.hissrv.query.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.query.health.PartState;
import com.voltageems.hissrv.query.health.Probe;
import com.voltageems.hissrv.query.health.Report;
import com.voltageems.hissrv.query.health.SettableClock;
import com.voltageems.hissrv.query.lease.Keeper;
import com.voltageems.hissrv.query.lease.MemoryKeeper;
import com.voltageems.hissrv.query.resolution.Copies;
import com.voltageems.hissrv.query.storage.plan.Policy;
import com.voltageems.hissrv.query.storage.plan.StoragePlan;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.tier.FakeTiers;
import com.voltageems.hissrv.query.store.tier.Place;
import com.voltageems.hissrv.query.store.tier.Tiers;
import com.voltageems.hissrv.query.store.tier.Wish;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StorageDeskTest {
  private static final Policy POLICY =
      new Policy("realtime", Duration.ofDays(7), null, 0, List.of());

  private static StorageDesk desk(Policy policy, Tiers tiers, Keeper lease) {
    return new StorageDesk(
        new StoragePlan(List.of(policy), List.of(), policy.name(), StoragePlan.Pace.USUAL),
        Optional.of(tiers),
        lease,
        ZoneOffset.UTC,
        Duration.ofSeconds(1),
        Clock.systemUTC(),
        () -> Long.MAX_VALUE,
        () -> Long.MAX_VALUE);
  }

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
    try (StorageDesk desk = desk(POLICY, tiers, new MemoryKeeper())) {
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

  /** A database that keeps the samples for a day until it is told otherwise. */
  private static final class Kept extends FakeTiers {
    private Place place =
        new Place("autogen", true, Duration.ofDays(1), Duration.ofHours(1), 1, null);

    private boolean busy;

    @Override
    public List<Place> places(Wish wish, Deadline deadline) {
      if (busy) {
        throw new StoreException(StoreException.Kind.TIMEOUT, "too long", null);
      }
      return List.of(place);
    }

    @Override
    public void keep(Wish wish, Place old, Deadline deadline) {
      place = new Place(old.name(), true, wish.keep(), old.shard(), old.copies(), null);
    }
  }

  private static void assertPolicy(StorageDesk desk, String state, @Nullable String message) {
    assertThat(desk.json())
        .extractingByKey("policies", InstanceOfAssertFactories.list(Map.class))
        .singleElement(InstanceOfAssertFactories.map(String.class, Object.class))
        .containsEntry("state", state)
        .containsEntry("message", message);
  }

  /** As while Kafka is away: nobody has the lease, so nobody sets the policy. */
  @Test
  void policyThatDiffersWithoutTheLease_isTold() throws Exception {
    StorageContract.Lease lease = new StorageContract.Lease();
    Kept tiers = new Kept();
    try (StorageDesk desk = desk(POLICY, tiers, lease)) {
      Probe probe = desk.probes().get(0);
      lease.problem = "not connected to Kafka yet";
      desk.round(Duration.ZERO);
      assertPolicy(
          desk,
          "differs",
          "autogen keeps 1d, not 7d; it cannot be set by this service now: not connected to Kafka"
              + " yet");
      assertThat(probe.check().state()).isEqualTo(PartState.State.DEGRADED);
      assertThat(probe.check().message())
          .isEqualTo("not connected to Kafka yet; realtime: autogen keeps 1d, not 7d");

      lease.problem = null;
      assertPolicy(
          desk,
          "differs",
          "autogen keeps 1d, not 7d; it cannot be set by this service now: another service looks"
              + " after the storage");
      assertThat(probe.check().state())
          .as("the other one will do it")
          .isEqualTo(PartState.State.UP);
      assertThat(probe.check().message())
          .isEqualTo("realtime: autogen keeps 1d, not 7d; another service looks after them");

      lease.mine = true;
      desk.round(Duration.ZERO);
      assertPolicy(desk, "ok", null);
      assertThat(probe.check().message()).isEqualTo("1 policies, 0 tasks");
    }
  }

  /** Samples that were gone looked like a silence, and counted as missing, as long as it took. */
  @Test
  void policyThatCannotBeAskedNow_isKnownFromBefore() {
    Kept tiers = new Kept();
    SettableClock clock = new SettableClock();
    StoragePlan plan =
        new StoragePlan(List.of(POLICY), List.of(), POLICY.name(), StoragePlan.Pace.USUAL);
    try (StorageDesk desk =
        new StorageDesk(
            plan,
            Optional.of(tiers),
            new MemoryKeeper(),
            ZoneOffset.UTC,
            Duration.ofSeconds(1),
            clock,
            () -> Long.MAX_VALUE,
            () -> Long.MAX_VALUE)) {
      desk.round(Duration.ZERO);
      assertPolicy(desk, "ok", null);

      tiers.busy = true;
      clock.pass(Duration.ofMinutes(2));
      desk.round(Duration.ZERO);
      assertPolicy(desk, "failed", "too long");
      assertThat(Copies.expired(plan, desk.policies(), clock.millis()).before())
          .isEqualTo(clock.millis() - Duration.ofDays(7).toMillis());
    }
  }

  @Test
  void everyDifference_isNamed() {
    Kept tiers = new Kept();
    Policy policy = new Policy("realtime", Duration.ofDays(1), Duration.ofHours(2), 3, List.of());
    try (StorageDesk desk = desk(policy, tiers, new StorageContract.Lease())) {
      desk.round(Duration.ZERO);
      assertThat(desk.policies().get(0).message())
          .isEqualTo("autogen has shards of 1h, not of 2h; autogen has 1 copies, not 3");
    }
    tiers.place = Place.missing("hourly");
    try (StorageDesk desk = desk(policy, tiers, new StorageContract.Lease())) {
      desk.round(Duration.ZERO);
      assertThat(desk.policies().get(0).message()).isEqualTo("not there yet: hourly");
    }
  }
}
