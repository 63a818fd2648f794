package com.voltageems.hissrv.query.store;

import com.voltageems.hissrv.query.store.window.Windows;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request for points or for windows of points.
 *
 * @param columns at least one, each of a field of the measurement; every column has a function if
 *     {@code windows} is given, and none has one otherwise
 * @param windows null for the points themselves
 * @param groupBy the tags that separate the series of the answer; points of series that differ only
 *     in other tags go into the same window. Without windows always all tags.
 * @param limit largest number of rows over all series; a longer answer is cut at its end in the
 *     requested order of time
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

  /** Creates a request for the points of these fields. */
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

  /** Creates a request for one function over windows of these fields, for each series. */
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
