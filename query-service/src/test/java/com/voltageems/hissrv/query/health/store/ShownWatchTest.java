package com.voltageems.hissrv.query.health.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.health.PartState.State;
import com.voltageems.hissrv.query.health.Report;
import com.voltageems.hissrv.query.health.SettableClock;
import com.voltageems.hissrv.query.sample.MemoryStore;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.StoreException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A database that was emptied, or another one of the same name: all was green. */
class ShownWatchTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final SettableClock clock = new SettableClock();
  private MemoryStore database = new MemoryStore(1_000);
  private final AtomicBoolean busy = new AtomicBoolean();
  private StoreException.Kind answer = StoreException.Kind.TIMEOUT;
  private final StoreProbe probe = new StoreProbe(store(), Duration.ofSeconds(10), clock);

  /** Whatever database stands at the address. */
  private HistoryStore store() {
    return (HistoryStore)
        Proxy.newProxyInstance(
            HistoryStore.class.getClassLoader(),
            new Class<?>[] {HistoryStore.class},
            (self, method, arguments) -> {
              if (busy.get() && method.getName().startsWith("measurement")) {
                throw new StoreException(answer, "too long", new IOException());
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
            "all data up to 2025-01-01T00:00:00Z, such as meter at 2024-12-31T23:59:00Z "
                + "(noticed 2025-01-01T00:01:00Z)")
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

  /** InfluxDB's max-select-series: nobody would have noticed that the data was gone. */
  @Test
  void whatTheDatabaseRefusesToAnswer_isToldInTheDetail() {
    write("meter", MINUTE);
    assertThat(probe.check().detail()).containsEntry("not_watched", null);
    busy.set(true);
    assertThat(after(MINUTE).detail()).containsEntry("not_watched", null);
    answer = StoreException.Kind.TOO_MUCH;
    assertThat(after(MINUTE).detail()).containsEntry("not_watched", "too long");
    busy.set(false);
    assertThat(after(MINUTE).detail()).containsEntry("not_watched", null);
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

  /** What is kept from one start to the next. */
  static final class Kept implements ShownMemory {
    private boolean known = true;
    private @Nullable String text;

    @Override
    public boolean isKnown() {
      return known;
    }

    @Override
    public @Nullable String before() {
      return text;
    }

    @Override
    public void keep(String text) {
      assertThat(text.length()).isLessThan(20_000);
      this.text = text;
    }

    @Override
    public Optional<String> problem() {
      return Optional.empty();
    }

    @Override
    public void close() {}
  }

  private StoreProbe started(Kept memory) {
    return new StoreProbe(store(), Duration.ofSeconds(10), memory, clock);
  }

  @Test
  void emptiedWhileTheServiceWasStartedAnew_isTold_alsoWhenItStartsOnceMore() {
    Kept memory = new Kept();
    write("an odd,name", MINUTE);
    assertThat(started(memory).check().state()).isEqualTo(State.UP);

    clock.pass(Duration.ofDays(3));
    database = new MemoryStore(1_000);
    write("an odd,name", MINUTE);
    Report told = started(memory).check();
    assertThat(told.state()).isEqualTo(State.DEGRADED);
    assertThat(told.message())
        .contains(
            "all data up to 2025-01-01T00:00:00Z, such as an odd,name at "
                + "2024-12-31T23:59:00Z (noticed 2025-01-04T00:00:00Z)")
        .contains("or restart this service at least ten minutes after that if it is meant");
    clock.pass(MINUTE.multipliedBy(9));
    assertThat(started(memory).check().state()).isEqualTo(State.DEGRADED);

    clock.pass(MINUTE);
    assertThat(started(memory).check().state()).as("taken note of").isEqualTo(State.UP);
    database = new MemoryStore(1_000);
    clock.pass(MINUTE);
    assertThat(started(memory).check().state()).isEqualTo(State.DEGRADED);
  }

  @Test
  void whatIsBack_isNotToldAfterTheNextStart() {
    Kept memory = new Kept();
    write("meter", MINUTE);
    StoreProbe first = started(memory);
    assertThat(first.check().state()).isEqualTo(State.UP);
    MemoryStore before = database;
    database = new MemoryStore(1_000);
    clock.pass(MINUTE);
    assertThat(first.check().state()).isEqualTo(State.DEGRADED);
    database = before;
    StoreProbe second = started(memory);
    assertThat(second.check().state()).isEqualTo(State.UP);

    clock.pass(Duration.ofMinutes(20));
    database = new MemoryStore(1_000);
    assertThat(started(memory).check().state()).isEqualTo(State.DEGRADED);
  }

  /** Kafka answers later than the database, which by then has shown something new. */
  @Test
  void memoryThatComesLate_counts_andIsNotOverwrittenBefore() {
    Kept memory = new Kept();
    write("meter", MINUTE);
    assertThat(started(memory).check().state()).isEqualTo(State.UP);
    String kept = memory.text;
    clock.pass(MINUTE);
    database = new MemoryStore(1_000);
    write("meter", Duration.ZERO);
    memory.known = false;
    StoreProbe second = started(memory);
    assertThat(second.check().state()).isEqualTo(State.UP);
    assertThat(memory.text).isEqualTo(kept);

    memory.known = true;
    assertThat(second.check().state()).isEqualTo(State.DEGRADED);
  }

  @Test
  void memoryThatIsOld_orNone_saysNothing() {
    Kept memory = new Kept();
    write("meter", MINUTE);
    assertThat(started(memory).check().state()).isEqualTo(State.UP);
    clock.pass(Duration.ofDays(5));
    database = new MemoryStore(1_000);
    write("meter", MINUTE);
    assertThat(started(memory).check().state()).isEqualTo(State.UP);
    for (String text : new String[] {"", "x", "1 2 3", "1 - @", "1 - x@y", "v2;{}"}) {
      memory.text = text;
      assertThat(started(memory).check().state()).as(text).isEqualTo(State.UP);
    }
  }
}
