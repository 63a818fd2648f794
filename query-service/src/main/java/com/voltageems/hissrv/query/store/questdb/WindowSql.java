package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.window.Run;
import java.util.List;

/** The start of a moment's window as a piece of SQL. Pure. */
final class WindowSql {
  private WindowSql() {}

  /**
   * Epoch microseconds of the start of the window that holds the moment.
   *
   * @param runs at least one; the moment is within them
   * @param time an expression: epoch microseconds
   */
  static String start(List<Run> runs, String time) {
    if (runs.size() == 1) {
      Run run = runs.get(0);
      long origin = SqlBuilder.micros(run.startMillis());
      long length = SqlBuilder.micros(run.lengthMillis());
      return "(" + origin + "L + (" + time + " - " + origin + "L) / " + length + "L * " + length
          + "L)";
    }
    // By halves: years of days in a zone have two runs a year, months almost one each.
    int half = runs.size() / 2;
    return "CASE WHEN "
        + time
        + " < "
        + SqlBuilder.micros(runs.get(half).startMillis())
        + "L THEN "
        + start(runs.subList(0, half), time)
        + " ELSE "
        + start(runs.subList(half, runs.size()), time)
        + " END";
  }
}
