package com.voltageems.hissrv.query.store.raw;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collects an answer up to its bounds. For back ends. Not thread-safe. */
public final class RawRows {
  private final List<RawAnswer.Table> tables = new ArrayList<>();
  private final int maxRows;
  private final int maxValues;
  private int rows;
  private long values;
  private boolean truncated;

  public RawRows(int maxRows, int maxValues) {
    this.maxRows = maxRows;
    this.maxValues = maxValues;
  }

  /** Begins a table; the rows that follow have these columns. */
  public void table(String name, Map<String, String> tags, List<String> columns) {
    if (!tables.isEmpty()) {
      RawAnswer.Table last = tables.get(tables.size() - 1);
      // A long table comes in pieces.
      if (last.name().equals(name) && last.tags().equals(tags) && last.columns().equals(columns)) {
        return;
      }
    }
    tables.add(
        new RawAnswer.Table(name, Map.copyOf(tags), List.copyOf(columns), new ArrayList<>()));
  }

  /**
   * Adds a row to the last table.
   *
   * @return false if no more rows are wanted
   */
  public boolean row(List<@Nullable Object> row) {
    if (rows == maxRows || values + row.size() > maxValues) {
      truncated = true;
      return false;
    }
    rows++;
    values += row.size();
    tables.get(tables.size() - 1).rows().add(row);
    return true;
  }

  public RawAnswer answer() {
    return new RawAnswer(tables, truncated);
  }
}
