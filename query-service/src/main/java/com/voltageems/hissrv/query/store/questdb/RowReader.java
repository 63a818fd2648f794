package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Digits;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.SameTime;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows of an answer as rows of the store. */
final class RowReader {
  /** Rows that come at a time of an answer that is read while it comes. */
  static final int FETCH = 5000;

  /** As many may come at once: the pieces need a transaction, which takes a while of its own. */
  static final int AT_ONCE = 20_000;

  private final Connections connections;

  RowReader(Connections connections) {
    this.connections = connections;
  }

  /**
   * Reads rows of (time, tags, values).
   *
   * @param piecemeal whether they are to come in pieces; within a transaction only
   * @return how many there were
   */
  long read(
      HistoryQuery query,
      Sql sql,
      Connection connection,
      Deadline deadline,
      boolean piecemeal,
      SameTime rows)
      throws SQLException {
    return read(query, sql, connection, deadline, piecemeal, rows, null);
  }

  /**
   * Reads rows of (time, tags, values, a number).
   *
   * @return the largest of these numbers; 0 where there was no row
   */
  long readCounted(
      HistoryQuery query, Sql sql, Connection connection, Deadline deadline, SameTime rows)
      throws SQLException {
    long[] most = new long[1];
    read(query, sql, connection, deadline, false, rows, most);
    return most[0];
  }

  private long read(
      HistoryQuery query,
      Sql sql,
      Connection connection,
      Deadline deadline,
      boolean piecemeal,
      SameTime rows,
      long @Nullable [] most)
      throws SQLException {
    int tags = query.groupBy().size();
    int columns = query.columns().size();
    boolean[] computed = new boolean[columns];
    for (int i = 0; i < columns; i++) {
      computed[i] = query.columns().get(i).isRounded();
    }
    if (piecemeal) {
      connection.setAutoCommit(false);
    }
    try (PreparedStatement statement = Connections.prepare(connection, sql, deadline)) {
      statement.setFetchSize(piecemeal ? FETCH : 0);
      try (ResultSet found = statement.executeQuery()) {
        Keys keys = new Keys(tags);
        long count = 0;
        while (found.next()) {
          if (++count % FETCH == 0) {
            connections.alive();
            if (deadline.isOver()) {
              throw deadline.exceeded(new SQLException("after " + count + " rows"));
            }
          }
          if (most != null) {
            most[0] = Math.max(most[0], found.getLong(2 + tags + columns));
          }
          Row row = rows.next(found.getLong(1), keys.of(found));
          for (int i = 0; i < columns; i++) {
            put(row, i, found, 2 + tags + i, computed[i]);
          }
          if (!rows.add()) {
            break;
          }
        }
        return count;
      }
    }
  }

  /** Values of tags as they come with each row; mostly the same as those of the row before. */
  private static final class Keys {
    private final int tags;
    private @Nullable List<String> last;

    Keys(int tags) {
      this.tags = tags;
    }

    List<String> of(ResultSet row) throws SQLException {
      List<String> before = last;
      List<String> values = new ArrayList<>(tags);
      boolean same = before != null;
      for (int i = 0; i < tags; i++) {
        String value = text(row, 2 + i);
        same = same && before != null && before.get(i).equals(value);
        values.add(value);
      }
      List<String> key = same && before != null ? before : List.copyOf(values);
      last = key;
      return key;
    }
  }

  private static void put(Row row, int column, ResultSet from, int at, boolean computed)
      throws SQLException {
    Object value = value(from, at);
    if (computed && value instanceof Double number) {
      row.setNumber(column, Digits.computed(number));
    } else if (value != null) {
      row.set(column, value);
    }
  }

  static @Nullable Object value(ResultSet rows, int column) throws SQLException {
    Object value = rows.getObject(column);
    if (value instanceof Double || value instanceof Float) {
      double number = ((Number) value).doubleValue();
      return Double.isFinite(number) ? number : null;
    }
    if (value instanceof Number number) {
      return number.longValue();
    }
    return value;
  }

  /** The number in the first column of the first row. */
  static long count(Connection connection, Sql sql, Deadline deadline) throws SQLException {
    try (PreparedStatement statement = Connections.prepare(connection, sql, deadline);
        ResultSet found = statement.executeQuery()) {
      return found.next() ? found.getLong(1) : 0;
    }
  }

  /** A tag's value; the empty text for none. */
  static String text(ResultSet row, int column) throws SQLException {
    String value = row.getString(column);
    return value == null ? "" : value;
  }
}
