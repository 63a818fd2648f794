package com.voltageems.hissrv.query.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Points or windows of them.
 *
 * @param fields at least one, each of the measurement
 * @param window null for the points themselves
 * @param groupBy tags that tell the series of the answer apart; points of series that differ in
 *     other tags go into the same window. Without a window always all tags.
 * @param limit most rows, over all series; rows are cut at the far end of the order of time
 */
public record HistoryQuery(
    Selection selection,
    List<Field> fields,
    @Nullable Window window,
    List<String> groupBy,
    boolean newestFirst,
    int limit) {
  public HistoryQuery {
    fields = List.copyOf(fields);
    groupBy = List.copyOf(groupBy);
    if (fields.isEmpty() || !selection.measurement().fields().containsAll(fields)) {
      throw new IllegalArgumentException("fields " + fields);
    }
    if (!selection.measurement().tags().containsAll(groupBy)
        || (window == null && groupBy.size() != selection.measurement().tags().size())) {
      throw new IllegalArgumentException("group by " + groupBy);
    }
    if (window != null && !fields.stream().allMatch(window.aggregation()::accepts)) {
      throw new IllegalArgumentException(window.aggregation() + " of " + fields);
    }
    if (limit < 1) {
      throw new IllegalArgumentException("limit " + limit);
    }
  }
}
