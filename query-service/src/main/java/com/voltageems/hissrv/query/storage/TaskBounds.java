package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.storage.plan.StoragePlan;
import com.voltageems.hissrv.query.storage.plan.Task;
import com.voltageems.hissrv.query.store.tier.Place;
import com.voltageems.hissrv.query.store.tier.Tiers;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.function.LongSupplier;

/** The times between which tasks may read and write. Thread-safe. */
final class TaskBounds {
  private static final Duration MARGIN = Duration.ofMinutes(1);

  private final StoragePlan plan;
  private final Tiers tiers;
  private final Retention retention;
  private final ZoneId zone;
  private final Clock clock;
  private final LongSupplier arrived;
  private final LongSupplier gone;

  /**
   * @param arrived see {@link StorageDesk}
   * @param gone likewise
   */
  TaskBounds(
      StoragePlan plan,
      Tiers tiers,
      Retention retention,
      ZoneId zone,
      Clock clock,
      LongSupplier arrived,
      LongSupplier gone) {
    this.plan = plan;
    this.tiers = tiers;
    this.retention = retention;
    this.zone = zone;
    this.clock = clock;
    this.arrived = arrived;
    this.gone = gone;
  }

  /** Returns what the task may do now, based on the last check of its policies. */
  Bounds of(Task task) {
    long now = clock.millis();
    PolicyState source = state(task.source());
    PolicyState target = state(task.target());
    String why = null;
    for (PolicyState one : List.of(source, target)) {
      boolean good =
          switch (one.state()) {
            case OK, DIFFERS, PENDING -> true;
            case REFUSED, FAILED, UNUSED, UNKNOWN -> false;
          };
      // The samples exist even if the database cannot keep them as configured.
      if (!good && !(one.raw() && one.state() == PolicyState.State.REFUSED)) {
        why = "the policy " + one.policy().name() + " is " + one.state().text();
      }
    }
    // The database would refuse a write of data that is about to expire.
    long expiring = now + MARGIN.toMillis();
    Bounds.Kept read = Bounds.Kept.of(source.policy().name(), places(source, task), now);
    List<Place> written = places(target, task);
    // A missing target will be created as the file says. A missing source has nothing to expire.
    Bounds.Kept kept =
        written.isEmpty()
            ? Bounds.Kept.wanted(target.policy(), expiring)
            : Bounds.Kept.of(target.policy().name(), written, expiring);
    return new Bounds(now, Math.min(now, arrived.getAsLong()), gone.getAsLong(), read, kept, why);
  }

  /**
   * Returns the places that the task reads or writes; it does not use the policy's other places.
   */
  private List<Place> places(PolicyState state, Task task) {
    String policy = state.policy().name();
    List<String> wanted = plan.make(task, zone).measurements();
    return state.places().stream()
        .filter(Place::exists)
        .filter(
            place ->
                tiers
                    .only(plan.tier(policy), place)
                    .map(
                        one ->
                            !one.startsWith(Task.OWN) && (wanted == null || wanted.contains(one)))
                    .orElse(true))
        .toList();
  }

  private PolicyState state(String policy) {
    return retention.state(policy).orElseThrow();
  }
}
