package com.voltageems.hissrv.query.completeness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.voltageems.hissrv.query.completeness.SampleSink.Known;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.window.CalendarWindows;
import com.voltageems.hissrv.query.store.window.FixedWindows;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.assertj.core.data.Offset;
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

  private final Completeness daily =
      new Completeness(
          List.of("ch"),
          new CalendarWindows(CalendarWindows.Unit.DAY, 1, ZoneOffset.UTC),
          new CalendarWindows(CalendarWindows.Unit.DAY, 1, ZoneOffset.UTC));

  /** As a copy of hours counts samples at these times, of which one may be left out. */
  private void hours(long from, long to, double step, long... silences) {
    daily.range(T + from, T + to, Known.COUNTS);
    for (long hour = from; hour < to; hour += HOUR) {
      long count = 0;
      for (long i = (long) Math.ceil(hour / step); i * step < hour + HOUR; i++) {
        double time = i * step;
        boolean silent = false;
        for (int j = 0; j < silences.length; j += 2) {
          silent |= time >= silences[j] && time < silences[j + 1];
        }
        count += silent ? 0 : 1;
      }
      if (count > 0) {
        daily.count(List.of("1"), T + hour, T + hour + HOUR, count);
      }
    }
  }

  private SeriesReport days(int count) {
    return daily.reports(T, T + count * DAY, T + count * DAY).get(0);
  }

  @Test
  void countsOfHours_tellWhatIsMissing() {
    hours(0, DAY, 1000);
    hours(DAY, 2 * DAY, 1000, DAY + 90 * 60_000, DAY + 5 * HOUR);

    SeriesReport report = days(2);
    assertThat(report.windows())
        .containsExactly(
            new WindowReport(T, 86_400, 86_400),
            new WindowReport(T + DAY, 86_400 - 12_600, 86_400));
    assertThat(report.stepMicros()).isEqualTo(1_000_000);
    assertThat(report.silences())
        .as("what is certain: the whole hours")
        .containsExactly(new Silence((T + DAY + 2 * HOUR) * 1000, (T + DAY + 5 * HOUR) * 1000));
    assertThat(report.firstMicros()).isEqualTo(T * 1000);
    assertThat(daily.closedUntilMillis()).hasValue(T + DAY);
  }

  /** Steps that divide no hour, and such that are longer than one. */
  @Test
  void countsOfHours_ofAnyStep_areComplete() {
    for (double minutes : new double[] {0.3, 1, 5, 7, 13, 15, 25, 30, 40, 47, 60, 90, 100, 120}) {
      Completeness one = new Completeness(List.of(), days(), days());
      one.range(T, T + 3 * DAY, Known.COUNTS);
      long all = 0;
      for (long hour = 0; hour < 3 * DAY; hour += HOUR) {
        double step = minutes * 60_000;
        long count = (long) (Math.ceil((hour + HOUR) / step) - Math.ceil(hour / step));
        if (count > 0) {
          one.count(List.of(), T + hour, T + hour + HOUR, count);
          all += count;
        }
      }
      SeriesReport report = one.reports(T, T + 3 * DAY, T + 3 * DAY).get(0);
      assertThat(report.samples()).isEqualTo(all);
      assertThat((double) report.expected())
          .as("%s minutes", minutes)
          .isCloseTo((double) all, offset(all, minutes));
      assertThat(report.silences()).as("%s minutes", minutes).isEmpty();
    }
  }

  private static CalendarWindows days() {
    return new CalendarWindows(CalendarWindows.Unit.DAY, 1, ZoneOffset.UTC);
  }

  /** A hundredth, or one in a day; of some steps of more than half an hour a tenth. */
  private static Offset<Double> offset(long all, double minutes) {
    return Offset.offset(Math.max(3, all / (minutes > 30 ? 10.0 : 100.0)));
  }

  @Test
  void daysWithoutAnySample_expectWhatIsUsualOnTheNearestDay() {
    hours(0, 3 * DAY, 10_000, DAY, 2 * DAY);

    SeriesReport report = days(3);
    assertThat(report.windows())
        .containsExactly(
            new WindowReport(T, 8640, 8640),
            new WindowReport(T + DAY, 0, 8640),
            new WindowReport(T + 2 * DAY, 8640, 8640));
    assertThat(report.silences())
        .containsExactly(new Silence((T + DAY) * 1000, (T + 2 * DAY) * 1000));
  }

  @Test
  void quickerHours_makeUpForNothingThatIsMissing() {
    hours(0, 12 * HOUR, 10_000);
    hours(12 * HOUR, 14 * HOUR, 1000);
    hours(14 * HOUR, DAY, 10_000, 20 * HOUR, 22 * HOUR);

    WindowReport day = days(1).windows().get(0);
    assertThat(day.samples()).isEqualTo(20 * 360 + 2 * 3600);
    assertThat(day.expected()).isEqualTo(day.samples() + 720);
  }

  /** Of today only the last hour is told by the samples; they tell their own step. */
  @Test
  void countsAndTimesOfOneDay_areEachExpectedByTheirOwn() {
    daily.range(T, T + 10 * HOUR, Known.COUNTS);
    for (long hour = 0; hour < 10 * HOUR; hour += HOUR) {
      daily.count(List.of("1"), T + hour, T + hour + HOUR, 720);
    }
    for (long time = 10 * HOUR; time < 11 * HOUR - 600_000; time += 1000) {
      daily.take(new Row(1).begin((T + time) * 1000, List.of("1")));
    }
    SeriesReport report = daily.reports(T, T + 11 * HOUR, T + 11 * HOUR).get(0);
    assertThat(report.windows()).containsExactly(new WindowReport(T, 7200 + 3000, 7200 + 3600));
    assertThat(report.silences())
        .containsExactly(new Silence((T + 11 * HOUR - 601_000) * 1000, (T + 11 * HOUR) * 1000));
  }

  /** A silence of minutes within hours: the copy only tells that something is missing there. */
  @Test
  void hoursThatLackSamples_areLookedInto() {
    long from = DAY + 12 * HOUR + 10 * 60_000;
    long to = DAY + 13 * HOUR + 20 * 60_000;
    hours(0, 2 * DAY, 1000, from, to);
    assertThat(days(2).silences()).isEmpty();

    SampleSink.Doubt doubt = daily.doubts().get(0);
    assertThat(daily.doubts())
        .containsExactly(
            new SampleSink.Doubt(
                List.of("1"), T + DAY + 12 * HOUR, T + DAY + 14 * HOUR, 1_000_000));
    daily.seen(doubt, new long[0]);
    assertThat(days(2).silences()).as("they are gone").isEmpty();
    daily.seen(
        doubt,
        LongStream.range(doubt.startMillis() / 1000 - 3, doubt.endMillis() / 1000 + 3)
            .filter(second -> second * 1000 < T + from || second * 1000 >= T + to)
            .map(second -> second * 1_000_000)
            .toArray());
    assertThat(days(2).silences())
        .containsExactly(new Silence((T + from - 1000) * 1000, (T + to) * 1000));
  }

  /** From the middle of one hour to the middle of another one, over midnight. */
  @Test
  void silenceOfHours_isOneStretchToLookInto() {
    hours(0, 2 * DAY, 1000, 22 * HOUR + 60_000, DAY + 90 * 60_000);
    assertThat(daily.doubts())
        .extracting(
            doubt -> (doubt.startMillis() - T) / HOUR, doubt -> (doubt.endMillis() - T) / HOUR)
        .containsExactly(tuple(22L, 26L));
  }

  @Test
  void countsThatScatter_areNotLookedInto() {
    Random random = new Random(3);
    daily.range(T, T + 2 * DAY, Known.COUNTS);
    for (long hour = 0; hour < 2 * DAY; hour += HOUR) {
      long count = hour == 30 * HOUR ? 500 : 720 + Math.round(random.nextGaussian() * 24);
      daily.count(List.of("1"), T + hour, T + hour + HOUR, count);
    }
    assertThat(daily.doubts())
        .extracting(doubt -> (doubt.startMillis() - T) / HOUR)
        .containsExactly(30L);
  }

  @Test
  void aSingleCount_expectsNothingMore() {
    daily.range(T, T + DAY, Known.COUNTS);
    daily.count(List.of("1"), T + HOUR, T + 2 * HOUR, 1);

    SeriesReport report = days(1);
    assertThat(report.windows()).containsExactly(new WindowReport(T, 1, 1));
    assertThat(report.stepMicros()).isZero();
    assertThat(report.silences()).isEmpty();
  }

  /** Looks into samples that come at whole steps from one time to another, but for one silence. */
  private void lookedInto(long step, long from, long to, long silentFrom, long silentTo) {
    for (SampleSink.Doubt doubt : daily.doubts()) {
      long around = 3 * step;
      daily.seen(
          doubt,
          LongStream.range(from / step, to / step)
              .map(i -> i * step)
              .filter(at -> at < silentFrom || at >= silentTo)
              .map(at -> T + at)
              .filter(at -> at >= doubt.startMillis() - around && at < doubt.endMillis() + around)
              .map(at -> at * 1000)
              .toArray());
    }
  }

  /** An outage of days takes two hours of samples to look into, and is one silence. */
  @Test
  void silenceOfDays_isOneFromItsLastSampleToItsFirst() {
    long from = 5 * HOUR + 40 * 60_000;
    long to = 5 * DAY + 20 * 60_000;
    hours(0, 6 * DAY, 60_000, from, to);
    assertThat(daily.doubts())
        .extracting(
            doubt -> (doubt.startMillis() - T) / HOUR, doubt -> (doubt.endMillis() - T) / HOUR)
        .containsExactly(tuple(5 * 24L, 5 * 24L + 1), tuple(5L, 6L));

    lookedInto(60_000, 0, 6 * DAY, from, to);
    assertThat(days(6).silences())
        .containsExactly(new Silence((T + from - 60_000) * 1000, (T + to) * 1000));
  }

  @Test
  void silenceThatGoesOn_beginsWithTheLastSample() {
    long from = 30 * HOUR + 40 * 60_000;
    hours(0, 3 * DAY, 60_000, from, 3 * DAY);
    lookedInto(60_000, 0, 3 * DAY, from, 3 * DAY);

    SeriesReport report = days(3);
    assertThat(report.silences())
        .containsExactly(new Silence((T + from - 60_000) * 1000, (T + 3 * DAY) * 1000));
    assertThat(report.lastMicros()).isEqualTo((T + from - 60_000) * 1000);
  }

  /** It began between what was counted and what the samples tell. */
  @Test
  void silenceFromAnHourCountedToASample_isOne() {
    long from = 9 * HOUR + 20 * 60_000;
    hours(0, 10 * HOUR, 60_000, from, DAY);
    for (long time = 10 * HOUR + 30 * 60_000; time < 12 * HOUR; time += 60_000) {
      daily.take(new Row(1).begin((T + time) * 1000, List.of("1")));
    }
    lookedInto(60_000, 0, 12 * HOUR, from, 10 * HOUR + 30 * 60_000);

    assertThat(days(1).silences().get(0))
        .isEqualTo(new Silence((T + from - 60_000) * 1000, (T + 10 * HOUR + 30 * 60_000) * 1000));
  }

  @Test
  void seriesThatBeginsWithinAnHour_wasNotSilentBefore() {
    long first = 7 * HOUR + 30 * 60_000;
    hours(0, 2 * DAY, 60_000, 0, first);
    lookedInto(60_000, first, 2 * DAY, 0, 0);

    SeriesReport report = days(2);
    assertThat(report.silences()).isEmpty();
    assertThat(report.firstMicros()).isEqualTo((T + first) * 1000);
  }

  /** Where a day has only parts of hours, they do not tell how many there should be. */
  @Test
  void daysWithPartsOfHoursOnly_expectWhatIsUsualOnOthers() {
    hours(0, 3 * DAY, 10_000, DAY + 12 * HOUR, 2 * DAY + 21 * HOUR + 30 * 60_000);
    assertThat(days(3).windows())
        .containsExactly(
            new WindowReport(T, 8640, 8640),
            new WindowReport(T + DAY, 4320, 8640),
            new WindowReport(T + 2 * DAY, 900, 8640));
  }

  @Test
  void dayWithOneHourInPart_expectsWhatIsUsualOnOthers() {
    hours(0, 2 * DAY, 10_000, 12 * HOUR, DAY + 23 * HOUR + 30 * 60_000);
    assertThat(days(2).windows())
        .containsExactly(new WindowReport(T, 4320, 8640), new WindowReport(T + DAY, 180, 8640));
  }

  /** As where days begin at half past an hour: the samples tell that hour of each day. */
  @Test
  void whatTheSamplesTellBetweenCounts_isNotLookedIntoAgain() {
    for (long day = 0; day < 3 * DAY; day += DAY) {
      for (long time = day; time < day + HOUR; time += 60_000) {
        daily.take(new Row(1).begin((T + time) * 1000, List.of("1")));
      }
      hours(day + HOUR, day + DAY, 60_000);
    }
    assertThat(daily.doubts()).isEmpty();
    assertThat(days(3).windows()).allMatch(row -> row.samples() == 1440 && row.expected() == 1440);
  }

  // ---- samples that are gone ----

  private static final long UNKNOWN = WindowReport.UNKNOWN;

  /** They were told as none of so many, and as a silence. */
  @Test
  void samplesThatAreGone_areNeitherMissingNorExpected() {
    counted.range(T, T + 150 * 60_000, Known.NOTHING);
    samples("2", HOUR + 1000, HOUR + 11_000, 1000);
    counted.range(T + 150 * 60_000, T + 4 * HOUR, Known.TIMES);
    samples("1", 150 * 60_000, 4 * HOUR, 1000);
    samples("2", 3 * HOUR, 4 * HOUR, 1000);

    List<SeriesReport> reports = counted.reports(T, T + 4 * HOUR, T + 4 * HOUR);
    assertThat(reports.get(0).windows())
        .containsExactly(
            new WindowReport(T, UNKNOWN, UNKNOWN),
            new WindowReport(T + HOUR, UNKNOWN, UNKNOWN),
            new WindowReport(T + 2 * HOUR, 1800, 1800),
            new WindowReport(T + 3 * HOUR, 3600, 3600));
    assertThat(reports.get(0))
        .extracting(SeriesReport::samples, SeriesReport::expected)
        .containsExactly(5400L, 5400L);
    assertThat(reports.get(0).silences()).isEmpty();
    assertThat(reports.get(1).windows())
        .as("what is there still makes up for nothing")
        .containsExactly(
            new WindowReport(T, UNKNOWN, UNKNOWN),
            new WindowReport(T + HOUR, 10, UNKNOWN),
            new WindowReport(T + 2 * HOUR, 0, 1800),
            new WindowReport(T + 3 * HOUR, 3600, 3600));
    assertThat(reports.get(1).silences())
        .containsExactly(new Silence((T + 150 * 60_000) * 1000, (T + 3 * HOUR) * 1000));
  }

  /** Of a series of texts a copy knows nothing, so that no number of it is none that came. */
  @Test
  void seriesThatIsNotCounted_isNotKnownWhereTextsAreGone() {
    counted.range(T, T + 2 * HOUR, Known.COUNTS_OF_NUMBERS);
    for (int i = 0; i < 120; i++) {
      counted.count(List.of("1"), T + i * 60_000L, T + (i + 1) * 60_000L, 60);
    }
    counted.range(T + 2 * HOUR, T + 3 * HOUR, Known.TIMES);
    samples("1", 2 * HOUR, 3 * HOUR, 1000);
    samples("text", 2 * HOUR, 3 * HOUR, 1000);

    List<SeriesReport> reports = counted.reports(T, T + 3 * HOUR, T + 3 * HOUR);
    assertThat(reports.get(0).windows())
        .hasSize(3)
        .allMatch(row -> row.samples() == 3600 && row.expected() == 3600);
    assertThat(reports.get(1).windows())
        .containsExactly(
            new WindowReport(T, UNKNOWN, UNKNOWN),
            new WindowReport(T + HOUR, UNKNOWN, UNKNOWN),
            new WindowReport(T + 2 * HOUR, 3600, 3600));
    assertThat(reports.get(1).silences()).isEmpty();
  }

  /** A day cannot be measured by its own count: it was complete whatever came. */
  @Test
  void windowsTooLongToTellWhatIsUsual_expectNothing() {
    CalendarWindows days = new CalendarWindows(CalendarWindows.Unit.DAY, 1, ZoneOffset.UTC);
    Completeness one = new Completeness(List.of(), days, days);
    one.range(T, T + 3 * DAY, Known.COUNTS_ONLY);
    one.count(List.of(), T, T + DAY, 86_400);
    one.count(List.of(), T + 2 * DAY, T + 3 * DAY, 40_000);

    SeriesReport report = one.reports(T, T + 3 * DAY, T + 3 * DAY).get(0);
    assertThat(report.windows())
        .containsExactly(
            new WindowReport(T, 86_400, UNKNOWN),
            new WindowReport(T + DAY, 0, UNKNOWN),
            new WindowReport(T + 2 * DAY, 40_000, UNKNOWN));
    assertThat(report)
        .extracting(SeriesReport::samples, SeriesReport::expected)
        .containsExactly(0L, 0L);
    assertThat(report.silences()).isEmpty();
  }

  // ---- what is looked into ----

  /** Counts of the hours of a day, from an hour on. */
  private List<String> doubts(int hour, int... counts) {
    CalendarWindows days = new CalendarWindows(CalendarWindows.Unit.DAY, 1, ZoneOffset.UTC);
    Completeness one = new Completeness(List.of(), days, days);
    one.range(T, T + DAY, Known.COUNTS);
    for (int i = 0; i < counts.length; i++) {
      long start = T + (hour + i) * HOUR;
      if (counts[i] > 0) {
        one.count(List.of(), start, start + HOUR, counts[i]);
      }
    }
    return one.doubts().stream()
        .map(doubt -> (doubt.startMillis() - T) / HOUR + ".." + (doubt.endMillis() - T) / HOUR)
        .toList();
  }

  /** Two samples less are a silence of three steps, also where each hour lacks one. */
  @Test
  void silenceAcrossTwoHoursOfFewSamples_isLookedInto() {
    int[] counts = new int[24];
    Arrays.fill(counts, 12);
    assertThat(doubts(0, counts)).isEmpty();
    counts[5] = 11;
    assertThat(doubts(0, counts)).isEmpty();
    counts[6] = 11;
    assertThat(doubts(0, counts)).containsExactly("5..7");
    Arrays.fill(counts, 2);
    counts[5] = 0;
    assertThat(doubts(0, counts)).containsExactly("5..7");
    Arrays.fill(counts, 1);
    counts[5] = 0;
    assertThat(doubts(0, counts)).as("two steps are no silence").isEmpty();
    counts[6] = 0;
    assertThat(doubts(0, counts)).containsExactly("5..8");
  }

  /** Of three whole hours one lacks a quarter; that was taken for scatter. */
  @Test
  void silenceOnTheFirstDay_isLookedInto() {
    assertThat(doubts(19, 31, 60, 47, 60, 60)).contains("21..22");
  }
}
