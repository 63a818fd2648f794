package com.voltageems.hissrv.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The check must be able to fail: each kind of wrong answer is found and named. */
class HistoryCheckTest {
  private static final long START = 1_753_790_700L;

  private final Site site = new Site(7, ZoneOffset.UTC);
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
    HistoryCheck.Statistics right = statistics();
    List<HistoryCheck.Statistics> wrong =
        List.of(
            new HistoryCheck.Statistics(1e9, right.min(), right.max(), right.last(), 2),
            new HistoryCheck.Statistics(right.avg(), 1, right.max(), right.last(), 2),
            new HistoryCheck.Statistics(right.avg(), right.min(), 1e9, right.last(), 2),
            new HistoryCheck.Statistics(right.avg(), right.min(), right.max(), 1, 2),
            new HistoryCheck.Statistics(right.avg(), right.min(), right.max(), right.last(), 0),
            new HistoryCheck.Statistics(right.avg(), right.min(), right.max(), right.last(), 6));
    for (HistoryCheck.Statistics statistics : wrong) {
      assertThat(check.window(meter, voltage, START, 5, statistics))
          .as("" + statistics)
          .isPresent();
    }
  }

  private HistoryCheck.Statistics statistics() {
    double a = written(START);
    double b = written(START + 3);
    return new HistoryCheck.Statistics((a + b) / 2, Math.min(a, b), Math.max(a, b), b, 2);
  }
}
