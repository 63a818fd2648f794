package com.voltageems.hissrv.query.health.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.health.Gauge;
import com.voltageems.hissrv.query.health.PartState.State;
import com.voltageems.hissrv.query.health.Report;
import com.voltageems.hissrv.query.health.SettableClock;
import com.voltageems.hissrv.query.sample.MemoryStore;
import com.voltageems.hissrv.query.store.HistoryStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * A database with an older state, as after a restored backup: nothing said that its newest data was
 * gone. And what looks like it and is not.
 */
class OlderStateTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);

  private record Put(String measurement, String device, Instant time) {}

  private final SettableClock clock = new SettableClock();
  private final List<Put> puts = new ArrayList<>();
  private MemoryStore database = new MemoryStore(100_000);
  private final ShownWatchTest.Kept memory = new ShownWatchTest.Kept();
  private StoreProbe probe = started();

  private StoreProbe started() {
    return new StoreProbe(store(), Duration.ofSeconds(20), memory, clock);
  }

  private HistoryStore store() {
    return (HistoryStore)
        Proxy.newProxyInstance(
            HistoryStore.class.getClassLoader(),
            new Class<?>[] {HistoryStore.class},
            (self, method, arguments) -> {
              try {
                return method.invoke(database, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private void put(Put put) {
    puts.add(put);
    into(database, put);
  }

  private static void into(MemoryStore database, Put put) {
    database.write(
        put.measurement(),
        Map.of("ch", put.device()),
        put.time().toEpochMilli() * 1000,
        Map.of("v", 1.0));
  }

  /** The database from now on has what passes the filter of all that was ever written. */
  private void keepOnly(Predicate<Put> filter) {
    puts.removeIf(filter.negate());
    database = new MemoryStore(100_000);
    puts.forEach(put -> into(database, put));
  }

  /** Two devices twice a minute, and windows of five minutes; the service looks as often. */
  private void run(Duration time) {
    run(time, "1", "2");
  }

  private void run(Duration time, String... devices) {
    for (long second = 0; second < time.toSeconds(); second += 30) {
      clock.pass(Duration.ofSeconds(30));
      Instant now = clock.instant();
      for (int i = 0; i < devices.length; i++) {
        put(new Put("meter", devices[i], now.minusSeconds(2).plusMillis(i)));
      }
      if (now.getEpochSecond() % 300 == 0) {
        put(new Put("five", "1", now.minusSeconds(300)));
      }
      Report unused = probe.check();
    }
  }

  private void isUp() {
    Report report = probe.check();
    assertThat(report.message()).isEqualTo("memory");
    assertThat(report.state()).isEqualTo(State.UP);
    assertThat(gone(report)).isZero();
    assertThat(report.detail().get("gone")).isNull();
  }

  private static double gone(Report report) {
    return report.gauges().stream()
        .filter(one -> one.name().equals("hissrv_store_gone_seconds"))
        .mapToDouble(Gauge::value)
        .sum();
  }

  @Test
  void olderStateAfterARestore_isTold_fromWhenToWhen_untilTheDataIsBack() {
    run(HOUR.multipliedBy(9));
    isUp();
    Instant loss = clock.instant();
    Instant backup = loss.minus(HOUR.multipliedBy(3));
    List<Put> whole = List.copyOf(puts);
    keepOnly(put -> put.time().isBefore(backup));
    // What was in flight is written late.
    put(new Put("five", "1", loss.minusSeconds(300)));
    run(MINUTE.multipliedBy(3));

    Report told = probe.check();
    assertThat(told.state()).isEqualTo(State.DEGRADED);
    assertThat(told.message())
        .contains(
            "memory; data from " + backup.minusSeconds(2).plusMillis(1) + " to 2025-01-01T08:5")
        .contains("set the sink's offsets back to before");
    assertThat(gone(told)).isBetween(3 * 3600 - 150.0, 3 * 3600 + 1.0);
    assertThat(told.detail().get("gone"))
        .asString()
        .contains("from=" + backup.minusSeconds(2).plusMillis(1));

    // Half of it is back.
    whole.stream()
        .filter(put -> put.time().isBefore(backup.plus(HOUR)))
        .forEach(put -> into(database, put));
    run(HOUR);
    assertThat(probe.check().state()).isEqualTo(State.DEGRADED);
    whole.forEach(put -> into(database, put));
    run(MINUTE);
    isUp();
  }

  @Test
  void olderStateOfSomeMinutes_orOfDays_isTold() {
    for (Duration back : List.of(MINUTE.multipliedBy(6), HOUR.multipliedBy(30))) {
      run(HOUR.multipliedBy(40));
      isUp();
      Instant backup = clock.instant().minus(back);
      keepOnly(put -> put.time().isBefore(backup));
      run(MINUTE.multipliedBy(3));
      assertThat(probe.check().state()).as("%s", back).isEqualTo(State.DEGRADED);
      clock.pass(Duration.ofMinutes(10));
      // Taken note of.
      probe = started();
      run(MINUTE.multipliedBy(3));
      isUp();
    }
  }

  /** Another password for the database: the service runs on, so nobody has taken note of it. */
  @Test
  void olderState_isToldOnByAProbeThatReplacesThisOne() {
    run(HOUR.multipliedBy(9));
    Instant backup = clock.instant().minus(HOUR.multipliedBy(3));
    List<Put> whole = List.copyOf(puts);
    keepOnly(put -> put.time().isBefore(backup));
    run(MINUTE.multipliedBy(3));
    Report told = probe.check();
    assertThat(told.state()).isEqualTo(State.DEGRADED);
    run(HOUR);

    probe = new StoreProbe(store(), Duration.ofSeconds(20), memory, clock, probe);
    Report after = probe.check();
    assertThat(after.message()).isEqualTo(told.message());
    assertThat(after.detail()).isEqualTo(told.detail());
    run(HOUR);
    assertThat(probe.check().message()).isEqualTo(told.message());
    whole.forEach(put -> into(database, put));
    run(MINUTE);
    isUp();
  }

  @Test
  void restoredWhileTheServiceWasDown_isTold_alsoAfterAnotherStart() {
    run(HOUR.multipliedBy(5));
    isUp();
    Instant backup = clock.instant().minus(HOUR);
    keepOnly(put -> put.time().isBefore(backup));
    clock.pass(HOUR);
    probe = started();
    run(MINUTE.multipliedBy(3));
    assertThat(probe.check().message()).contains("data from ");
    probe = started();
    run(MINUTE.multipliedBy(2));
    assertThat(probe.check().message()).contains("data from ");
  }

  @Test
  void retention_isNot() {
    for (int i = 0; i < 30; i++) {
      run(MINUTE.multipliedBy(20));
      Instant kept = clock.instant().minus(HOUR);
      keepOnly(put -> put.time().isAfter(kept));
      isUp();
    }
  }

  @Test
  void retentionOfOneMeasurementThatEnded_isNot() {
    run(HOUR.multipliedBy(3));
    for (int i = 0; i < 10; i++) {
      run(MINUTE.multipliedBy(30), "1");
      Instant kept = clock.instant().minus(HOUR);
      keepOnly(put -> put.measurement().equals("meter") || put.time().isBefore(kept));
      run(MINUTE);
      isUp();
    }
  }

  @Test
  void seriesThatEnded_isNot() {
    run(HOUR.multipliedBy(3));
    run(HOUR.multipliedBy(3), "1");
    isUp();
    run(HOUR.multipliedBy(3), new String[0]);
    isUp();
  }

  @Test
  void deletedDevice_measurement_orRange_isNot() {
    run(HOUR.multipliedBy(6));
    keepOnly(put -> !put.device().equals("2"));
    run(MINUTE.multipliedBy(5));
    isUp();
    run(HOUR.multipliedBy(6));
    keepOnly(put -> !put.measurement().equals("meter"));
    run(MINUTE.multipliedBy(5));
    isUp();
    run(HOUR.multipliedBy(6));
    Instant now = clock.instant();
    keepOnly(
        put ->
            put.time().isBefore(now.minus(HOUR.multipliedBy(3)))
                || put.time().isAfter(now.minus(HOUR)));
    run(MINUTE.multipliedBy(5));
    isUp();
    // The last hours of a measurement, while another one has them.
    keepOnly(put -> put.measurement().equals("five") || put.time().isBefore(now.minus(HOUR)));
    run(MINUTE.multipliedBy(5));
    isUp();
  }

  @Test
  void deletedDevice_whoseSampleWasTheNewestAlways_isNot() {
    run(HOUR.multipliedBy(6));
    keepOnly(put -> put.measurement().equals("meter"));
    probe = started();
    run(HOUR.multipliedBy(6));
    keepOnly(put -> !put.device().equals("2"));
    run(MINUTE.multipliedBy(5), "1");
    isUp();
  }

  @Test
  void newestPointDeleted_isNot() {
    run(HOUR);
    Instant now = clock.instant();
    keepOnly(put -> put.time().isBefore(now.minusSeconds(10)));
    run(MINUTE.multipliedBy(3));
    isUp();
  }

  @Test
  void clockThatWasAhead_withItsPointsDeleted_isNot() {
    run(HOUR);
    clock.pass(Duration.ofDays(1));
    run(HOUR);
    clock.pass(Duration.ofDays(-1));
    run(HOUR);
    isUp();
    Instant now = clock.instant();
    keepOnly(put -> !put.time().isAfter(now));
    run(HOUR);
    isUp();
  }

  @Test
  void fieldsOfEarlierNamesThatCome_areNot() {
    run(HOUR);
    for (int i = 0; i < 6; i++) {
      database.write(
          "meter",
          Map.of("ch", "1"),
          clock.instant().minusSeconds(100).toEpochMilli() * 1000,
          Map.of("a" + i, 1.0));
    }
    run(MINUTE.multipliedBy(5));
    isUp();
  }
}
