package com.voltageems.hissrv.query.store.tier;

import com.voltageems.hissrv.query.store.Field;
import java.util.List;

/**
 * Rows of one measurement to write.
 *
 * @param measurement its name among the samples
 * @param tags names, in the order of the rows' keys
 * @param fields in the order of the rows' values
 */
public record TierRows(
    String measurement, List<String> tags, List<Field> fields, List<TierRow> rows) {
  public TierRows {
    tags = List.copyOf(tags);
    fields = List.copyOf(fields);
    rows = List.copyOf(rows);
    for (TierRow row : rows) {
      if (row.key().size() != tags.size() || row.values().size() != fields.size()) {
        throw new IllegalArgumentException("a row of another shape in " + measurement);
      }
    }
  }
}
