package com.voltageems.hissrv.query.store.window;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * Windows of days, weeks, months or years in the local time of a zone. A day begins at midnight (or
 * at its first existing moment), a week on Monday. A day on which the clocks change has 23 or 25
 * hours. Windows of several units are counted from 1970, weeks from the Monday before it. The
 * boundaries come from Java's zone rules, never from a database's.
 */
public record CalendarWindows(Unit unit, int count, ZoneId zone) implements Windows {
  /** The unit of a window. */
  public enum Unit {
    DAY(ChronoUnit.DAYS, 23, 25),
    /** Begins on Monday. */
    WEEK(ChronoUnit.WEEKS, 7 * 24 - 1, 7 * 24 + 1),
    MONTH(ChronoUnit.MONTHS, 28 * 24 - 1, 31 * 24 + 1),
    YEAR(ChronoUnit.YEARS, 365 * 24 - 1, 366 * 24 + 1);

    private final ChronoUnit chrono;
    private final long leastHours;
    private final long mostHours;

    Unit(ChronoUnit chrono, long leastHours, long mostHours) {
      this.chrono = chrono;
      this.leastHours = leastHours;
      this.mostHours = mostHours;
    }
  }

  private static final LocalDate FIRST_DAY = LocalDate.of(1970, 1, 1);
  private static final LocalDate FIRST_MONDAY = LocalDate.of(1969, 12, 29);
  private static final int MOST = 1000;
  private static final long HOUR = 3_600_000;

  public CalendarWindows {
    if (count < 1 || count > MOST) {
      throw new IllegalArgumentException("a window of " + count + " " + unit);
    }
  }

  @Override
  public long floor(long epochMillis) {
    return start(holding(epochMillis));
  }

  @Override
  public long next(long epochMillis) {
    return start(holding(epochMillis) + 1);
  }

  /**
   * Returns the number of the window that contains this moment: the last one that has begun. Near a
   * boundary the local date alone may give another number: if the clocks go back over midnight, a
   * date begins twice; and a date that the zone skipped begins with the next one.
   */
  private long holding(long epochMillis) {
    long window = ofLocalDate(epochMillis);
    while (start(window) > epochMillis) {
      window--;
    }
    while (start(window + 1) <= epochMillis) {
      window++;
    }
    return window;
  }

  private long ofLocalDate(long epochMillis) {
    LocalDate date = Instant.ofEpochMilli(epochMillis).atZone(zone).toLocalDate();
    return Math.floorDiv(unit.chrono.between(origin(), floorDate(date)), count);
  }

  /** Returns the first date of the unit that contains this date. */
  private LocalDate floorDate(LocalDate date) {
    return switch (unit) {
      case DAY -> date;
      case WEEK -> date.minusDays(date.getDayOfWeek().getValue() - 1L);
      case MONTH -> date.withDayOfMonth(1);
      case YEAR -> date.withDayOfYear(1);
    };
  }

  private LocalDate origin() {
    return unit == Unit.WEEK ? FIRST_MONDAY : FIRST_DAY;
  }

  private long start(long window) {
    return origin().plus(window * count, unit.chrono).atStartOfDay(zone).toInstant().toEpochMilli();
  }

  @Override
  public List<Run> runs(long startMillis, long endMillis) {
    List<Run> runs = new ArrayList<>();
    long start = floor(startMillis);
    long runStart = start;
    long length = 0;
    while (start < endMillis) {
      long next = next(start);
      if (length != 0 && next - start != length) {
        runs.add(new Run(runStart, length, (start - runStart) / length));
        runStart = start;
      }
      length = next - start;
      start = next;
    }
    runs.add(new Run(runStart, length, (start - runStart) / length));
    return runs;
  }

  @Override
  public long longestMillis() {
    return unit.mostHours * HOUR * count;
  }

  @Override
  public long shortestMillis() {
    return unit.leastHours * HOUR * count;
  }
}
