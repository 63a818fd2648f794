package com.voltageems.hissrv.query.store.tier;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row to write.
 *
 * @param epochMillis its time: the start of its window
 * @param key the values of the tags; an empty string if the tag is absent
 * @param values the values of the fields: Double, Long, String or Boolean; null if there is no
 *     value
 */
public record TierRow(long epochMillis, List<String> key, List<@Nullable Object> values) {
  public TierRow {
    key = List.copyOf(key);
    values = Collections.unmodifiableList(new ArrayList<>(values));
  }
}
