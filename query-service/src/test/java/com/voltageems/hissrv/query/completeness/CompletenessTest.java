package com.voltageems.hissrv.query.completeness;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.window.CalendarWindows;
import com.voltageems.hissrv.query.store.window.FixedWindows;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CompletenessTest {
  /** A whole day. */
  private static final long T = 1_699_920_000_000L;

  private static final long HOUR = 3_600_000;
  private static final long DAY = 24 * HOUR;

  private final Completeness counted =
      new Completeness(
          List.of("ch"),
          new FixedWindows(HOUR),
          new CalendarWindows(CalendarWindows.Unit.DAY, 1, ZoneOffset.UTC));

  private void samples(String channel, long from, long to, long step) {
    for (long time = T + from; time < T + to; time += step) {
      assertThat(counted.take(new Row(1).begin(time * 1000, List.of(channel)))).isTrue();
    }
  }

  @Test
  void silence_isMissingFromItsWindows() {
    samples("1", 0, 90 * 60_000, 1000);
    samples("1", 120 * 60_000, 4 * HOUR, 1000);

    SeriesReport report = counted.reports(T, T + 4 * HOUR, T + 4 * HOUR).get(0);
    assertThat(report.tags()).isEqualTo(Map.of("ch", "1"));
    assertThat(report.stepMicros()).isEqualTo(1_000_000);
    assertThat(report.windows())
        .containsExactly(
            new WindowReport(T, 3600, 3600),
            new WindowReport(T + HOUR, 1800, 3600),
            new WindowReport(T + 2 * HOUR, 3600, 3600),
            new WindowReport(T + 3 * HOUR, 3600, 3600));
    assertThat(report.samples()).isEqualTo(12_600);
    assertThat(report.expected()).isEqualTo(14_400);
    assertThat(report.silences())
        .containsExactly(new Silence((T + 90 * 60_000 - 1000) * 1000, (T + 120 * 60_000) * 1000));
  }

  @Test
  void windowThatGoesOn_expectsOnlyWhatCanHaveCome() {
    samples("1", 0, HOUR + 600_000, 1000);

    SeriesReport report = counted.reports(T, T + 2 * HOUR, T + HOUR + 600_000).get(0);
    assertThat(report.windows())
        .containsExactly(new WindowReport(T, 3600, 3600), new WindowReport(T + HOUR, 600, 600));
    assertThat(report.silences()).isEmpty();
    assertThat(counted.reports(T, T + 2 * HOUR, T + 2 * HOUR).get(0).silences())
        .as("it may still go on")
        .containsExactly(new Silence((T + HOUR + 599_000) * 1000, (T + 2 * HOUR) * 1000));
  }

  @Test
  void eachDay_hasAUsualStepOfItsOwn() {
    samples("1", 0, DAY, 10_000);
    samples("1", DAY, 2 * DAY, 60_000);

    SeriesReport report = counted.reports(T, T + 2 * DAY, T + 2 * DAY).get(0);
    assertThat(report.windows()).hasSize(48).allMatch(row -> row.samples() == row.expected());
    assertThat(report.stepMicros()).isEqualTo(60_000_000);
    assertThat(report.silences()).isEmpty();
  }

  @Test
  void closed_isWhatTheSlowestSeriesHasPassed() {
    assertThat(counted.closedUntilMillis()).isEmpty();
    samples("1", 0, 5 * HOUR, 60_000);
    samples("2", 0, 2 * HOUR + 60_000, 60_000);

    assertThat(counted.closedUntilMillis()).hasValue(T + 2 * HOUR);
    assertThat(counted.reports(T, T + 5 * HOUR, T + 5 * HOUR)).hasSize(2);
  }

  @Test
  void oneSample_tellsNoStep() {
    samples("1", 0, 1, 1000);

    SeriesReport report = counted.reports(T, T + HOUR, T + HOUR).get(0);
    assertThat(report.stepMicros()).isZero();
    assertThat(report.windows()).containsExactly(new WindowReport(T, 1, 1));
    assertThat(report.silences()).isEmpty();
  }
}
