package com.voltageems.hissrv.query.catalogue;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a point is.
 *
 * @param match its field in the database, or a pattern in which {@code *} stands for any text
 * @param unit as it is shown; empty for none
 * @param decimals to show; null: as many as the value needs
 * @param states what the values of a state mean, by value
 */
public record PointInfo(
    String match,
    Label name,
    String unit,
    @Nullable Integer decimals,
    Kind kind,
    Map<String, Label> states) {
  /** How a point's values are to be read. */
  public enum Kind {
    /** A measured value: means and extremes make sense. */
    GAUGE,
    /** A meter that only counts up: what matters is how much came in a time. */
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

  /** The same with another unit, as values that are computed of it have. */
  public PointInfo in(String other) {
    return new PointInfo(match, name, other, decimals, kind, states);
  }

  /** {@code voltage L1 (V)}, or the field's own name where the catalogue has none. */
  public String title(String language, String field) {
    String text = name.isEmpty() ? field : name.in(language);
    return unit.isEmpty() ? text : text + " (" + unit + ")";
  }
}
