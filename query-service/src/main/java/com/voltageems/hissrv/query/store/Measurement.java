package com.voltageems.hissrv.query.store;

import java.util.List;
import java.util.Optional;

/**
 * A measurement as the database describes it. Only names from here may go into the text of a query.
 */
public record Measurement(String name, List<String> tags, List<Field> fields) {
  public Measurement {
    tags = List.copyOf(tags);
    fields = List.copyOf(fields);
  }

  /** Returns the field with exactly this name; empty if there is none. */
  public Optional<Field> field(String fieldName) {
    return fields.stream().filter(field -> field.name().equals(fieldName)).findFirst();
  }
}
