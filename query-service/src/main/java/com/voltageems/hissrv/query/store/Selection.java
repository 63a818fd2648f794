package com.voltageems.hissrv.query.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Selects points of a measurement by time range and tags.
 *
 * @param startMillis epoch ms, inclusive
 * @param endMillis epoch ms, exclusive, after the start
 */
public record Selection(
    Measurement measurement, List<TagFilter> filters, long startMillis, long endMillis) {
  public Selection {
    filters = List.copyOf(filters);
    if (endMillis <= startMillis) {
      throw new IllegalArgumentException("the end is not after the start");
    }
    for (TagFilter filter : filters) {
      if (!measurement.tags().contains(filter.tag())) {
        throw new IllegalArgumentException("no tag " + filter.tag());
      }
    }
  }

  /**
   * Returns the single value that the filters allow for this tag, the empty string meaning that the
   * tag is absent; null if the filters allow several values.
   */
  public @Nullable String only(String tag) {
    for (TagFilter filter : filters) {
      if (filter.tag().equals(tag) && filter.values().size() == 1) {
        return filter.values().get(0);
      }
    }
    return null;
  }

  /** Returns the same selection with another time range. */
  public Selection within(long start, long end) {
    return new Selection(measurement, filters, start, end);
  }
}
