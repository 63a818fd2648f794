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
    // Those of a scan are kept as they are: primitive.
    points = points instanceof RowCollector.Rows ? points : List.copyOf(points);
  }

  /** Tags by name, from their values in this order; an empty value is not a tag. */
  public static Map<String, String> tags(List<String> names, List<String> values) {
    Map<String, String> tags = new TreeMap<>();
    for (int i = 0; i < names.size(); i++) {
      if (!values.get(i).isEmpty()) {
        tags.put(names.get(i), values.get(i));
      }
    }
    return tags;
  }
}
