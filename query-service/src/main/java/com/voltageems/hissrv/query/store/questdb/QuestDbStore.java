package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.Column;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Digits;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.LatestAnswer;
import com.voltageems.hissrv.query.store.LatestSeries;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.RowSink;
import com.voltageems.hissrv.query.store.SameTime;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.Series;
import com.voltageems.hissrv.query.store.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * History in QuestDB 9: a table is a measurement. Starts without the database being there and finds
 * it again after it was away.
 */
public final class QuestDbStore implements HistoryStore {
  /** In "Build Information: QuestDB 9.3.4, JDK ...". */
  private static final Pattern VERSION = Pattern.compile("QuestDB [0-9.]+");

  /** Rows asked for beyond the limit, so that those of the last time are likely to be all there. */
  private static final long BEYOND = 200;

  /** Rows that come at a time of an answer that is read while it comes. */
  private static final int FETCH = 5000;

  private final Connections connections;
  private final Tables tables = new Tables();

  /**
   * @param url JDBC address of the PostgreSQL wire endpoint
   * @param concurrency most connections at once
   */
  public QuestDbStore(String url, String user, String password, int concurrency) {
    this.connections = new Connections(url, user, password, concurrency);
  }

  @Override
  public List<Measurement> measurements(Deadline deadline) {
    return connections.call(deadline, connection -> tables.all(connection, deadline));
  }

  @Override
  public Optional<Measurement> measurement(String name, Deadline deadline) {
    return connections.call(
        deadline, connection -> Optional.ofNullable(tables.one(connection, name, deadline)));
  }

  /** Something asked of a table, by the name of its time column. */
  private interface Asked<T> {
    T on(Connection connection, String timeColumn) throws SQLException;
  }

  private <T> T ask(Selection selection, Deadline deadline, Asked<T> asked) {
    String table = selection.measurement().name();
    try {
      return connections.call(
          deadline,
          connection -> asked.on(connection, tables.timeColumn(connection, table, deadline)));
    } catch (StoreException e) {
      tables.forget(table);
      throw e;
    }
  }

  @Override
  public boolean scan(HistoryQuery query, Deadline deadline, RowSink sink) {
    return ask(
        query.selection(),
        deadline,
        (connection, timeColumn) ->
            query.windows() == null
                ? points(query, timeColumn, connection, deadline, sink)
                : windows(query, timeColumn, connection, deadline, sink));
  }

  /**
   * Points come in the order of time, with all writes of them. The database cuts them among those
   * of one time as it likes; so these are asked for again where the cut is among them.
   */
  private boolean points(
      HistoryQuery query, String time, Connection connection, Deadline deadline, RowSink sink)
      throws SQLException {
    SameTime.Writes order =
        query.newestFirst() ? SameTime.Writes.NEWEST_FIRST : SameTime.Writes.OLDEST_FIRST;
    SameTime rows = new SameTime(query.columns().size(), order, query.limit(), sink);
    long start = SqlBuilder.micros(query.selection().startMillis());
    long end = SqlBuilder.micros(query.selection().endMillis());
    long most = query.limit() + BEYOND;
    Sql first = SqlBuilder.points(query, time, start, end, most);
    long count = read(query, first, connection, deadline, most > FETCH, rows);
    if (count >= most) {
      OptionalLong last = rows.discardLast();
      if (last.isPresent()) {
        long cut = last.getAsLong();
        Sql rest =
            query.newestFirst()
                ? SqlBuilder.points(query, time, start, cut + 1, Long.MAX_VALUE)
                : SqlBuilder.points(query, time, cut, end, Long.MAX_VALUE);
        read(query, rest, connection, deadline, true, rows);
      }
    }
    return rows.end();
  }

  private boolean windows(
      HistoryQuery query, String time, Connection connection, Deadline deadline, RowSink sink)
      throws SQLException {
    SameTime rows =
        new SameTime(query.columns().size(), SameTime.Writes.JOINED, query.limit(), sink);
    read(query, SqlBuilder.windows(query, time), connection, deadline, false, rows);
    return rows.end();
  }

