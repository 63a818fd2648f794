package com.voltageems.hissrv.query.resolution;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.storage.Coverage;
import com.voltageems.hissrv.query.storage.plan.Task;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.window.WindowText;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CountSplitTest {
  private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");
  private static final long MINUTE = 60_000;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;

  /** A midnight there. */
  private static final long START = Instant.parse("2025-10-23T16:00:00Z").toEpochMilli();

  private static final Measurement M =
      new Measurement("m", List.of("ch"), List.of(new Field("1", Field.Kind.NUMBER)));

  private static Copy copy(String interval, Coverage counted) {
    return new Copy(
        Task.of(interval, "raw", interval, interval, List.of()),
        WindowText.parse(interval, SHANGHAI).orElseThrow(),
        Coverage.NONE,
        counted,
        List.of());
  }

  private static Coverage coverage(long from, long to) {
    return Coverage.NONE.plus(START + from, START + to);
  }

  private static List<String> parts(
      String interval, ZoneId zone, long end, @Nullable Long expired, Copy... copies) {
    return CountSplit.of(
            new Selection(M, List.of(), START, START + end),
            WindowText.parse(interval, zone).orElseThrow(),
            List.of(copies),
            expired)
        .stream()
        .map(
            part ->
                (part.copy() == null ? "raw" : part.copy().policy())
                    + " "
                    + (part.start() - START) / MINUTE
                    + ".."
                    + (part.end() - START) / MINUTE
                    + (part.windows() == null
                        ? ""
                        : " by " + part.windows().longestMillis() / MINUTE))
        .toList();
  }

  @Test
  void days_areCountedFromHours_upToWhereLateDataWasLookedForLast() {
    Copy hours = copy("1h", coverage(-DAY, 2 * DAY + 90 * MINUTE));
    assertThat(parts("1d", SHANGHAI, 2 * DAY + 2 * HOUR, null, hours))
        .containsExactly("1h 0..2940 by 60", "raw 2940..3000");
    assertThat(parts("1d", SHANGHAI, 2 * DAY, null)).containsExactly("raw 0..2880");
  }

  @Test
  void minutes_areAddedUpToHours_andTheCopyThatHasMoreIsTaken() {
    Copy hours = copy("1h", coverage(6 * HOUR, DAY));
    Copy minutes = copy("1m", coverage(-DAY, 3 * DAY));
    assertThat(parts("1d", SHANGHAI, 2 * DAY, null, hours, minutes))
        .containsExactly("1m 0..2880 by 60");
    assertThat(parts("1d", SHANGHAI, 2 * DAY, null, hours))
        .containsExactly("raw 0..360", "1h 360..1440 by 60", "raw 1440..2880");
  }

  /** Half an hour beside the copy's. */
  @Test
  void midnightWithinAWindow_isToldByTheSamples() {
    Copy hours = copy("1h", coverage(-DAY, 3 * DAY));
    ZoneId india = ZoneId.of("Asia/Kolkata");
    assertThat(
            CountSplit.of(
                    new Selection(M, List.of(), START + 150 * MINUTE, START + 150 * MINUTE + DAY),
                    WindowText.parse("1d", india).orElseThrow(),
                    List.of(hours),
                    null)
                .stream()
                .map(part -> part.copy() == null ? "raw" : part.copy().policy()))
        .containsExactly("raw", "1h", "raw");
  }

  @Test
  void hours_areToldByTheSamples_whereTheseAreNotGone() {
    Copy minutes = copy("1m", coverage(-DAY, 3 * DAY));
    assertThat(parts("1h", SHANGHAI, DAY, null, minutes)).containsExactly("raw 0..1440");
    assertThat(parts("1h", SHANGHAI, DAY, START + 90 * MINUTE, minutes))
        .containsExactly("1m 0..90 by 1", "raw 90..1440");
  }

  @Test
  void copyThatIsHardlyFinerThanTheQuestion_isNotAsked() {
    Copy days = copy("6h", coverage(-DAY, 3 * DAY));
    assertThat(parts("1d", SHANGHAI, DAY, null, days)).containsExactly("raw 0..1440");
    assertThat(parts("1w", SHANGHAI, DAY, null, days))
        .containsExactly("raw 0..120", "6h 120..1200 by 360", "raw 1200..1440");
  }

  /** Where nobody tells it better. */
  @Test
  void samplesThatAreGone_areCountedByAnyCopyThatFits_theFinestFirst() {
    Copy hours = copy("1h", coverage(6 * HOUR, 3 * DAY));
    Copy quarters = copy("15m", coverage(12 * HOUR, 3 * DAY));
    Copy days = copy("1d", coverage(-DAY, 3 * DAY));
    assertThat(parts("1h", SHANGHAI, 2 * DAY, START + DAY, days, hours, quarters))
        .containsExactly(
            "raw 0..360", "1h 360..720 by 60", "15m 720..1440 by 15", "raw 1440..2880");
    assertThat(parts("1d", SHANGHAI, 3 * DAY, START + 2 * DAY, days))
        .containsExactly("1d 0..2880 by 1500", "raw 2880..4320");
    assertThat(parts("1d", SHANGHAI, 3 * DAY, null, days)).containsExactly("raw 0..4320");
    assertThat(
            CountSplit.of(
                    new Selection(M, List.of(), START, START + DAY),
                    WindowText.parse("1d", SHANGHAI).orElseThrow(),
                    List.of(days, hours),
                    START + DAY)
                .stream()
                .map(CountSplit.Part::isCoarse))
        .as("the hours have most of it, and tell what is usual")
        .containsExactly(false, false);
  }

  /** A day is no measure of itself. */
  @Test
  void daysTellNoUsualStep_notEvenThatOfAMonth() {
    Copy days = copy("1d", coverage(-40 * DAY, 40 * DAY));
    assertThat(parts("4w", SHANGHAI, DAY, null, days)).containsExactly("raw 0..1440");
  }

  /** Of the minute that the end of the samples lies in the copy has more. */
  @Test
  void windowThatTheSamplesEndIn_isCounted() {
    Copy minutes = copy("1m", coverage(-DAY, 3 * DAY));
    assertThat(parts("1h", SHANGHAI, DAY, START + 90 * MINUTE + 1, minutes))
        .containsExactly("1m 0..91 by 1", "raw 91..1440");
  }
}
