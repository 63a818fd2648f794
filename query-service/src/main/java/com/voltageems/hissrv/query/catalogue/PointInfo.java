package com.voltageems.hissrv.query.catalogue;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The description of a point.
 *
 * @param match its field in the database, or a pattern in which {@code *} matches any text
 * @param unit the unit to show; empty for none
 * @param decimals the number of decimals to show; null for as many as the value needs
 * @param states the meaning of the values of a state, by value
 */
public record PointInfo(
    String match,
    Label name,
    String unit,
    @Nullable Integer decimals,
    Kind kind,
    Map<String, Label> states) {
  /** How to interpret a point's values. */
  public enum Kind {
    /** A measured value: means and extremes make sense. */
    GAUGE,
    /** A meter that only counts up: the increase within a time is what counts. */
    COUNTER,
    /** One of a few values, each with a meaning: on and off, modes. */
    STATE
  }

  public PointInfo {
    states = Collections.unmodifiableMap(new LinkedHashMap<>(states));
  }

  static PointInfo unnamed(String match) {
    return new PointInfo(match, Label.NONE, "", null, Kind.GAUGE, Map.of());
  }

  /** Returns the same point with another unit, for values that are computed from it. */
  public PointInfo in(String other) {
    return new PointInfo(match, name, other, decimals, kind, states);
  }

  /** Returns {@code voltage L1 (V)}, or the field's own name if the catalogue has none. */
  public String title(String language, String field) {
    String text = name.isEmpty() ? field : name.in(language);
    return unit.isEmpty() ? text : text + " (" + unit + ")";
  }
}