  /**
   * Reads rows of (time, tags, values).
   *
   * @param piecemeal whether they are to come in pieces; within a transaction only
   */
  private long read(
      HistoryQuery query,
      Sql sql,
      Connection connection,
      Deadline deadline,
      boolean piecemeal,
      SameTime rows)
      throws SQLException {
    int tags = query.groupBy().size();
    int columns = query.columns().size();
    boolean[] computed = new boolean[columns];
    for (int i = 0; i < columns; i++) {
      Column column = query.columns().get(i);
      computed[i] = column.function() != null && column.function().computes();
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

  private static String text(ResultSet row, int column) throws SQLException {
    String value = row.getString(column);
    return value == null ? "" : value;
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

  private static @Nullable Object value(ResultSet rows, int column) throws SQLException {
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

  @Override
  public LatestAnswer latest(
      Selection selection, List<Field> fields, int limit, Deadline deadline) {
    return ask(
        selection,
        deadline,
        (connection, time) -> {
          Sql sql = SqlBuilder.latest(selection, fields, limit, time);
          try (PreparedStatement statement = Connections.prepare(connection, sql, deadline);
              ResultSet rows = statement.executeQuery()) {
            return latest(rows, selection.measurement().tags(), fields, limit);
          }
        });
  }

  private static LatestAnswer latest(
      ResultSet rows, List<String> names, List<Field> fields, int limit) throws SQLException {
    List<LatestSeries> series = new ArrayList<>();
    int count = 0;
    while (rows.next()) {
      if (count == limit) {
        return new LatestAnswer(series, true);
      }
      count++;
      Map<String, LatestSeries.Value> values = new LinkedHashMap<>();
      for (int i = 0; i < fields.size(); i++) {
        Object value = value(rows, 2 + names.size() + 2 * i);
        if (value != null) {
          long time = rows.getLong(3 + names.size() + 2 * i);
          values.put(fields.get(i).name(), new LatestSeries.Value(value, time));
        }
      }
      if (!values.isEmpty()) {
        List<String> key = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
          key.add(text(rows, 2 + i));
        }
        series.add(new LatestSeries(Series.tags(names, key), values));
      }
    }
    return new LatestAnswer(series, false);
  }

  @Override
  public List<Map<String, String>> series(Selection selection, int limit, Deadline deadline) {
    List<String> names = selection.measurement().tags();
    return ask(
        selection,
        deadline,
        (connection, time) -> {
          Sql sql = SqlBuilder.series(selection, limit, time);
          List<Map<String, String>> all = new ArrayList<>();
          try (PreparedStatement statement = Connections.prepare(connection, sql, deadline);
              ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
              List<String> key = new ArrayList<>();
              for (int i = 0; i < names.size(); i++) {
                key.add(text(rows, 2 + i));
              }
              all.add(Series.tags(names, key));
            }
          }
          return all;
        });
  }

  @Override
  public Map<String, List<String>> tagValues(Selection selection, int limit, Deadline deadline) {
    return ask(
        selection,
        deadline,
        (connection, time) -> {
          Map<String, List<String>> all = new TreeMap<>();
          for (String tag : selection.measurement().tags()) {
            Sql sql = SqlBuilder.tagValues(selection, tag, limit, time);
            List<String> values = new ArrayList<>();
            try (PreparedStatement statement = Connections.prepare(connection, sql, deadline);
                ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                values.add(text(rows, 1));
              }
            }
            values.sort(Comparator.naturalOrder());
            all.put(tag, values);
          }
          return all;
        });
  }

  @Override
  public List<Field> fieldsWithValues(Selection selection, Deadline deadline) {
    return ask(
        selection,
        deadline,
        (connection, time) -> {
          List<Field> fields = selection.measurement().fields();
          Sql sql = SqlBuilder.fieldCounts(selection, fields, time);
          List<Field> found = new ArrayList<>();
          try (PreparedStatement statement = Connections.prepare(connection, sql, deadline);
              ResultSet rows = statement.executeQuery()) {
            if (rows.next()) {
              for (int i = 0; i < fields.size(); i++) {
                if (rows.getLong(2 + i) > 0) {
                  found.add(fields.get(i));
                }
              }
            }
          }
          return found;
        });
  }

  @Override
  public String ping(Duration timeout) {
    long asked = System.nanoTime();
    // While queries of ours run they may keep its workers busy for a while.
    Duration patience = connections.isBusy() ? timeout.multipliedBy(2) : timeout;
    try {
      Matcher version =
          VERSION.matcher(firstText(new Sql("SELECT build()", List.of()), Deadline.in(patience)));
      return version.find() ? version.group() : "QuestDB";
    } catch (StoreException e) {
      if (e.kind() == StoreException.Kind.FAILED || !connections.aliveSince(asked)) {
        throw e;
      }
      // It answered somebody else meanwhile: busy, not away.
      return "QuestDB, busy";
    }
  }

  /** The first column of the first row, empty where there is none. */
  String firstText(Sql sql, Deadline deadline) {
    return connections.call(
        deadline,
        connection -> {
          try (PreparedStatement statement = Connections.prepare(connection, sql, deadline);
              ResultSet rows = statement.executeQuery()) {
            return rows.next() ? String.valueOf(rows.getString(1)) : "";
          }
        });
  }

  @Override
  public void close() {
    connections.close();
  }
}
