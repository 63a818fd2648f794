package com.voltageems.hissrv.query.store.window;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.store.window.CalendarWindows.Unit;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CalendarWindowsTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private static Windows windows(Unit unit, int count, String zone) {
    return new CalendarWindows(unit, count, ZoneId.of(zone));
  }

  private static long millis(String instant) {
    return Instant.parse(instant).toEpochMilli();
  }

  /** Field case S12. */
  @ParameterizedTest
  @CsvSource({
    "DAY, 1, Asia/Shanghai, 2025-08-21T15:59:59.999Z, 2025-08-20T16:00:00Z, 2025-08-21T16:00:00Z",
    "DAY, 1, Europe/Berlin, 2024-03-31T10:00:00Z, 2024-03-30T23:00:00Z, 2024-03-31T22:00:00Z",
    "DAY, 1, Europe/Berlin, 2024-10-27T10:00:00Z, 2024-10-26T22:00:00Z, 2024-10-27T23:00:00Z",
    "WEEK, 1, UTC, 2025-08-21T10:00:00Z, 2025-08-18T00:00:00Z, 2025-08-25T00:00:00Z",
    "WEEK, 1, Europe/Berlin, 2024-03-31T10:00:00Z, 2024-03-24T23:00:00Z, 2024-03-31T22:00:00Z",
    "MONTH, 1, Europe/Berlin, 2024-02-29T23:00:00Z, 2024-02-29T23:00:00Z, 2024-03-31T22:00:00Z",
    "MONTH, 3, UTC, 2025-08-21T10:00:00Z, 2025-07-01T00:00:00Z, 2025-10-01T00:00:00Z",
    "YEAR, 1, Asia/Kolkata, 2025-12-31T18:30:00Z, 2025-12-31T18:30:00Z, 2026-12-31T18:30:00Z",
    "DAY, 2, UTC, 1970-01-02T12:00:00Z, 1970-01-01T00:00:00Z, 1970-01-03T00:00:00Z",
    "DAY, 1, UTC, 1969-12-31T23:00:00Z, 1969-12-31T00:00:00Z, 1970-01-01T00:00:00Z",
    // Clocks that go forward at midnight: the day begins at one.
    "DAY, 1, America/Santiago, 2024-09-08T12:00:00Z, 2024-09-08T04:00:00Z, 2024-09-09T03:00:00Z",
    // Clocks that went back over midnight: the day begins at its first midnight.
    "DAY, 1, America/St_Johns, 2006-10-29T02:35:00Z, 2006-10-29T02:30:00Z, 2006-10-30T03:30:00Z",
    // A day that a zone left out has no window.
    "DAY, 1, Pacific/Apia, 2011-12-30T09:59:00Z, 2011-12-29T10:00:00Z, 2011-12-30T10:00:00Z",
  })
  void window_isTheCalendars(
      Unit unit, int count, String zone, String moment, String start, String next) {
    Windows windows = windows(unit, count, zone);

    assertThat(Instant.ofEpochMilli(windows.floor(millis(moment)))).isEqualTo(start);
    assertThat(Instant.ofEpochMilli(windows.next(millis(moment)))).isEqualTo(next);
    assertThat(windows.ceil(millis(start))).isEqualTo(millis(start));
    assertThat(windows.ceil(millis(start) + 1)).isEqualTo(millis(next));
  }

  @Test
  void runs_joinWindowsOfOneLength() {
    Windows days = windows(Unit.DAY, 1, "Europe/Berlin");
    List<Run> runs = days.runs(millis("2024-01-01T10:00:00Z"), millis("2024-12-31T10:00:00Z"));

    assertThat(runs)
        .extracting(run -> run.lengthMillis() / 3_600_000)
        .containsExactly(24L, 23L, 24L, 25L, 24L);
    assertThat(runs.stream().mapToLong(Run::count).sum()).isEqualTo(366);
    assertThat(runs.get(0).startMillis())
        .isEqualTo(LocalDate.of(2024, 1, 1).atStartOfDay(BERLIN).toInstant().toEpochMilli());
  }

  /** For any range: no gap, no overlap, each window as floor and next say. */
  @Test
  void runs_areTheWindows() {
    Random random = new Random(12);
    List<String> zones =
        List.of("UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu");
    for (int i = 0; i < 300; i++) {
      Unit unit = List.of(Unit.values()).get(random.nextInt(4));
      Windows windows = windows(unit, 1 + random.nextInt(3), zones.get(random.nextInt(5)));
      long start = millis("1995-01-01T00:00:00Z") + (long) (random.nextDouble() * 1e12);
      long end = start + 1 + (long) (random.nextDouble() * 4e10);
      List<Long> starts = new ArrayList<>();
      long expected = windows.floor(start);
      for (Run run : windows.runs(start, end)) {
        assertThat(run.startMillis()).isEqualTo(expected);
        for (int j = 0; j < run.count(); j++) {
          long own = run.startMillis() + j * run.lengthMillis();
          starts.add(own);
          assertThat(windows.floor(own)).isEqualTo(own);
          assertThat(windows.floor(own + run.lengthMillis() - 1)).isEqualTo(own);
          assertThat(windows.next(own)).isEqualTo(own + run.lengthMillis());
        }
        expected = run.endMillis();
      }
      assertThat(expected).isEqualTo(windows.ceil(end));
      assertThat(starts).isSorted().doesNotHaveDuplicates();
    }
  }
}
