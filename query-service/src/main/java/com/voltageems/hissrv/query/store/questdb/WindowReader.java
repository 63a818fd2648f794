package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.RowSink;
import com.voltageems.hissrv.query.store.SameTime;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.window.Windows;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads windows. Where every point is known to have only one row, the statement skips merging.
 * Whether this still holds is checked after the reading, so that a repeated write during the
 * reading is noticed. Thread-safe.
 */
final class WindowReader {
  /** An unknown part of at least this length is worth an additional statement to learn about it. */
  private static final long WORTH_MILLIS = 600_000;

  /** How many rows are held before the next look at the heap. */
  private static final int ROWS_BETWEEN = 64;

  private final RowReader reader;
  private final LongSupplier nowMillis;
  private final Unrepeated unrepeated = new Unrepeated();

  WindowReader(RowReader reader, LongSupplier nowMillis) {
    this.reader = reader;
    this.nowMillis = nowMillis;
  }

  /** A connection and the request that runs over it. */
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

  /**
   * The end of a statement: whether it was truncated or stopped, and how many points it merged in
   * the part that can be learned from.
   */
  private record Seen(boolean truncated, boolean stopped, long points) {}

  /**
   * What can be learned from a statement. Its rows are counted before the statement runs, so that
   * the statement sees no fewer rows.
   *
   * @param span what will be known afterwards, with the number of all rows of the table there
   * @param fromMillis start of the first merged part
   * @param untilMillis end of the part that can be learned from
   * @param rows number of rows that the statement will merge there; equals the number of points if
   *     nothing is repeated
   */
  private record Lesson(Unrepeated.Span span, long fromMillis, long untilMillis, long rows) {}

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

  /**
   * Reads without merging in the known span. Null if the knowledge no longer holds or does not
   * help.
   */
  private @Nullable Boolean trusting(
      Call call, Unrepeated.Key key, Unrepeated.Span span, RowSink sink) throws SQLException {
    Selection selection = call.selection();
    List<WindowStatement.Part> parts =
        Unrepeated.parts(call.windows(), selection.startMillis(), selection.endMillis(), span);
    if (parts.stream().noneMatch(WindowStatement.Part::once)) {
      return null;
    }
    Lesson lesson = parts.size() == 1 ? null : more(call, key, span, parts);
    List<Row> rows = new ArrayList<>();
    Seen seen =
        run(
            call,
            parts,
            lesson,
            row -> {
              if (rows.size() % ROWS_BETWEEN == ROWS_BETWEEN - 1) {
                StoreException.requireHeap();
              }
              return rows.add(row.copy());
            });
    if (rows(call, span.startMillis(), span.endMillis()) != span.rows()) {
      return null;
    }
    learn(key, lesson, seen);
    for (Row row : rows) {
      if (!sink.take(row)) {
        return false;
      }
    }
    return seen.truncated();
  }

  /**
   * Extends the known span by what the statement will see; null if that is not worth the cost.
   *
   * @param parts the parts of the statement
   */
  private @Nullable Lesson more(
      Call call, Unrepeated.Key key, Unrepeated.Span span, List<WindowStatement.Part> parts)
      throws SQLException {
    long start = Math.min(call.selection().startMillis(), span.startMillis());
    long end = Math.max(settled(call), span.endMillis());
    if (end - span.endMillis() + span.startMillis() - start < WORTH_MILLIS) {
      return null;
    }
    long known =
        span.rows() + rows(call, start, span.startMillis()) + rows(call, span.endMillis(), end);
    return lesson(call, key, new Unrepeated.Span(start, end, known), parts);
  }

  private @Nullable Lesson lesson(
      Call call, Unrepeated.Key key, Unrepeated.Span span, List<WindowStatement.Part> parts)
      throws SQLException {
    long until = settled(call);
    List<WindowStatement.Part> merged =
        parts.stream().filter(part -> !part.once() && part.startMillis() < until).toList();
    if (merged.isEmpty() || unrepeated.isRepeated(key, merged.get(0).startMillis(), until)) {
      return null;
    }
    long rows = 0;
    for (WindowStatement.Part part : merged) {
      long end = Math.min(part.endMillis(), until);
      rows +=
          RowReader.count(
              call.connection(),
              WindowStatement.rows(
                  call.query(),
                  call.windows(),
                  call.timeColumn(),
                  new WindowStatement.Part(part.startMillis(), end, false)),
              call.deadline());
    }
    return new Lesson(span, merged.get(0).startMillis(), until, rows);
  }

  private boolean merging(Call call, Unrepeated.@Nullable Key key, RowSink sink)
      throws SQLException {
    long start = call.selection().startMillis();
    long settled = settled(call);
    List<WindowStatement.Part> all =
        List.of(new WindowStatement.Part(start, call.selection().endMillis(), false));
    Lesson lesson = null;
    if (key != null && settled > start) {
      long rows = rows(call, start, settled);
      lesson = lesson(call, key, new Unrepeated.Span(start, settled, rows), all);
    }
    Seen seen = run(call, all, lesson, sink);
    if (key != null) {
      learn(key, lesson, seen);
    }
    return seen.truncated();
  }

  private void learn(Unrepeated.Key key, @Nullable Lesson lesson, Seen seen) {
    // A statement that was truncated or stopped has not seen all points.
    if (lesson == null || seen.truncated() || seen.stopped()) {
      return;
    }
    if (seen.points() == lesson.rows()) {
      unrepeated.learn(key, lesson.span());
    } else {
      unrepeated.learnRepeated(key, lesson.fromMillis(), lesson.untilMillis());
    }
  }

  /**
   * Returns the end of the part that can be learned from: whole windows that get no more new rows.
   */
  private long settled(Call call) {
    long end = call.selection().endMillis();
    long settled = Unrepeated.settled(end, nowMillis.getAsLong());
    return settled < end ? call.windows().floor(settled) : end;
  }

  private Seen run(
      Call call, List<WindowStatement.Part> parts, @Nullable Lesson lesson, RowSink sink)
      throws SQLException {
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
    long before = lesson == null ? Long.MIN_VALUE : SqlBuilder.micros(lesson.untilMillis());
    long points = reader.readCounted(query, sql, call.connection(), call.deadline(), before, rows);
    return new Seen(rows.end(), stopped[0], points);
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
