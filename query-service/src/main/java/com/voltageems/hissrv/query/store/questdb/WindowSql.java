package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.window.Run;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** SQL expression for the start of the window that contains a moment. Pure. */
final class WindowSql {
  private static final long YEAR_0 = Instant.parse("0000-01-01T00:00:00Z").toEpochMilli();
  private static final long YEAR_10000 = Instant.parse("+10000-01-01T00:00:00Z").toEpochMilli();

  private WindowSql() {}

  /**
   * Returns an expression for the start of the window that contains the moment, as a timestamp.
   *
   * @param runs at least one; the moment is within them
   * @param time an expression of type timestamp
   */
  static String start(List<Run> runs, String time) {
    if (runs.size() == 1) {
      return start(runs.get(0), time);
    }
    // Binary search: days in a time zone have two runs a year, months almost one run each.
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
      // QuestDB's own function is a tenth faster than the arithmetic, but its length is an int, and
      // its origin a text with a four-digit year.
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
