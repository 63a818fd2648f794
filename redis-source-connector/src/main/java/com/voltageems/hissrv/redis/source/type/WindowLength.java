package com.voltageems.hissrv.redis.source.type;

import com.voltageems.hissrv.plugin.Validators;
import java.util.List;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/** The length of a window as its name says it: {@code 5s}, {@code 1m}, {@code 1h}. */
public final class WindowLength {
  private WindowLength() {}

  public static boolean isValid(String window) {
    return window.matches("[1-9][0-9]{0,4}[smh]");
  }

  /**
   * In seconds.
   *
   * @param window a valid one
   */
  public static long seconds(String window) {
    long number = Long.parseLong(window.substring(0, window.length() - 1));
    return switch (window.charAt(window.length() - 1)) {
      case 's' -> number;
      case 'm' -> number * 60;
      default -> number * 3600;
    };
  }

  /** For a list of lengths, the base first. */
  public static ConfigDef.Validator listOfThem() {
    String description = "lengths such as 5s, 1m, 1h, each a multiple of the first";
    return Validators.validator(
        description,
        (name, value) -> {
          if (value instanceof List<?> list) {
            if (list.isEmpty()) {
              throw new ConfigException(name, value, "at least one is needed");
            }
            String base = String.valueOf(list.get(0));
            list.forEach(
                each ->
                    Validators.run(
                        name, String.valueOf(each), description, w -> requireMultiple(w, base)));
          }
        });
  }

  private static void requireMultiple(String window, String base) {
    if (!isValid(window)) {
      throw new IllegalArgumentException("not a duration such as 5s, 1m, 1h");
    }
    if (seconds(window) % seconds(base) != 0) {
      throw new IllegalArgumentException("not a multiple of the first, " + base);
    }
  }
}
