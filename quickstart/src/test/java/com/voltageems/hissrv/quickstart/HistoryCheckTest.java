package com.voltageems.hissrv.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The check must be able to fail: each kind of wrong answer is found and named. */
class HistoryCheckTest {
  private static final long START = 1_753_790_700L;

  private final Site site = new Site(7);
  private final HistoryCheck check = new HistoryCheck(site);
  private final Site.Channel meter = site.channels().get(0);
  private final Site.Point voltage = meter.points().get(0);

  private double written(long second) {
    return site.number(meter, voltage, second).orElseThrow();
  }

  @Test
  void live_agrees() {
    assertThat(check.live(meter, voltage, new TreeMap<>(Map.of(START * 1000, written(START)))))
        .isEmpty();
  }

  @Test
  void live_otherSecondsValue() {
    assertThat(check.live(meter, voltage, new TreeMap<>(Map.of(START * 1000, written(START + 1)))))
        .hasValueSatisfying(
            message ->
                assertThat(message).contains("channel 1001, point 1").contains("was written"));
  }

  @Test
  void live_betweenSeconds() {
    assertThat(check.live(meter, voltage, new TreeMap<>(Map.of(START * 1000 + 1, 1.0))))
        .hasValueSatisfying(message -> assertThat(message).contains("full seconds"));
  }

  @Test
  void pending_changedValue() {
    long second = START - START % Site.PENDING_EVERY;
    double value = site.pendingValue(second);
    assertThat(check.pending(new TreeMap<>(Map.of(second * 1000, value)))).isEmpty();
    assertThat(check.pending(new TreeMap<>(Map.of(second * 1000, value + 0.001)))).isPresent();
    assertThat(check.pending(new TreeMap<>(Map.of(second * 1000 + 1000, value)))).isPresent();
  }

  @Test
  void window_ofWrittenValues() {
    assertThat(check.window(meter, voltage, START, 5, statistics())).isEmpty();
  }

  @Test
  void window_eachStatisticCounts() {
    for (String suffix : statistics().keySet()) {
      Map<String, Double> wrong = statistics();
      wrong.put(suffix, 1e9);
      assertThat(check.window(meter, voltage, START, 5, wrong)).as(suffix).isPresent();
      Map<String, Double> missing = statistics();
      missing.remove(suffix);
      assertThat(check.window(meter, voltage, START, 5, missing)).as(suffix).isPresent();
    }
  }

  private Map<String, Double> statistics() {
    double a = written(START);
    double b = written(START + 3);
    Map<String, Double> statistics = new HashMap<>();
    statistics.put("min", Math.min(a, b));
    statistics.put("max", Math.max(a, b));
    statistics.put("last", b);
    statistics.put("avg", (a + b) / 2);
    statistics.put("count", 2.0);
    return statistics;
  }
}
