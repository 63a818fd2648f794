package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.RowSink;
import com.voltageems.hissrv.query.store.SameTime;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.window.Windows;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads windows. Where every point is known to have one row nothing is merged; that it still holds
 * is asked after the reading, so that a repeat that comes meanwhile is noticed. Safe for many
 * threads.
 */
final class WindowReader {
  /** A longer part that is not known is worth a statement to know it. */
  private static final long WORTH_MILLIS = 600_000;

  private final RowReader reader;
  private final LongSupplier nowMillis;
  private final Unrepeated unrepeated = new Unrepeated();

  WindowReader(RowReader reader, LongSupplier nowMillis) {
    this.reader = reader;
    this.nowMillis = nowMillis;
  }

  /** A connection with what is asked over it. */
  private record Call(
      HistoryQuery query,
      Windows windows,
      String timeColumn,
      Connection connection,
      Deadline deadline) {
    Selection selection() {
      return query.selection();
    }
  }

  /** How a statement ended. */
  private record Seen(boolean truncated, boolean repeated) {}

  boolean read(
      HistoryQuery query, String time, Connection connection, Deadline deadline, RowSink sink)
      throws SQLException {
    Windows windows = Objects.requireNonNull(query.windows());
    Call call = new Call(query, windows, time, connection, deadline);
    Unrepeated.Key key = Unrepeated.key(query).orElse(null);
    Unrepeated.Span span = key == null ? null : unrepeated.find(key);
    if (key != null && span != null) {
      Boolean truncated = trusting(call, key, span, sink);
      if (truncated != null) {
        return truncated;
      }
      unrepeated.forget(key);
    }
    return merging(call, key, sink);
  }

  /** Null when what was known does not hold any more, or is of no use. */
  private @Nullable Boolean trusting(
      Call call, Unrepeated.Key key, Unrepeated.Span span, RowSink sink) throws SQLException {
    Selection selection = call.selection();
    List<WindowStatement.Part> parts =
        Unrepeated.parts(call.windows(), selection.startMillis(), selection.endMillis(), span);
    if (parts.stream().noneMatch(WindowStatement.Part::once)) {
      return null;
    }
    Unrepeated.Span more = parts.size() == 1 ? null : extended(call, span);
    List<Row> rows = new ArrayList<>();
    Seen seen = run(call, parts, row -> rows.add(row.copy()));
    if (rows(call, span.startMillis(), span.endMillis()) != span.rows()) {
      return null;
    }
    if (more != null && !seen.truncated() && !seen.repeated()) {
      unrepeated.learn(key, more);
    }
    for (Row row : rows) {
      if (!sink.take(row)) {
        return false;
      }
    }
    return seen.truncated();
  }

  /**
   * What is known together with what the statement will see; null where that is not worth it. The
   * rows are counted before, so that the statement sees no fewer.
   */
  private Unrepeated.@Nullable Span extended(Call call, Unrepeated.Span span) throws SQLException {
    long start = Math.min(call.selection().startMillis(), span.startMillis());
    long settled = Unrepeated.settled(call.selection().endMillis(), nowMillis.getAsLong());
    long end = Math.max(settled, span.endMillis());
    if (end - span.endMillis() + span.startMillis() - start < WORTH_MILLIS) {
      return null;
    }
    long rows =
        span.rows() + rows(call, start, span.startMillis()) + rows(call, span.endMillis(), end);
    return new Unrepeated.Span(start, end, rows);
  }

  private boolean merging(Call call, Unrepeated.@Nullable Key key, RowSink sink)
      throws SQLException {
    long start = call.selection().startMillis();
    long end = call.selection().endMillis();
    long settled = Unrepeated.settled(end, nowMillis.getAsLong());
    boolean learns = settled > start;
    long rows = key != null && learns ? rows(call, start, settled) : 0;
    Seen seen = run(call, List.of(new WindowStatement.Part(start, end, false)), sink);
    if (key != null && learns && !seen.truncated() && !seen.repeated()) {
      unrepeated.learn(key, new Unrepeated.Span(start, settled, rows));
    }
    return seen.truncated();
  }

  private Seen run(Call call, List<WindowStatement.Part> parts, RowSink sink) throws SQLException {
    HistoryQuery query = call.query();
    boolean[] stopped = new boolean[1];
    SameTime rows =
        new SameTime(
            query.columns().size(),
            SameTime.Writes.JOINED,
            query.limit(),
            row -> {
              boolean more = sink.take(row);
              stopped[0] |= !more;
              return more;
            });
    Sql sql = WindowStatement.of(query, call.windows(), call.timeColumn(), parts);
    long most = reader.readCounted(query, sql, call.connection(), call.deadline(), rows);
    boolean truncated = rows.end();
    // Who stops has not seen everything.
    return new Seen(truncated, most > 1 || stopped[0]);
  }

  private static long rows(Call call, long startMillis, long endMillis) throws SQLException {
    if (startMillis >= endMillis) {
      return 0;
    }
    return RowReader.count(
        call.connection(),
        SqlBuilder.rows(
            call.selection(),
            call.timeColumn(),
            SqlBuilder.micros(startMillis),
            SqlBuilder.micros(endMillis)),
        call.deadline());
  }
}
