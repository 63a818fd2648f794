package com.voltageems.hissrv.query.site.compile;

import com.voltageems.hissrv.query.site.key.Given;
import com.voltageems.hissrv.query.site.key.View;
import com.voltageems.hissrv.query.site.yaml.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The windows that {@code aggregation} and {@code aggregations} ask for, shortest first. */
final class Windows {
  private static final Pattern NAME = Pattern.compile("([1-9][0-9]{0,5})(s|m|h)");
  private static final List<String> DEFAULT = List.of("1m", "5m");

  private final TreeMap<Long, Window> byLength = new TreeMap<>();
  private final List<Problem> problems;

  private record Window(String name, Origin origin) {}

  private Windows(List<Problem> problems) {
    this.problems = problems;
  }

  /**
   * Reads both sections.
   *
   * @return names such as {@code 1m}, shortest first, each with the first key that asks for it;
   *     empty keys for the default windows. A window that is not a multiple of the shortest is a
   *     problem.
   */
  static Map<String, Optional<Origin>> read(View site, List<Problem> problems) {
    Windows windows = new Windows(problems);
    site.view("aggregation").views("intervals").forEach(windows::interval);
    site.views("aggregations").forEach(windows::aggregation);
    Map<String, Optional<Origin>> named = new LinkedHashMap<>();
    if (windows.byLength.isEmpty()) {
      DEFAULT.forEach(name -> named.put(name, Optional.empty()));
      return named;
    }
    Map.Entry<Long, Window> base = windows.byLength.firstEntry();
    windows.byLength.forEach(
        (length, window) -> {
          if (length % base.getKey() != 0) {
            problems.add(
                window
                    .origin()
                    .problem(
                        window.name()
                            + " is not a multiple of the shortest window, "
                            + base.getValue().name()));
          }
          named.put(window.name(), Optional.of(window.origin()));
        });
    return named;
  }

  /** Returns whether the text is a window's length in the form of Redis keys. */
  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  private void interval(View view) {
    Optional<Given> name = view.given("name");
    if (name.isEmpty()) {
      return;
    }
    Origin origin = Origin.of(name.get());
    Matcher matcher = NAME.matcher(name.get().text());
    if (!matcher.matches()) {
      problems.add(
          origin.problem(
              "\""
                  + name.get().text()
                  + "\" cannot be used: needs the window's length such as 1m, as the keys of Redis"
                  + " name it (archive:1m:...)"));
      return;
    }
    long length = seconds(matcher);
    view.given("interval")
        .filter(given -> view.millis("interval") != length * 1000)
        .ifPresent(
            given ->
                problems.add(
                    Origin.of(given)
                        .problem(
                            "is not what the name says: "
                                + name.get().text()
                                + " is "
                                + length
                                + "s")));
    String action = "aggregate_" + name.get().text();
    view.given("script")
        .filter(given -> !given.text().equals(action))
        .ifPresent(
            given ->
                problems.add(
                    Origin.of(given)
                        .problem(
                            "\""
                                + given.text()
                                + "\" cannot be used: the script's action for this window is "
                                + action)));
    byLength.putIfAbsent(length, new Window(name.get().text(), origin));
  }

  private void aggregation(View view) {
    view.given("interval")
        .ifPresent(
            given -> {
              long millis = view.millis("interval");
              if (millis % 1000 != 0) {
                problems.add(Origin.of(given).problem("needs whole seconds"));
                return;
              }
              long seconds = millis / 1000;
              byLength.putIfAbsent(seconds, new Window(name(seconds), Origin.of(given)));
            });
  }

  private static long seconds(Matcher name) {
    long count = Long.parseLong(name.group(1));
    return switch (name.group(2)) {
      case "s" -> count;
      case "m" -> count * 60;
      default -> count * 3600;
    };
  }

  private static String name(long seconds) {
    if (seconds % 3600 == 0) {
      return seconds / 3600 + "h";
    }
    return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }
}
