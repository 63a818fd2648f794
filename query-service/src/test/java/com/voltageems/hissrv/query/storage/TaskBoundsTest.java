package com.voltageems.hissrv.query.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.health.SettableClock;
import com.voltageems.hissrv.query.storage.plan.Output;
import com.voltageems.hissrv.query.storage.plan.Policy;
import com.voltageems.hissrv.query.storage.plan.StoragePlan;
import com.voltageems.hissrv.query.storage.plan.Task;
import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.tier.FakeTiers;
import com.voltageems.hissrv.query.store.tier.Place;
import com.voltageems.hissrv.query.store.tier.Tier;
import com.voltageems.hissrv.query.store.tier.Wish;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TaskBoundsTest {
  private static final Clock CLOCK = new SettableClock();
  private static final Duration WISH = Duration.ofDays(30);
  private static final Task ALARMS =
      Task.of("alarms", "realtime", "hourly", "1h", List.of(new Output(Aggregation.MEAN, "avg")));

  private static Place place(String name, @Nullable Duration keep) {
    return new Place(name, true, keep, Duration.ofDays(1), 1, null);
  }

  /** What the task may do where these are the places of its target. */
  private static Bounds bounds(@Nullable Duration wish, Place... target) {
    StoragePlan plan =
        new StoragePlan(
            List.of(
                new Policy("realtime", Duration.ofDays(7), null, 0, List.of("other")),
                new Policy("hourly", wish, null, 0, List.of("alarms"))),
            List.of(ALARMS),
            "realtime",
            StoragePlan.Pace.USUAL);
    FakeTiers tiers =
        new FakeTiers() {
          @Override
          public List<Place> places(Wish wish, Deadline deadline) {
            return wish.tier().isRaw()
                ? List.of(place("other", Duration.ofDays(7)))
                : List.of(target);
          }

          @Override
          public Optional<String> only(Tier tier, Place place) {
            return Optional.of(place.name());
          }
        };
    Retention retention = new Retention(tiers, plan, Duration.ofSeconds(1), CLOCK);
    retention.look(false);
    return new TaskBounds(
            plan,
            tiers,
            retention,
            ZoneOffset.UTC,
            CLOCK,
            () -> Long.MAX_VALUE,
            () -> Long.MAX_VALUE)
        .of(ALARMS);
  }

  private static long back(Duration keep) {
    return CLOCK.millis() + 60_000 - keep.toMillis();
  }

  /** A table that is not there yet will be kept as the file says, not for ever. */
  @Test
  void targetThatIsNotThereYet_isKeptAsThePolicySays() {
    for (Bounds bounds :
        List.of(
            bounds(WISH),
            bounds(WISH, place("other", Duration.ofDays(90))),
            bounds(WISH, place("hissrv.tasks", Duration.ofDays(90))),
            bounds(WISH, Place.missing("alarms")))) {
      assertThat(bounds.target().from()).isEqualTo(back(WISH));
      assertThat(bounds.shortest())
          .isEqualTo(
              "the policy hourly keeps 30d: older windows would be deleted as soon as they are"
                  + " written");
    }
    assertThat(bounds(null).target())
        .isEqualTo(new Bounds.Kept(Long.MIN_VALUE, "the policy hourly keeps for ever"));
  }

  @Test
  void targetThatIsThere_isKeptAsItIs() {
    assertThat(bounds(WISH, place("alarms", Duration.ofDays(10))).target())
        .isEqualTo(
            new Bounds.Kept(back(Duration.ofDays(10)), "the policy hourly keeps 10d of alarms"));
    assertThat(bounds(WISH, place("alarms", null)).target().from()).isEqualTo(Long.MIN_VALUE);
  }

  /** The samples' policy may cover other measurements only: those of the task are not its. */
  @Test
  void sourceThatIsNotThePolicys_limitsNothing() {
    assertThat(bounds(WISH).source().from()).isEqualTo(Long.MIN_VALUE);
  }
}
