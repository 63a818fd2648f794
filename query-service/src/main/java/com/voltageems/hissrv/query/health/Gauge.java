package com.voltageems.hissrv.query.health;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A figure for {@code /metrics}.
 *
 * @param name the full name, including the unit
 * @param help one sentence, the same for all figures of that name
 * @param labels by name; few values each
 */
public record Gauge(String name, String help, Map<String, String> labels, double value) {
  public Gauge {
    labels = Collections.unmodifiableMap(new TreeMap<>(labels));
  }

  public static Gauge of(String name, String help, double value) {
    return new Gauge(name, help, Map.of(), value);
  }
}
