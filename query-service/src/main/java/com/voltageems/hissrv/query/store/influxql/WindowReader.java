package com.voltageems.hissrv.query.store.influxql;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.RowSink;
import com.voltageems.hissrv.query.store.SameTime;
import com.voltageems.hissrv.query.store.window.Run;
import com.voltageems.hissrv.query.store.window.Windows;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Reads windows. Thread-safe. */
final class WindowReader {
  /** Largest number of statements in one request. */
  private static final int MOST_RUNS = 50;

  private final InfluxQlClient client;
  private final List<String> policies;

  WindowReader(InfluxQlClient client, List<String> policies) {
    this.client = client;
    this.policies = policies;
  }

  /** Reads windows. They arrive series by series and are few, so this method sorts them. */
  boolean read(HistoryQuery query, Windows windows, Deadline deadline, RowSink sink) {
    Comparator<Row> byTime = Comparator.comparingLong(Row::epochMicros);
    Comparator<Row> order =
        (query.newestFirst() ? byTime.reversed() : byTime)
            .thenComparing(Row::key, SameTime::compareKeys);
    int most = query.limit() + 1;
    List<Row> rows = new ArrayList<>();
    List<Run> runs = windows.runs(query.selection().startMillis(), query.selection().endMillis());
    for (int i = 0; i < runs.size(); i += MOST_RUNS) {
      List<Run> some = runs.subList(i, Math.min(runs.size(), i + MOST_RUNS));
      InfluxQl statement = InfluxQlBuilder.windows(query, some, policies);
      client.run(
          statement,
          deadline,
          (head, values) -> {
            Row row = new Row(query.columns().size()).begin(Values.time(values), head.key(query));
            int columns = query.columns().size();
            for (int j = 0; j < columns; j++) {
              Values.put(row, statement.columns().get(j), values[j + 1], query.columns().get(j));
            }
            if (row.hasAny()) {
              rows.add(row);
            }
            // The database limits each series; this limits the rows over all series, to bound
            // memory.
            if (rows.size() > 2L * most) {
              rows.sort(order);
              rows.subList(most, rows.size()).clear();
            }
            return true;
          });
    }
    rows.sort(order);
    for (int i = 0; i < Math.min(rows.size(), query.limit()); i++) {
      if (!sink.take(rows.get(i))) {
        return false;
      }
    }
    return rows.size() > query.limit();
  }
}
