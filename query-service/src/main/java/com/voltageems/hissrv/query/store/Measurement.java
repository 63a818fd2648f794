package com.voltageems.hissrv.query.store;

import java.util.List;
import java.util.Optional;

/**
 * A measurement as the database describes it: the only source of names that may go into a query's
 * text.
 */
public record Measurement(String name, List<String> tags, List<Field> fields) {
  public Measurement {
    tags = List.copyOf(tags);
    fields = List.copyOf(fields);
  }

  /** The field of exactly this name. */
  public Optional<Field> field(String fieldName) {
    return fields.stream().filter(field -> field.name().equals(fieldName)).findFirst();
  }
}
