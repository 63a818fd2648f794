package com.voltageems.hissrv.query.health;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one look at a part found.
 *
 * @param up whether the part does its work
 * @param message one line for people
 * @param detail more of it, as JSON-like values (texts, numbers, lists, maps, null)
 */
public record Report(boolean up, String message, Map<String, @Nullable Object> detail) {
  public Report {
    detail = Collections.unmodifiableMap(new LinkedHashMap<>(detail));
  }

  static Report of(boolean up, String message) {
    return new Report(up, message, Map.of());
  }
}
