package com.voltageems.hissrv.query.store;

import com.voltageems.hissrv.query.store.window.Windows;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Points or windows of them.
 *
 * @param columns at least one, each of a field of the measurement; of windows each with a function,
 *     of points none
 * @param windows null for the points themselves
 * @param groupBy tags that tell the series of the answer apart; points of series that differ in
 *     other tags go into the same window. Without windows always all tags.
 * @param limit most rows, over all series; rows are cut at the far end of the order of time
 */
public record HistoryQuery(
    Selection selection,
    List<Column> columns,
    @Nullable Windows windows,
    List<String> groupBy,
    boolean newestFirst,
    int limit) {
  public HistoryQuery {
    columns = List.copyOf(columns);
    groupBy = List.copyOf(groupBy);
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("no columns");
    }
    for (Column column : columns) {
      if (!selection.measurement().fields().contains(column.field())
          || (column.function() == null) != (windows == null)) {
        throw new IllegalArgumentException("column " + column);
      }
    }
    if (!selection.measurement().tags().containsAll(groupBy)
        || (windows == null && groupBy.size() != selection.measurement().tags().size())) {
      throw new IllegalArgumentException("group by " + groupBy);
    }
    if (limit < 1) {
      throw new IllegalArgumentException("limit " + limit);
    }
  }

  /** The points of these fields. */
  public static HistoryQuery points(
      Selection selection, List<Field> fields, boolean newestFirst, int limit) {
    return new HistoryQuery(
        selection,
        fields.stream().map(field -> new Column(field, null)).toList(),
        null,
        selection.measurement().tags(),
        newestFirst,
        limit);
  }

  /** One function over windows of these fields, of each series. */
  public static HistoryQuery windows(
      Selection selection,
      List<Field> fields,
      Windows windows,
      Aggregation function,
      boolean newestFirst,
      int limit) {
    return new HistoryQuery(
        selection,
        fields.stream().map(field -> new Column(field, function)).toList(),
        windows,
        selection.measurement().tags(),
        newestFirst,
        limit);
  }
}
