package com.voltageems.hissrv.redis.source.type;

import com.voltageems.hissrv.plugin.Validators;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;

/** Length of a window as its name gives it: {@code 5s}, {@code 1m}, {@code 1h}. */
public final class WindowLength {
  /** Limit of the aggregation script. */
  private static final int MOST = 8;

  private static final int LONGEST_HOURS = 168;

  private WindowLength() {}

  public static boolean isValid(String window) {
    return window.matches("[1-9][0-9]{0,4}[smh]");
  }

  /**
   * Returns the length in seconds.
   *
   * @param window a valid length
   */
  public static long seconds(String window) {
    long number = Long.parseLong(window.substring(0, window.length() - 1));
    return switch (window.charAt(window.length() - 1)) {
      case 's' -> number;
      case 'm' -> number * 60;
      default -> number * 3600;
    };
  }

  /**
   * Returns a validator for a list of lengths, the base first, as the aggregation script takes
   * them.
   */
  public static ConfigDef.Validator listOfThem() {
    String description =
        "lengths such as 5s, 1m, 1h, each a multiple of the first, up to "
            + LONGEST_HOURS
            + "h, "
            + MOST
            + " at most";
    return Validators.list(description, WindowLength::requireValid, WindowLength::requireTogether);
  }

  private static void requireValid(String window) {
    if (!isValid(window)) {
      throw new IllegalArgumentException("not a duration such as 5s, 1m, 1h");
    }
    if (seconds(window) > LONGEST_HOURS * 3600) {
      throw new IllegalArgumentException("longer than " + LONGEST_HOURS + "h");
    }
  }

  private static void requireTogether(List<String> windows) {
    if (windows.isEmpty()) {
      throw new IllegalArgumentException("at least one is needed");
    }
    if (windows.size() > MOST) {
      throw new IllegalArgumentException("more than " + MOST);
    }
    String base = windows.get(0);
    Map<Long, String> bySeconds = new HashMap<>();
    for (String window : windows) {
      long seconds = seconds(window);
      if (seconds % seconds(base) != 0) {
        throw new IllegalArgumentException(window + " is not a multiple of the first, " + base);
      }
      String other = bySeconds.put(seconds, window);
      if (other != null) {
        throw new IllegalArgumentException(
            window.equals(other)
                ? window + " is listed twice"
                : window
                    + " is as long as "
                    + other
                    + ", and the script makes windows of the first");
      }
    }
  }
}
