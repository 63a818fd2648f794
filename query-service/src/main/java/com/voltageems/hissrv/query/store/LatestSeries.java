package com.voltageems.hissrv.query.store;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The last known value of each field of one series. The fields may have been written at different
 * times.
 */
public record LatestSeries(Map<String, String> tags, Map<String, Value> fields) {
  public LatestSeries {
    tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  /** A value and its time. */
  public record Value(Object value, long epochMicros) {}
}
