package com.voltageems.hissrv.query.site.key;

import com.voltageems.hissrv.query.site.yaml.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A checked section: the values in the file, and defaults for the keys that the file lacks. An
 * absent section is a view without values.
 */
public final class View {
  private final Shape.Section section;
  private final String path;
  private final Place place;
  private final Map<String, Object> values;

  /**
   * @param values by key: a {@link Given}, a {@link View}, a list of either, or a map of names to
   *     {@link Given}
   */
  View(Shape.Section section, String path, Place place, Map<String, Object> values) {
    this.section = section;
    this.path = path;
    this.place = place;
    this.values = new LinkedHashMap<>(values);
  }

  public String path() {
    return path;
  }

  public Place place() {
    return place;
  }

  /** Returns whether the file has the key. */
  public boolean has(String name) {
    require(name);
    return values.containsKey(name);
  }

  /** Returns the value in the file, if it has one. */
  public Optional<Given> given(String name) {
    require(name);
    return Optional.ofNullable((Given) values.get(name));
  }

  /** Returns the value or its default; empty if there is neither. */
  public Optional<String> find(String name) {
    Key key = require(name);
    return given(name).map(Given::text).or(() -> Optional.ofNullable(key.defaultText()));
  }

  /** Returns the value of a key that is required or has a default. */
  public String text(String name) {
    return find(name).orElseThrow(() -> new IllegalStateException(path + "." + name));
  }

  /** Returns the milliseconds of a duration that is required or has a default. */
  public long millis(String name) {
    return Scalar.millis(text(name));
  }

  /** Returns the values of a list; empty if the list is absent. */
  public List<Given> all(String name) {
    return list(name, Given.class);
  }

  /** Returns the sections of a list; empty if the list is absent. */
  public List<View> views(String name) {
    return list(name, View.class);
  }

  private <T> List<T> list(String name, Class<T> type) {
    require(name);
    List<T> all = new ArrayList<>();
    for (Object item : (List<?>) values.getOrDefault(name, List.of())) {
      all.add(type.cast(item));
    }
    return all;
  }

  /** Returns a section; a view without values if it is absent. */
  public View view(String name) {
    Key key = require(name);
    @Nullable Object value = values.get(name);
    if (value instanceof View view) {
      return view;
    }
    return new View((Shape.Section) key.shape(), join(path, name), place, Map.of());
  }

  /** Returns the names that the site chooses, with their values. */
  public Map<String, Given> names(String name) {
    require(name);
    Map<String, Given> names = new LinkedHashMap<>();
    ((Map<?, ?>) values.getOrDefault(name, Map.of()))
        .forEach((key, value) -> names.put((String) key, (Given) Objects.requireNonNull(value)));
    return names;
  }

  private Key require(String name) {
    return section
        .find(name)
        .orElseThrow(() -> new IllegalStateException(path + " declares no key " + name));
  }

  static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}
