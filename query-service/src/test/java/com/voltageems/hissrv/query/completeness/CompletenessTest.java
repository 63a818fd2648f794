package com.voltageems.hissrv.query.completeness;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.window.CalendarWindows;
import com.voltageems.hissrv.query.store.window.FixedWindows;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
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

  /** As on the day on which somebody has it sampled every second instead of every other minute. */
  @Test
  void stepThatChangesWithinADay_isCompleteBeforeAndAfter() {
    samples("1", 0, 36 * HOUR, 120_000);
    samples("1", 36 * HOUR, 37 * HOUR, 1000);
    samples("1", 37 * HOUR + 60_000, 40 * HOUR, 1000);

    SeriesReport report = counted.reports(T, T + 40 * HOUR, T + 40 * HOUR).get(0);
    assertThat(report.windows())
        .filteredOn(row -> row.startMillis() != T + 37 * HOUR)
        .hasSize(39)
        .allMatch(row -> row.samples() == row.expected());
    assertThat(report.windows()).contains(new WindowReport(T + 37 * HOUR, 3540, 3600));
    assertThat(report.silences())
        .containsExactly(
            new Silence((T + 37 * HOUR - 1000) * 1000, (T + 37 * HOUR + 60_000) * 1000));
  }

  /**
   * Just after midnight there are few samples, so that the distance between two paces counts: where
   * it is too short for a silence of the slower one, nothing more was to be expected.
   */
  @Test
  void stepThatChangesSoonAfterMidnight_isCompleteOnEitherDay() {
    Random random = new Random(7);
    CalendarWindows days = new CalendarWindows(CalendarWindows.Unit.DAY, 1, ZoneOffset.UTC);
    for (int minutes = 2; minutes < 60; minutes += 2) {
      for (int seconds = 1; seconds < 90; seconds++) {
        Completeness one = new Completeness(List.of(), days, days);
        long change = DAY + minutes * 60_000L;
        for (long time = 0; time < change; time += time == change - 360_000 ? 240_000 : 120_000) {
          one.take(new Row(1).begin((T + time) * 1000, List.of()));
        }
        // The last but one may be missing, as every hour at the demonstration's site.
        long last = change + random.nextInt(170_000);
        for (int i = 0; i < seconds; i++) {
          last += 1000 + random.nextInt(40) - 20;
          one.take(new Row(1).begin((T + last) * 1000, List.of()));
        }
        SeriesReport report = one.reports(T, T + 2 * DAY, T + last + 500).get(0);
        WindowReport today = report.windows().get(1);
        assertThat((double) today.samples() / today.expected())
            .as("%d minutes and %d seconds: %s", minutes, seconds, today)
            .isGreaterThan(0.6);
      }
    }
  }

  /** A silence among the coarse samples is one of theirs. */
  @Test
  void silenceOfACoarserPace_isToldByItsOwnStep() {
    samples("1", 0, 2 * HOUR, 120_000);
    samples("1", 2 * HOUR + 600_000, 6 * HOUR, 120_000);
    samples("1", 6 * HOUR, 10 * HOUR, 1000);

    SeriesReport report = counted.reports(T, T + 10 * HOUR, T + 10 * HOUR).get(0);
    assertThat(report.silences())
        .containsExactly(
            new Silence((T + 2 * HOUR - 120_000) * 1000, (T + 2 * HOUR + 600_000) * 1000));
    assertThat(report.windows()).contains(new WindowReport(T + 2 * HOUR, 25, 30));
  }

  /**
   * What answers every tenth second for some minutes answers badly; it is not asked more seldom.
   */
  @Test
  void slowerForAShortWhile_isIncomplete() {
    samples("1", 0, 2 * HOUR, 1000);
    samples("1", 2 * HOUR, 2 * HOUR + 20 * 60_000, 10_000);
    samples("1", 2 * HOUR + 20 * 60_000, 6 * HOUR, 1000);

    SeriesReport report = counted.reports(T, T + 6 * HOUR, T + 6 * HOUR).get(0);
    assertThat(report.windows()).contains(new WindowReport(T + 2 * HOUR, 2520, 3600));
    assertThat(report.silences()).hasSizeGreaterThan(90);
  }

  /** The same while nobody knows yet whether it will be quicker again: the last samples count. */
  @Test
  void slowerForAShortWhileUpToNow_isIncomplete() {
    samples("1", 0, 2 * HOUR, 1000);
    samples("1", 2 * HOUR, 2 * HOUR + 20 * 60_000, 10_000);

    long now = T + 2 * HOUR + 20 * 60_000;
    SeriesReport report = counted.reports(T, T + 3 * HOUR, now).get(0);
    assertThat(report.windows()).contains(new WindowReport(T + 2 * HOUR, 120, 1200));
    assertThat(report.silences()).hasSizeGreaterThan(90);
  }

  /** Every other sample lost at random leaves no step that could be taken for a new one. */
  @Test
  void samplesLostAtRandom_areMissing() {
    Random random = new Random(7);
    for (long time = T; time < T + 6 * HOUR; time += 1000) {
      boolean bad = time >= T + 3 * HOUR && time < T + 5 * HOUR;
      if (!bad || random.nextBoolean()) {
        counted.take(new Row(1).begin(time * 1000, List.of("1")));
      }
    }

    SeriesReport report = counted.reports(T, T + 6 * HOUR, T + 6 * HOUR).get(0);
    assertThat(report.windows().get(3).samples()).isBetween(1700L, 1900L);
    assertThat(report.windows()).allMatch(row -> row.expected() == 3600);
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
