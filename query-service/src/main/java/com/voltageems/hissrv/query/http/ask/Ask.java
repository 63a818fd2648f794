package com.voltageems.hissrv.query.http.ask;

import com.voltageems.hissrv.query.store.Column;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.window.Windows;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client's request for points or windows.
 *
 * @param outputs the values of a row
 * @param windows null for the points themselves
 */
public record Ask(
    Selection selection,
    List<Output> outputs,
    @Nullable Windows windows,
    List<String> groupBy,
    boolean newestFirst,
    int limit,
    Fill fill) {
  public Ask {
    outputs = List.copyOf(outputs);
    groupBy = List.copyOf(groupBy);
  }

  /** One value of a row: a field, with a function if there are windows. */
  public record Output(Field field, @Nullable Fn function) {}

  /** Returns the same request with other outputs. */
  public Ask with(List<Output> others) {
    return new Ask(selection, others, windows, groupBy, newestFirst, limit, fill);
  }

  /** Returns whether the database computes all outputs. */
  public boolean isStores() {
    return outputs.stream()
        .allMatch(one -> one.function() == null || one.function().byStore() != null);
  }

  /**
   * Returns the query to the database: the outputs that it computes.
   *
   * @param most maximum number of rows
   */
  public HistoryQuery query(int most) {
    List<Column> columns =
        outputs.stream()
            .filter(one -> one.function() == null || one.function().byStore() != null)
            .map(
                one ->
                    new Column(
                        one.field(), one.function() == null ? null : one.function().byStore()))
            .toList();
    return new HistoryQuery(selection, columns, windows, groupBy, newestFirst, most);
  }
}
