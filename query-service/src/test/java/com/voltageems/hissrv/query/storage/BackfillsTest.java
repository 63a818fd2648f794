package com.voltageems.hissrv.query.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.health.SettableClock;
import com.voltageems.hissrv.query.storage.plan.Output;
import com.voltageems.hissrv.query.storage.plan.Policy;
import com.voltageems.hissrv.query.storage.plan.StoragePlan;
import com.voltageems.hissrv.query.storage.plan.Task;
import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.tier.FakeTiers;
import com.voltageems.hissrv.query.store.tier.TierRows;
import com.voltageems.hissrv.query.store.tier.Wish;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is written of backfills, and in which order. */
class BackfillsTest {
  private static final Clock CLOCK = new SettableClock();
  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final List<Output> MEANS = List.of(new Output(Aggregation.MEAN, "avg"));
  private static final Task HOURS = Task.of("hours", "realtime", "hourly", "1h", MEANS);
  private static final Task DAYS = Task.of("days", "hourly", "daily", "1d", MEANS);
  private static final StoragePlan PLAN =
      new StoragePlan(
          List.of(policy("realtime"), policy("hourly"), policy("daily")),
          List.of(HOURS, DAYS),
          "realtime",
          StoragePlan.Pace.USUAL);
  private static final Bounds.Kept EVER = new Bounds.Kept(Long.MIN_VALUE, "all");
  private static final Bounds BOUNDS =
      new Bounds(CLOCK.millis(), CLOCK.millis(), Long.MAX_VALUE, EVER, EVER, null);

  private final List<String> written = new ArrayList<>();
  private String refused = "";
  private final FakeTiers tiers =
      new FakeTiers() {
        @Override
        public void write(Wish wish, TierRows rows, Deadline deadline) {
          String id = rows.rows().get(0).key().get(0);
          if (id.equals(refused)) {
            throw new StoreException(
                StoreException.Kind.FAILED, "refused to write", new IOException("no right"));
          }
          written.add(id);
        }
      };
  private final Ledger ledger = new Ledger(tiers, PLAN, TIMEOUT, CLOCK);
  private final Copier copier = new Copier(tiers, PLAN, ZoneOffset.UTC, TIMEOUT);
  private final TaskRun hours = new TaskRun(HOURS, null, ZoneOffset.UTC, PLAN, copier, ledger);
  private final TaskRun days = new TaskRun(DAYS, hours, ZoneOffset.UTC, PLAN, copier, ledger);
  private final Backfills backfills = new Backfills(ledger, List.of(hours, days), CLOCK);

  BackfillsTest() {
    hours.load();
    days.load();
  }

  private static Policy policy(String name) {
    return new Policy(name, null, null, 0, List.of());
  }

  private Backfill begin(String id) throws StorageException {
    long end = CLOCK.millis();
    return backfills.begin(hours, id, end - Duration.ofDays(4).toMillis(), end, run -> BOUNDS);
  }

  private List<String> listed() {
    return backfills.all().stream().map(one -> one.id() + " " + one.state().text()).toList();
  }

  @Test
  void firstOne_isWrittenLast() throws Exception {
    assertThat(begin("a").id()).isEqualTo("a");
    assertThat(written).containsExactly("a-1", "a");
    assertThat(listed()).containsExactly("a-1 running", "a running");
  }

  /** An error means that nothing has begun, so that it can be asked for again. */
  @Test
  void writeThatIsRefused_beginsNothing() throws Exception {
    for (String one : List.of("a-1", "a")) {
      refused = one;
      assertThatThrownBy(() -> begin("a")).isInstanceOf(StoreException.class);
      assertThat(listed()).isEmpty();
      assertThat(written).doesNotContain("a");
    }
    refused = "";
    assertThat(begin("b").id()).isEqualTo("b");
    assertThat(listed()).containsExactly("b-1 running", "b running");
  }

  @Test
  void cancelThatIsRefused_canBeAskedForAgain() throws Exception {
    Backfill begun = begin("a");
    refused = "a-1";
    assertThatThrownBy(() -> backfills.cancel("a")).isInstanceOf(StoreException.class);
    refused = "";
    assertThat(backfills.cancel("a")).isEqualTo(begun.cancelled());
    assertThat(listed()).containsExactly("a-1 cancelled", "a cancelled");
  }
}
