package com.voltageems.hissrv.query.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.health.PartState.State;
import com.voltageems.hissrv.query.sample.MemoryStore;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.StoreException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A database that was emptied, or another one of the same name: all was green. */
class ShownWatchTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final SettableClock clock = new SettableClock();
  private MemoryStore database = new MemoryStore(1_000);
  private final AtomicBoolean busy = new AtomicBoolean();
  private final StoreProbe probe = new StoreProbe(store(), Duration.ofSeconds(10), clock);

  /** Whatever database stands at the address. */
  private HistoryStore store() {
    return (HistoryStore)
        Proxy.newProxyInstance(
            HistoryStore.class.getClassLoader(),
            new Class<?>[] {HistoryStore.class},
            (self, method, arguments) -> {
              if (busy.get() && method.getName().startsWith("measurement")) {
                throw new StoreException(
                    StoreException.Kind.TIMEOUT, "too long", new IOException());
              }
              try {
                return method.invoke(database, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private void write(String measurement, Duration ago) {
    database.write(
        measurement,
        Map.of("ch", "1"),
        clock.instant().minus(ago).toEpochMilli() * 1000,
        Map.of("v", 1.0));
  }

  private Report after(Duration time) {
    clock.pass(time);
    return probe.check();
  }

  @Test
  void emptied_isToldAlthoughNewPointsCome_untilTheOldOnesAreBack() {
    write("meter", MINUTE);
    assertThat(probe.check().state()).isEqualTo(State.UP);
    MemoryStore before = database;
    database = new MemoryStore(1_000);
    clock.pass(MINUTE);
    write("meter", Duration.ZERO);
    Report told = probe.check();
    assertThat(told.state()).isEqualTo(State.DEGRADED);
    assertThat(told.message())
        .contains(
            "nothing is there any more of what was until 2025-01-01T00:00:00Z, such as meter at"
                + " 2024-12-31T23:59:00Z (noticed 2025-01-01T00:01:00Z)")
        .contains("restart this service");
    assertThat(after(Duration.ofDays(2)).state()).isEqualTo(State.DEGRADED);
    database = before;
    assertThat(after(MINUTE).state()).isEqualTo(State.UP);
  }

  @Test
  void emptyFromTheBeginning_isNot() {
    assertThat(probe.check().state()).isEqualTo(State.UP);
    assertThat(after(MINUTE).state()).isEqualTo(State.UP);
    write("meter", Duration.ZERO);
    assertThat(after(MINUTE).state()).isEqualTo(State.UP);
    database = new MemoryStore(1_000);
    assertThat(after(MINUTE).state()).isEqualTo(State.DEGRADED);
  }

  @Test
  void onePointOrMeasurementDeletedByHand_isNot() {
    write("a", MINUTE);
    write("b", MINUTE);
    assertThat(probe.check().state()).isEqualTo(State.UP);
    database = new MemoryStore(1_000);
    write("b", MINUTE);
    assertThat(probe.check().state()).isEqualTo(State.UP);
    assertThat(after(MINUTE).state()).isEqualTo(State.UP);
    database = new MemoryStore(1_000);
    write("b", Duration.ofDays(1));
    assertThat(after(MINUTE).state()).isEqualTo(State.UP);
  }

  @Test
  void whatIsNotAnswered_isNotSaidToBeGone_andWhatWasGoneStaysSo() {
    write("meter", MINUTE);
    assertThat(probe.check().state()).isEqualTo(State.UP);
    busy.set(true);
    assertThat(after(MINUTE).state()).isEqualTo(State.UP);
    busy.set(false);
    database = new MemoryStore(1_000);
    assertThat(after(MINUTE).state()).isEqualTo(State.DEGRADED);
    busy.set(true);
    assertThat(after(MINUTE).state()).isEqualTo(State.DEGRADED);
  }

  @Test
  void pointsBehindTheRetention_areNot_whileNewOnesCome() {
    for (int hour = 0; hour < 5; hour++) {
      // What is older than half an hour is gone each time.
      database = new MemoryStore(1_000);
      for (int minute = 0; minute < 30; minute += 5) {
        write("meter", Duration.ofMinutes(minute));
      }
      assertThat(after(Duration.ofMinutes(12)).state()).isEqualTo(State.UP);
    }
  }
}
