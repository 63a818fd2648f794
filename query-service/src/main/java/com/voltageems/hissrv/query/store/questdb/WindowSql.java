package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.window.Run;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** The start of a moment's window as a piece of SQL. Pure. */
final class WindowSql {
  private static final long YEAR_0 = Instant.parse("0000-01-01T00:00:00Z").toEpochMilli();
  private static final long YEAR_10000 = Instant.parse("+10000-01-01T00:00:00Z").toEpochMilli();

  private WindowSql() {}

  /**
   * The timestamp of the start of the window that holds the moment.
   *
   * @param runs at least one; the moment is within them
   * @param time an expression: a timestamp
   */
  static String start(List<Run> runs, String time) {
    if (runs.size() == 1) {
      return start(runs.get(0), time);
    }
    // By halves: years of days in a zone have two runs a year, months almost one each.
    int half = runs.size() / 2;
    return "CASE WHEN cast("
        + time
        + " AS long) < "
        + SqlBuilder.micros(runs.get(half).startMillis())
        + "L THEN "
        + start(runs.subList(0, half), time)
        + " ELSE "
        + start(runs.subList(half, runs.size()), time)
        + " END";
  }

  private static String start(Run run, String time) {
    if (run.lengthMillis() <= Integer.MAX_VALUE
        && run.startMillis() >= YEAR_0
        && run.startMillis() < YEAR_10000) {
      // Its own function: a tenth quicker than the arithmetic, but the length is an int, and the
      // origin a text with a year of four digits.
      return String.format(
          Locale.ROOT,
          "timestamp_floor('%dT', %s, '%s')",
          run.lengthMillis(),
          time,
          Instant.ofEpochMilli(run.startMillis()));
    }
    long origin = SqlBuilder.micros(run.startMillis());
    long length = SqlBuilder.micros(run.lengthMillis());
    return String.format(
        Locale.ROOT,
        "cast(%dL + (cast(%s AS long) - %dL) / %dL * %dL AS timestamp)",
        origin,
        time,
        origin,
        length,
        length);
  }
}
