package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.SameTime;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.window.Digits;
import com.voltageems.hissrv.query.store.window.Windows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import org.jspecify.annotations.Nullable;

/** Converts rows of an answer to rows of the store. */
final class RowReader {
  /** Largest number of rows per chunk if the answer is read while it arrives. */
  private static final int FETCH = 5000;

  /**
   * Largest number of values per chunk, each of which is an object of some 40 bytes in the driver.
   */
  private static final int FETCH_VALUES = 50_000;

  /**
   * Up to this number, values may arrive all at once: chunks need a transaction, which takes time
   * of its own.
   */
  private static final long AT_ONCE = 100_000;

  private static final int FEW_SERIES = 10;

  /** Up to this number, rows arrive as fast in text format as in binary. */
  private static final int FEW = 1000;

  private final Connections connections;

  RowReader(Connections connections) {
    this.connections = connections;
  }

  /**
   * Reads rows of (time, tags, values).
   *
   * @param most largest number of rows that can come; if they are many, they arrive in chunks, for
   *     which a transaction begins
   * @return the number of rows
   */
  long read(
      HistoryQuery query,
      Sql sql,
      Connection connection,
      Deadline deadline,
      long most,
      SameTime rows)
      throws SQLException {
    return read(query, sql, connection, deadline, most > AT_ONCE / width(query), rows, null);
  }

  /**
   * Reads rows of (time, tags, values, a number).
   *
   * @param beforeMicros only rows before this time are added up
   * @return the sum of the numbers of the rows before that time
   */
  long readCounted(
      HistoryQuery query,
      Sql sql,
      Connection connection,
      Deadline deadline,
      long beforeMicros,
      SameTime rows)
      throws SQLException {
    Sum sum = new Sum(beforeMicros);
    read(query, sql, connection, deadline, isLong(query), rows, sum);
    return sum.sum;
  }

  /**
   * Returns whether windows may come in large numbers. The number of series is not known: with a
   * filter they are taken for few.
   */
  private static boolean isLong(HistoryQuery query) {
    return query.selection().filters().isEmpty()
        || expected(query) > AT_ONCE / FEW_SERIES / width(query);
  }

  /** Returns the number of values per row, without time and tags. */
  private static int width(HistoryQuery query) {
    return Math.max(query.columns().size(), 1);
  }

  private static int chunk(HistoryQuery query) {
    return Math.min(FETCH, Math.max(FETCH_VALUES / width(query), 1));
  }

  /** Adds up a column of numbers over the rows before a given time. */
  private static final class Sum {
    private final long beforeMicros;
    private long sum;

    Sum(long beforeMicros) {
      this.beforeMicros = beforeMicros;
    }

    void add(ResultSet row, int column, long time) throws SQLException {
      if (time < beforeMicros) {
        sum += row.getLong(column);
      }
    }
  }

  private long read(
      HistoryQuery query,
      Sql sql,
      Connection connection,
      Deadline deadline,
      boolean piecemeal,
      SameTime rows,
      @Nullable Sum sum)
      throws SQLException {
    if (piecemeal) {
      connection.setAutoCommit(false);
    }
    try (PreparedStatement statement = Connections.prepare(connection, sql, deadline)) {
      statement.setFetchSize(piecemeal ? chunk(query) : 0);
      if (expected(query) > FEW) {
        Connections.useBinary(statement);
      }
      try (ResultSet found = statement.executeQuery()) {
        return read(query, found, deadline, rows, sum);
      }
    }
  }

  /** Returns roughly how many rows of a series may come. */
  private static long expected(HistoryQuery query) {
    Windows windows = query.windows();
    Selection selection = query.selection();
    return windows == null
        ? query.limit()
        : (selection.endMillis() - selection.startMillis()) / windows.longestMillis();
  }

  private long read(
      HistoryQuery query, ResultSet found, Deadline deadline, SameTime rows, @Nullable Sum sum)
      throws SQLException {
    Keys keys = new Keys(query.selection(), query.groupBy());
    int first = 2 + keys.read().size();
    Cell[] cells = cells(query, found.getMetaData(), first);
    long count = 0;
    while (found.next()) {
      if (++count % FETCH == 0) {
        connections.alive();
        if (deadline.isOver()) {
          throw deadline.exceeded(new SQLException("after " + count + " rows"));
        }
      }
      long time = found.getLong(1);
      if (sum != null) {
        sum.add(found, first + cells.length, time);
      }
      Row row = rows.next(time, keys.of(found, 2));
      for (int i = 0; i < cells.length; i++) {
        cells[i].put(row, i, found, first + i);
      }
      if (!rows.add()) {
        break;
      }
    }
    return count;
  }

  /** Copies one column of the answer into the row. */
  private interface Cell {
    void put(Row row, int column, ResultSet from, int at) throws SQLException;
  }

  private static Cell[] cells(HistoryQuery query, ResultSetMetaData types, int first)
      throws SQLException {
    Cell[] cells = new Cell[query.columns().size()];
    for (int i = 0; i < cells.length; i++) {
      // Looks up the type once and reads numbers without boxing: an answer has many of them.
      cells[i] =
          switch (types.getColumnType(first + i)) {
            case Types.DOUBLE ->
                query.columns().get(i).isRounded() ? RowReader::putRounded : RowReader::putNumber;
            case Types.REAL -> RowReader::putFloat;
            default -> RowReader::putAny;
          };
    }
    return cells;
  }

  private static void putNumber(Row row, int column, ResultSet from, int at) throws SQLException {
    double number = from.getDouble(at);
    if (!from.wasNull()) {
      row.setNumber(column, number);
    }
  }

  private static void putFloat(Row row, int column, ResultSet from, int at) throws SQLException {
    float number = from.getFloat(at);
    if (!from.wasNull()) {
      row.setNumber(column, shortest(number));
    }
  }

  /** Returns 0.1 for 0.1f, as QuestDB shows it, and not 0.10000000149011612. */
  private static double shortest(float number) {
    return Double.parseDouble(Float.toString(number));
  }

  private static void putRounded(Row row, int column, ResultSet from, int at) throws SQLException {
    double number = from.getDouble(at);
    if (!from.wasNull()) {
      row.setNumber(column, Digits.computed(number));
    }
  }

  private static void putAny(Row row, int column, ResultSet from, int at) throws SQLException {
    Object value = value(from, at);
    if (value != null) {
      row.set(column, value);
    }
  }

  static @Nullable Object value(ResultSet rows, int column) throws SQLException {
    Object value = rows.getObject(column);
    if (value instanceof Float number) {
      return Float.isFinite(number) ? shortest(number) : null;
    }
    if (value instanceof Double number) {
      return Double.isFinite(number) ? number : null;
    }
    if (value instanceof Number number) {
      return number.longValue();
    }
    return value;
  }

  /** Returns the number in the first column of the first row; 0 if there is no row. */
  static long count(Connection connection, Sql sql, Deadline deadline) throws SQLException {
    try (PreparedStatement statement = Connections.prepare(connection, sql, deadline);
        ResultSet found = statement.executeQuery()) {
      return found.next() ? found.getLong(1) : 0;
    }
  }

  /** Returns a tag's value; the empty string if the tag is absent. */
  static String text(ResultSet row, int column) throws SQLException {
    String value = row.getString(column);
    return value == null ? "" : value;
  }
}
