package com.voltageems.hissrv.redis.source.sample;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Names of a mapping's fields.
 *
 * @param renamed name by point id
 * @param keepOthers whether fields that are not in {@code renamed} keep their name, or are left out
 */
public record FieldNames(Map<String, String> renamed, boolean keepOthers) {
  static final FieldNames AS_THEY_ARE = new FieldNames(Map.of(), true);

  public FieldNames {
    renamed = Map.copyOf(renamed);
  }

  /** Returns the field's name, or null if the mapping leaves the field out. */
  public @Nullable String of(String field) {
    String name = renamed.get(field);
    return name != null ? name : keepOthers ? field : null;
  }
}
