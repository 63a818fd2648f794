package com.voltageems.hissrv.query.site.compile;

import com.voltageems.hissrv.query.site.key.Given;
import com.voltageems.hissrv.query.site.key.View;
import com.voltageems.hissrv.query.site.yaml.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Collects settings, each with the key that it comes from. */
final class Settings {
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /** Adds a setting that does not come from a key. */
  void put(String name, String value) {
    entries.put(name, new Entry(value, null));
  }

  void put(String name, String value, Origin origin) {
    entries.put(name, new Entry(value, origin));
  }

  /** Adds the key's value or its default; adds nothing if it has neither. */
  void copy(String name, View view, String key) {
    view.given(key)
        .ifPresentOrElse(
            given -> put(name, given.text(), Origin.of(given)),
            () -> view.find(key).ifPresent(text -> put(name, text)));
  }

  /** Does the same as {@link #copy} for a duration, in milliseconds. */
  void copyMillis(String name, View view, String key) {
    if (view.find(key).isPresent()) {
      String millis = String.valueOf(view.millis(key));
      view.given(key)
          .ifPresentOrElse(given -> put(name, millis, Origin.of(given)), () -> put(name, millis));
    }
  }

  /**
   * Adds a duration in seconds if the key is given; it must be whole seconds. Unlike {@link #copy},
   * adds no default.
   */
  void copySeconds(String name, View view, String key, List<Problem> problems) {
    view.given(key)
        .ifPresent(
            given -> {
              long millis = view.millis(key);
              if (millis % 1000 != 0) {
                problems.add(Origin.of(given).problem("needs whole seconds"));
              }
              put(name, String.valueOf(millis / 1000), Origin.of(given));
            });
  }

  /** Adds a list's values, separated by commas; adds nothing if the list is empty or absent. */
  void copyList(String name, View view, String key) {
    List<Given> all = view.all(key);
    if (!all.isEmpty()) {
      put(
          name,
          all.stream().map(Given::text).collect(Collectors.joining(",")),
          Origin.of(all.get(0)));
    }
  }

  Map<String, Entry> entries() {
    return entries;
  }
}
