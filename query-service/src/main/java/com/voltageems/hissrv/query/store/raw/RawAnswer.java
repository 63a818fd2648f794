package com.voltageems.hissrv.query.store.raw;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the database answered, as it answered it.
 *
 * @param truncated whether there was more than the bounds let through
 */
public record RawAnswer(List<Table> tables, boolean truncated) {
  public RawAnswer {
    tables = List.copyOf(tables);
  }

  /**
   * Rows of the same columns.
   *
   * @param name empty where it has none
   * @param rows values: Double, Long, String, Boolean, or null
   */
  public record Table(
      String name,
      Map<String, String> tags,
      List<String> columns,
      List<List<@Nullable Object>> rows) {}
}
