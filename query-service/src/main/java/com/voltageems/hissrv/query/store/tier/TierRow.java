package com.voltageems.hissrv.query.store.tier;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row to be written.
 *
 * @param epochMillis its time: the start of its window
 * @param key values of the tags; empty for no tag
 * @param values of the fields: Double, Long, String or Boolean; null for none
 */
public record TierRow(long epochMillis, List<String> key, List<@Nullable Object> values) {
  public TierRow {
    key = List.copyOf(key);
    values = Collections.unmodifiableList(new ArrayList<>(values));
  }
}
