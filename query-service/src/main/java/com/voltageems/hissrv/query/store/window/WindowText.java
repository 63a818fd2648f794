package com.voltageems.hissrv.query.store.window;

import com.voltageems.hissrv.query.store.window.CalendarWindows.Unit;
import java.time.ZoneId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses windows as people write them: {@code 5m}, {@code 1d}, {@code 1mo}. Pure. */
public final class WindowText {
  private static final Pattern PATTERN = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d|w|mo|y)");
  private static final long MOST_UNITS = 1000;

  private WindowText() {}

  /**
   * Parses a window. Hours and shorter units are counted from the epoch; days and longer units
   * follow the zone's calendar. Empty if the text is not a window.
   */
  public static Optional<Windows> parse(String text, ZoneId zone) {
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
      case "ms" -> fixed(count, 1);
      case "s" -> fixed(count, 1000);
      case "m" -> fixed(count, 60_000);
      default -> fixed(count, 3_600_000);
    };
  }

  private static Optional<Windows> fixed(long count, long millis) {
    return count < 1 ? Optional.empty() : Optional.of(new FixedWindows(count * millis));
  }

  private static Optional<Windows> calendar(Unit unit, long count, ZoneId zone) {
    return count < 1 || count > MOST_UNITS
        ? Optional.empty()
        : Optional.of(new CalendarWindows(unit, (int) count, zone));
  }
}
