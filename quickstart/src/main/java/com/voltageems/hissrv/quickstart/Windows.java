package com.voltageems.hissrv.quickstart;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Aggregation windows by name and length. */
record Windows(List<String> names, List<Integer> seconds) {
  private static final Pattern NAME = Pattern.compile("([1-9][0-9]{0,5})([smh])");

  Windows {
    names = List.copyOf(names);
    seconds = List.copyOf(seconds);
  }

  /**
   * @throws IllegalArgumentException naming the window that is invalid or no multiple of the first
   */
  static Windows parse(List<String> names) {
    List<Integer> seconds = new ArrayList<>();
    for (String name : names) {
      Matcher matcher = NAME.matcher(name);
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            "window '" + name + "' is none: a number and s, m or h, such as 5s or 1m");
      }
      int unit =
          switch (matcher.group(2)) {
            case "s" -> 1;
            case "m" -> 60;
            default -> 3600;
          };
      int length = Integer.parseInt(matcher.group(1)) * unit;
      if (!seconds.isEmpty() && (length % seconds.get(0) != 0 || length == seconds.get(0))) {
        throw new IllegalArgumentException(
            "window '%s' is not a multiple of the first, '%s'".formatted(name, names.get(0)));
      }
      seconds.add(length);
    }
    return new Windows(names, seconds);
  }
}
