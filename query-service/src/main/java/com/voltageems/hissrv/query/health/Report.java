package com.voltageems.hissrv.query.health;

import com.voltageems.hissrv.query.health.PartState.State;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The result of one check of a part.
 *
 * @param state how the part does its work
 * @param message one line for people
 * @param detail further facts, as JSON-like values (texts, numbers, lists, maps, null)
 * @param gauges figures for {@code /metrics}
 */
public record Report(
    State state, String message, Map<String, @Nullable Object> detail, List<Gauge> gauges) {
  public Report {
    detail = Collections.unmodifiableMap(new LinkedHashMap<>(detail));
    gauges = List.copyOf(gauges);
  }

  public static Report of(boolean up, String message) {
    return of(up ? State.UP : State.DOWN, message, Map.of());
  }

  public static Report of(State state, String message, Map<String, @Nullable Object> detail) {
    return new Report(state, message, detail, List.of());
  }
}
