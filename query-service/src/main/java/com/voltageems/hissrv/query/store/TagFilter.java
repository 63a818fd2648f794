package com.voltageems.hissrv.query.store;

import java.util.List;

/**
 * A condition: the tag has one of these values. The empty string matches series without this tag.
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
