package com.voltageems.hissrv.query.store.raw;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The database's answer, unchanged.
 *
 * @param truncated true if there was more than the bounds allow
 */
public record RawAnswer(List<Table> tables, boolean truncated) {
  public RawAnswer {
    tables = List.copyOf(tables);
  }

  /**
   * Rows with the same columns.
   *
   * @param name empty if the table has none
   * @param rows values: Double, Long, String, Boolean, or null
   */
  public record Table(
      String name,
      Map<String, String> tags,
      List<String> columns,
      List<List<@Nullable Object>> rows) {}
}
