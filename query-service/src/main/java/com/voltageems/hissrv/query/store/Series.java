package com.voltageems.hissrv.query.store;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Points that share their tags, in the order that was asked for.
 *
 * @param tags by name; a tag that the series does not have is absent
 */
public record Series(Map<String, String> tags, List<Point> points) {
  public Series {
    tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    points = List.copyOf(points);
  }
}
