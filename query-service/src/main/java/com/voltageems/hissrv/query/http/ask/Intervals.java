package com.voltageems.hissrv.query.http.ask;

import com.voltageems.hissrv.query.store.window.CalendarWindows;
import com.voltageems.hissrv.query.store.window.WindowText;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.ZoneId;
import java.util.Optional;

/** Windows in the forms that a client may write, and as answers report them. Pure. */
public final class Intervals {
  static final String EXPECTED =
      "a length such as 500ms, 30s, 15m or 6h, or days, weeks, months or years of the calendar: 1d,"
          + " 1w, 1mo, 1y, of at most 1000; not 0, and at most 999999999 of a smaller unit";

  private Intervals() {}

  /**
   * Parses windows. Hours and shorter units are counted from the epoch; days and longer units
   * follow the zone's calendar.
   */
  public static Optional<Windows> windows(String text, ZoneId zone) {
    return WindowText.parse(text, zone);
  }

  /** Returns {@code 1mo}, in the form of a request. */
  public static String text(CalendarWindows windows) {
    String unit =
        switch (windows.unit()) {
          case DAY -> "d";
          case WEEK -> "w";
          case MONTH -> "mo";
          case YEAR -> "y";
        };
    return windows.count() + unit;
  }
}
