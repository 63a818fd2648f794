package com.voltageems.hissrv.query.site.compile;

import com.voltageems.hissrv.query.site.key.Given;
import com.voltageems.hissrv.query.site.key.View;
import com.voltageems.hissrv.query.site.yaml.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Settings under way, each with the key that it comes from. */
final class Settings {
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /** One of ours. */
  void put(String name, String value) {
    entries.put(name, new Entry(value, null));
  }

  void put(String name, String value, Origin origin) {
    entries.put(name, new Entry(value, origin));
  }

  /** The key's value, or its default; nothing where it has neither. */
  void copy(String name, View view, String key) {
    view.given(key)
        .ifPresentOrElse(
            given -> put(name, given.text(), Origin.of(given)),
            () -> view.find(key).ifPresent(text -> put(name, text)));
  }

  /** As {@link #copy}, of a duration. */
  void copyMillis(String name, View view, String key) {
    if (view.find(key).isPresent()) {
      String millis = String.valueOf(view.millis(key));
      view.given(key)
          .ifPresentOrElse(given -> put(name, millis, Origin.of(given)), () -> put(name, millis));
    }
  }

  /** As {@link #copy}, of a duration that has to be whole seconds. */
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

  /** A list's values, separated by commas; nothing where it is absent. */
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
