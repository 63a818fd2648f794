package com.voltageems.hissrv.query.store;

import java.util.List;

/**
 * The tag has one of these values; the empty text means that the series has no such tag.
 *
 * @param values at least one
 */
public record TagFilter(String tag, List<String> values) {
  public TagFilter {
    values = List.copyOf(values);
    if (values.isEmpty()) {
      throw new IllegalArgumentException("no value for tag " + tag);
    }
  }
}
