package com.voltageems.hissrv.query.store.influxql;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.RowSink;
import com.voltageems.hissrv.query.store.SameTime;
import com.voltageems.hissrv.query.store.fold.WindowFold;
import com.voltageems.hissrv.query.store.window.Windows;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads points. Thread-safe. */
final class PointReader {
  private static final long MICRO = 1000;

  /**
   * Number of rows requested beyond the limit, so that the answer likely has all rows of the last
   * time.
   */
  private static final long BEYOND = 200;

  /**
   * From this limit on, the query has no {@code LIMIT}: it costs a third of the time of every row,
   * while breaking off the answer costs only the rows of one chunk.
   */
  private static final int UNTOLD = 5000;

  private final InfluxQlClient client;
  private final List<String> policies;

  PointReader(InfluxQlClient client, List<String> policies) {
    this.client = client;
    this.policies = policies;
  }

  /** Reads points in the order of time over all series. */
  boolean read(HistoryQuery query, Deadline deadline, RowSink sink) {
    SameTime rows =
        new SameTime(query.columns().size(), SameTime.Writes.JOINED, query.limit(), sink);
    long start = InfluxQlBuilder.nanos(query.selection().startMillis());
    long end = InfluxQlBuilder.nanos(query.selection().endMillis());
    if (query.limit() < UNTOLD) {
      limited(query, start, end, deadline, rows);
    } else {
      read(query, InfluxQlBuilder.points(query, policies, start, end, 0), deadline, rows);
    }
    return rows.end();
  }

  /**
   * Reads with a limit. The database cuts anywhere among the rows of the same time; if it does,
   * this method requests those rows again.
   */
  private void limited(HistoryQuery query, long start, long end, Deadline deadline, SameTime rows) {
    long most = query.limit() + BEYOND;
    long count =
        read(query, InfluxQlBuilder.points(query, policies, start, end, most), deadline, rows);
    if (count < most) {
      return;
    }
    OptionalLong last = rows.discardLast();
    if (last.isPresent()) {
      long time = last.getAsLong() * MICRO;
      InfluxQl rest =
          query.newestFirst()
              ? InfluxQlBuilder.points(query, policies, start, time + MICRO, 0)
              : InfluxQlBuilder.points(query, policies, time, end, 0);
      read(query, rest, deadline, rows);
    }
  }

  private long read(HistoryQuery query, InfluxQl statement, Deadline deadline, SameTime rows) {
    int values = statement.columns().size();
    Keys keys = new Keys(query);
    long[] count = {0};
    client.run(
        statement,
        deadline,
        (head, row) -> {
          count[0]++;
          Row filled = rows.next(Values.time(row), keys.of(row, 1 + values));
          for (int i = 0; i < values; i++) {
            Values.put(filled, statement.columns().get(i), row[i + 1], null);
          }
          return rows.add();
        });
    return count[0];
  }

  /** Reads all points group by group, in the order of time within each group. */
  void sweep(HistoryQuery query, Deadline deadline, RowSink sink) {
    List<Field> fields = WindowFold.fields(query);
    InfluxQl statement = InfluxQlBuilder.groups(query, fields, policies);
    Windows windows = query.windows();
    if (windows == null) {
      client.run(statement, deadline, new Rows(query, statement, sink));
    } else {
      Folded folded = new Folded(query, statement, new WindowFold(query, windows, sink));
      client.run(statement, deadline, folded);
      folded.end();
    }
  }

  /** Passes the points on unchanged. */
  private static final class Rows implements AnswerReader.Rows {
    private final HistoryQuery query;
    private final InfluxQl statement;
    private final RowSink sink;
    private final Row filled;
    private List<String> key = List.of();

    Rows(HistoryQuery query, InfluxQl statement, RowSink sink) {
      this.query = query;
      this.statement = statement;
      this.sink = sink;
      this.filled = new Row(query.columns().size());
    }

    @Override
    public void head(AnswerReader.Head head) {
      key = head.key(query);
    }

    @Override
    public boolean row(AnswerReader.Head head, @Nullable Object[] values) {
      filled.begin(Values.time(values), key);
      for (int i = 0; i < statement.columns().size(); i++) {
        Values.put(filled, statement.columns().get(i), values[i + 1], null);
      }
      return !filled.hasAny() || sink.take(filled);
    }
  }

  /** Passes the points into windows. */
  private static final class Folded implements AnswerReader.Rows {
    private final HistoryQuery query;
    private final InfluxQl statement;
    private final WindowFold fold;
    private final @Nullable Object[] point;
    private List<String> key = List.of();
    private boolean wanted = true;

    Folded(HistoryQuery query, InfluxQl statement, WindowFold fold) {
      this.query = query;
      this.statement = statement;
      this.fold = fold;
      this.point = new @Nullable Object[statement.columns().size()];
    }

    @Override
    public void head(AnswerReader.Head head) {
      List<String> next = head.key(query);
      if (!next.equals(key)) {
        key = next;
        wanted = fold.begin(key);
      }
    }

    @Override
    public boolean row(AnswerReader.Head head, @Nullable Object[] values) {
      for (int i = 0; i < point.length; i++) {
        point[i] = Values.of(values[i + 1], statement.columns().get(i).type(), null);
      }
      wanted = wanted && fold.add(Values.time(values), point);
      return wanted;
    }

    void end() {
      if (wanted) {
        boolean unused = fold.end();
      }
    }
  }

  /** The tag values of each row. Mostly they equal those of the row before. */
  private static final class Keys {
    /** Indices of the values that come with the row; the other values of the key never change. */
    private final List<Integer> open = new ArrayList<>();

    private List<String> last;

    Keys(HistoryQuery query) {
      List<String> key = new ArrayList<>();
      for (int i = 0; i < query.groupBy().size(); i++) {
        String only = query.selection().only(query.groupBy().get(i));
        if (only == null) {
          open.add(i);
        }
        key.add(only == null ? "" : only);
      }
      this.last = List.copyOf(key);
    }

    List<String> of(@Nullable Object[] row, int from) {
      if (!isLast(row, from)) {
        List<String> key = new ArrayList<>(last);
        for (int i = 0; i < open.size(); i++) {
          key.set(open.get(i), text(row[from + i]));
        }
        last = List.copyOf(key);
      }
      return last;
    }

    private boolean isLast(@Nullable Object[] row, int from) {
      for (int i = 0; i < open.size(); i++) {
        if (!last.get(open.get(i)).equals(text(row[from + i]))) {
          return false;
        }
      }
      return true;
    }

    private static String text(@Nullable Object value) {
      return value instanceof String text ? text : "";
    }
  }
}
