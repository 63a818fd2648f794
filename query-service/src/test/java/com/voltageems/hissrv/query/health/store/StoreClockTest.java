package com.voltageems.hissrv.query.health.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.health.PartState.State;
import com.voltageems.hissrv.query.health.Report;
import com.voltageems.hissrv.query.health.SettableClock;
import com.voltageems.hissrv.query.store.FakeStore;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.StoreException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A database whose clock is another than ours deletes by it, and nothing else would tell. */
class StoreClockTest {
  private final SettableClock clock = new SettableClock();
  private @Nullable Duration ahead = Duration.ZERO;
  private boolean busy;
  private final HistoryStore fake = new FakeStore(() -> new HistoryAnswer(List.of(), false));
  private final StoreProbe probe = new StoreProbe(store(), Duration.ofSeconds(10), clock);

  private HistoryStore store() {
    return (HistoryStore)
        Proxy.newProxyInstance(
            HistoryStore.class.getClassLoader(),
            new Class<?>[] {HistoryStore.class},
            (self, method, arguments) -> {
              if (!method.getName().equals("time")) {
                try {
                  return method.invoke(fake, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              }
              if (busy) {
                throw new StoreException(
                    StoreException.Kind.TIMEOUT, "too long", new IOException());
              }
              Duration by = ahead;
              return by == null ? Optional.<Instant>empty() : Optional.of(clock.instant().plus(by));
            });
  }

  private Report later() {
    clock.pass(Duration.ofMinutes(1));
    return probe.check();
  }

  @Test
  void fromTenSecondsOn_itIsTold_untilItIsRight() {
    assertThat(probe.check().state()).isEqualTo(State.UP);
    ahead = Duration.ofSeconds(9);
    assertThat(later().state()).isEqualTo(State.UP);
    ahead = Duration.ofSeconds(61);
    Report told = later();
    assertThat(told.state()).isEqualTo(State.DEGRADED);
    assertThat(told.message())
        .endsWith(
            "; the clock of the database is 61 s ahead of this machine's; it deletes by its own"
                + " what is older than a retention; let one time server (NTP) set both");
    assertThat(told.gauges())
        .anySatisfy(
            gauge -> {
              assertThat(gauge.name()).isEqualTo("hissrv_clock_ahead_seconds");
              assertThat(gauge.labels()).containsEntry("of", "database");
              assertThat(gauge.value()).isEqualTo(61);
            });
    busy = true;
    assertThat(later().state()).as("what was known stays").isEqualTo(State.DEGRADED);
    busy = false;
    ahead = Duration.ofHours(-2);
    // The second that it is in may be over.
    assertThat(later().message())
        .contains("the clock of the database is 7199 s behind this machine's");
    ahead = null;
    assertThat(later().state()).as("nobody tells").isEqualTo(State.UP);
  }
}
