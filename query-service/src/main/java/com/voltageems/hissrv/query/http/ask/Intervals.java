package com.voltageems.hissrv.query.http.ask;

import com.voltageems.hissrv.query.store.window.CalendarWindows;
import com.voltageems.hissrv.query.store.window.CalendarWindows.Unit;
import com.voltageems.hissrv.query.store.window.FixedWindows;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Windows as a client may write them, and as they are told. Pure. */
public final class Intervals {
  static final String EXPECTED =
      "a length such as 500ms, 30s, 15m or 6h, or days, weeks, months or years of the calendar: 1d,"
          + " 1w, 1mo, 1y";

  private static final Pattern PATTERN = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d|w|mo|y)");
  private static final long MOST_UNITS = 1000;

  private Intervals() {}

  /** Hours and less are counted from the epoch; days and more are those of the zone's calendar. */
  public static Optional<Windows> windows(String text, ZoneId zone) {
    Matcher matcher = PATTERN.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long count = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "d" -> calendar(Unit.DAY, count, zone);
      case "w" -> calendar(Unit.WEEK, count, zone);
      case "mo" -> calendar(Unit.MONTH, count, zone);
      case "y" -> calendar(Unit.YEAR, count, zone);
      default -> Times.length(text).map(Duration::toMillis).map(FixedWindows::new);
    };
  }

  private static Optional<Windows> calendar(Unit unit, long count, ZoneId zone) {
    return count < 1 || count > MOST_UNITS
        ? Optional.empty()
        : Optional.of(new CalendarWindows(unit, (int) count, zone));
  }

  /** {@code 1mo}, as it is asked for. */
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
