package com.voltageems.hissrv.query.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.voltageems.hissrv.query.sample.MemoryProvider;
import com.voltageems.hissrv.query.sample.MemoryStore;
import com.voltageems.hissrv.query.sample.Spread;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.spi.StoreSettings;
import com.voltageems.hissrv.query.store.window.Digits;
import com.voltageems.hissrv.query.store.window.FixedWindows;
import com.voltageems.hissrv.query.store.window.OneWindow;
import com.voltageems.hissrv.query.store.window.Windows;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PointFunctionsTest {
  private static final long T = 1_700_002_800_000L;
  private static final long MINUTE = 60_000;

  private final MemoryStore store =
      (MemoryStore)
          new MemoryProvider()
              .open(new StoreSettings(new MemoryProvider().settings(), Map.of(), 1));

  private void write(long millis, double value) {
    store.write("m", Map.of("ch", "1"), millis * 1000, Map.of("v", value));
  }

  /** Values by window's start, in milliseconds after T. */
  private Map<Long, Double> values(PointFunction function, long from, long to, long length) {
    return values(function, from, to, length, 1_000_000);
  }

  private Map<Long, Double> values(
      PointFunction function, long from, long to, long length, long most) {
    return values(function, from, to, new FixedWindows(length), most);
  }

  private Map<Long, Double> values(
      PointFunction function, long from, long to, Windows windows, long most) {
    Deadline deadline = Deadline.in(Duration.ofMinutes(2));
    var measurement = store.measurement("m", deadline).orElseThrow();
    Map<Long, Double> values = new TreeMap<>();
    new PointScan(
            new Selection(measurement, List.of(), T + from, T + to),
            windows,
            measurement.tags(),
            List.of(new PointScan.Computed(measurement.fields().get(0), function)),
            most,
            (key, start, column, value) -> values.put(start - T, value))
        .run(store, deadline);
    return values;
  }

  private static PointFunction function(String name) {
    return PointFunctions.of(name).orElseThrow();
  }

  @Test
  void percentile_isInterpolatedBetweenTheNearestRanks() {
    double[] values = {15, 20, 35, 40, 50};
    for (int i = 0; i < values.length; i++) {
      write(T + i, values[values.length - 1 - i]);
    }
    write(T + MINUTE, 7);

    assertThat(values(function("p40"), 0, 2 * MINUTE, MINUTE))
        .isEqualTo(Map.of(0L, 29.0, MINUTE, 7.0));
    assertThat(values(function("median"), 0, MINUTE, MINUTE)).isEqualTo(Map.of(0L, 35.0));
    assertThat(values(function("p0"), 0, MINUTE, MINUTE)).isEqualTo(Map.of(0L, 15.0));
    assertThat(values(function("p100"), 0, MINUTE, MINUTE)).isEqualTo(Map.of(0L, 50.0));
    assertThat(values(function("p99.9"), 0, MINUTE, MINUTE)).isEqualTo(Map.of(0L, 49.96));
    assertThatThrownBy(() -> values(function("median"), 0, MINUTE, MINUTE, 4))
        .isInstanceOf(PointScan.TooManyException.class);
    assertThat(PointFunctions.of("p101")).isEmpty();
    assertThat(PointFunctions.of("p")).isEmpty();
    assertThat(PointFunctions.of("mode")).isEmpty();
  }

  @Test
  void increase_countsStepsToTheLaterWindowAndSurvivesResets() {
    write(T - 1000, 90);
    write(T, 100);
    write(T + 30_000, 110);
    // Reset: 5 since.
    write(T + MINUTE, 5);
    write(T + MINUTE + 1000, 6);
    // A silence of three windows.
    write(T + 4 * MINUTE, 20);

    Map<Long, Double> increase = values(function("increase"), 0, 5 * MINUTE, MINUTE);
    assertThat(increase).isEqualTo(Map.of(0L, 20.0, MINUTE, 6.0, 4 * MINUTE, 14.0));
    assertThat(values(function("increase"), 0, 5 * MINUTE, 5 * MINUTE).values())
        .as("windows add up")
        .containsExactly(40.0);
    assertThat(values(function("rate"), 0, MINUTE, MINUTE))
        .isEqualTo(Map.of(0L, Digits.computed(20 / 31.0)));
  }

  @Test
  void integral_isTheEnergyOfAPower() {
    // 6 kW for two hours, a point every ten minutes, beginning five minutes before the hour.
    for (int i = 0; i <= 13; i++) {
      write(T - 5 * MINUTE + 10L * i * MINUTE, 6);
    }
    assertThat(values(function("integral"), 0, 120 * MINUTE, 60 * MINUTE))
        .isEqualTo(Map.of(0L, 6.0, 60 * MINUTE, 6.0));
    assertThat(values(function("integral"), 0, 60 * MINUTE, 5 * MINUTE).values())
        .as("windows without a point, too")
        .hasSize(12)
        .allMatch(value -> value == 0.5);
  }

  @Test
  void integral_ofASilenceIsNothing() {
    write(T, 6);
    write(T + 10 * MINUTE, 6);
    write(T + 200 * MINUTE, 6);
    write(T + 210 * MINUTE, 6);

    assertThat(values(function("integral"), 0, 300 * MINUTE, 60 * MINUTE))
        .isEqualTo(Map.of(0L, 1.0, 180 * MINUTE, 1.0));
  }

  /** So windows add up, also those that are longer than the silence. */
  @Test
  void integral_ofASilenceWithinAWindowIsNothing() {
    write(T + 60 * MINUTE, 6);
    write(T + 120 * MINUTE, 6);
    write(T + 180 * MINUTE + 1, 6);
    write(T + 240 * MINUTE + 1, 6);

    for (long window : List.of(20L, 60L, 120L, 240L)) {
      assertThat(
              values(function("integral"), 60 * MINUTE, 300 * MINUTE, window * MINUTE)
                  .values()
                  .stream()
                  .mapToDouble(value -> value)
                  .sum())
          .as("windows of " + window + " minutes")
          .isCloseTo(12.0, within(1e-9));
    }
  }

  /** A range that is one window; there are points before it and after it. */
  @Test
  void integral_ofAWholeRangeIsThatOfItsWindows() {
    for (int i = -2; i <= 20; i++) {
      write(T + 10L * i * MINUTE, 6 + i);
    }
    long from = 5 * MINUTE;
    long to = 125 * MINUTE;
    double whole = 0;
    for (double value : values(function("integral"), from, to, 5 * MINUTE).values()) {
      whole += value;
    }
    assertThat(
            values(function("integral"), from, to, new OneWindow(T + from, T + to), 1_000_000)
                .values())
        .containsExactly(Digits.computed(whole));
  }

  @Test
  void integral_ofAPointAtABoundaryBeforeASilenceIsNothing() {
    write(T - 10 * MINUTE, 6);
    write(T, 6);
    write(T + 200 * MINUTE, 6);

    assertThat(values(function("integral"), -60 * MINUTE, 300 * MINUTE, 60 * MINUTE))
        .isEqualTo(Map.of(-60 * MINUTE, 1.0));
  }

  @Test
  void siteMayBringItsOwn(@TempDir Path dir) throws IOException {
    Path services = Files.createDirectories(dir.resolve("META-INF/services"));
    Path file = services.resolve(PointFunction.class.getName());
    Files.writeString(file, Spread.class.getName());
    URL[] jar = {dir.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(jar, getClass().getClassLoader())) {
      PointFunction spread =
          PointFunctions.find(PointFunctions.load(loader), "spread").orElseThrow();
      write(T, 3);
      write(T + 1, 10);
      write(T + MINUTE, 1);
      assertThat(values(spread, 0, 2 * MINUTE, MINUTE)).isEqualTo(Map.of(0L, 7.0, MINUTE, 0.0));
    }
    Files.writeString(file, Spread.class.getName() + "\n" + Mean.class.getName());
    try (URLClassLoader loader = new URLClassLoader(jar, getClass().getClassLoader())) {
      assertThatThrownBy(() -> PointFunctions.load(loader))
          .hasMessage("function mean: needs a name of its own of small letters, digits and _");
    }
  }

  /** Called like one of the database's. */
  public static final class Mean implements PointFunction {
    @Override
    public String name() {
      return "mean";
    }

    @Override
    public Calculation begin() {
      throw new IllegalStateException("never begun");
    }
  }

  @Test
  void unit_isThatOfWhatIsComputed() {
    assertThat(PointFunctions.of("integral").orElseThrow().unit("kW")).isEqualTo("kWh");
    assertThat(PointFunctions.of("integral").orElseThrow().unit("°C")).isEqualTo("°C·h");
    assertThat(PointFunctions.of("rate").orElseThrow().unit("kWh")).isEqualTo("kWh/s");
    assertThat(PointFunctions.of("increase").orElseThrow().unit("kWh")).isEqualTo("kWh");
    assertThat(PointFunctions.of("p95").orElseThrow().unit("V")).isEqualTo("V");
  }
}
