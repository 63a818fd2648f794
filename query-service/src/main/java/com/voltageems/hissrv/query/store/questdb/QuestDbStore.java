package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.LatestAnswer;
import com.voltageems.hissrv.query.store.LatestSeries;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Point;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.Series;
import com.voltageems.hissrv.query.store.StoreException;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * History in QuestDB 9: a table is a measurement, its SYMBOL columns are tags, its numbers, texts
 * and booleans are fields. Columns of other types are not shown. Starts without the database being
 * there and finds it again after it was away.
 */
public final class QuestDbStore implements HistoryStore {
  /**
   * Names of tables. Not from {@code tables()}: by default QuestDB leaves out there whatever is
   * called "telemetry", as its own table is, and so is our main measurement.
   */
  private static final String TABLES =
      "SELECT relname FROM pg_class() WHERE relkind = 'r' AND relname <> 'pg_class'";

  private static final String TABLE = TABLES + " AND lower(relname) = lower(?)";

  /** Tables that QuestDB keeps for itself, besides all that begin with {@code sys.}. */
  private static final Set<String> INTERNAL =
      Set.of("_query_trace", "telemetry_config", "telemetry_wal", "telemetry_mat_view");

  /** In "Build Information: QuestDB 9.3.4, JDK ...". */
  private static final Pattern VERSION = Pattern.compile("QuestDB [0-9.]+");

  /** A database that has not given a connection or a sign of life for so long is away. */
  private static final Duration AWAY = Duration.ofSeconds(3);

  private final HikariDataSource connections;
  private final Duration timeout;

  /** When any call was answered last. */
  private final AtomicLong answered = new AtomicLong(System.nanoTime());

  /**
   * @param url JDBC address of the PostgreSQL wire endpoint
   * @param concurrency most connections at once
   * @param timeout longest time of one call
   */
  public QuestDbStore(String url, String user, String password, int concurrency, Duration timeout) {
    this.timeout = timeout;
    HikariConfig config = new HikariConfig();
    config.setPoolName("questdb");
    config.setJdbcUrl(url);
    config.setUsername(user);
    config.setPassword(password);
    config.setMaximumPoolSize(concurrency);
    // All are opened at once: behind queries that keep QuestDB's workers busy a new one would come
    // too late, and permitted load would look like an outage.
    config.setMinimumIdle(concurrency);
    config.setInitializationFailTimeout(-1);
    config.setConnectionTimeout(Math.min(AWAY.toMillis(), timeout.toMillis()));
    config.setValidationTimeout(1000);
    config.setMaxLifetime(Duration.ofMinutes(10).toMillis());
    config.addDataSourceProperty("connectTimeout", "3");
    // The statement is cancelled at the timeout; this ends a connection that went dead.
    config.addDataSourceProperty("socketTimeout", Long.toString(timeout.toSeconds() + 5));
    config.addDataSourceProperty("ApplicationName", "hissrv");
    // A column that appears later must not meet a plan made before it.
    config.addDataSourceProperty("prepareThreshold", "0");
    this.connections = new HikariDataSource(config);
  }

  /** A table with the name of its time column. */
  private record Table(Measurement measurement, String timeColumn) {}

  @Override
  public List<Measurement> measurements() {
    return call(
        connection -> {
          List<Measurement> found = new ArrayList<>();
          for (String name : names(connection, new Sql(TABLES, List.of()))) {
            Table table = describe(connection, name);
            if (table != null) {
              found.add(table.measurement());
            }
          }
          found.sort(Comparator.comparing(Measurement::name));
          return found;
        });
  }

  @Override
  public Optional<Measurement> measurement(String name) {
    return call(connection -> Optional.ofNullable(table(connection, name)).map(Table::measurement));
  }

  @Override
  public HistoryAnswer query(HistoryQuery query) {
    return call(
        connection -> {
          Sql sql = SqlBuilder.query(query, timeColumn(connection, query.selection()));
          try (PreparedStatement statement = prepare(connection, sql);
              ResultSet rows = statement.executeQuery()) {
            return answer(query, rows);
          }
        });
  }

  private static HistoryAnswer answer(HistoryQuery query, ResultSet rows) throws SQLException {
    List<String> groupBy = query.groupBy();
    Map<List<String>, List<Point>> points = new LinkedHashMap<>();
    int count = 0;
    boolean truncated = false;
    while (rows.next()) {
      if (count == query.limit()) {
        truncated = true;
        break;
      }
      count++;
      List<String> key = tagValues(rows, 2, groupBy.size());
      List<@Nullable Object> values = new ArrayList<>(query.fields().size());
      for (int i = 0; i < query.fields().size(); i++) {
        values.add(value(rows, 2 + groupBy.size() + i));
      }
      points.computeIfAbsent(key, k -> new ArrayList<>()).add(new Point(rows.getLong(1), values));
    }
    List<Series> series = new ArrayList<>();
    points.entrySet().stream()
        .sorted(Map.Entry.comparingByKey(QuestDbStore::compareLists))
        .forEach(entry -> series.add(new Series(tags(groupBy, entry.getKey()), entry.getValue())));
    return new HistoryAnswer(series, truncated);
  }

  @Override
  public LatestAnswer latest(Selection selection, List<Field> fields, int limit) {
    return call(
        connection -> {
          Sql sql = SqlBuilder.latest(selection, fields, limit, timeColumn(connection, selection));
          List<String> names = selection.measurement().tags();
          List<LatestSeries> series = new ArrayList<>();
          boolean truncated = false;
          try (PreparedStatement statement = prepare(connection, sql);
              ResultSet rows = statement.executeQuery()) {
            int count = 0;
            while (rows.next()) {
              if (count == limit) {
                truncated = true;
                break;
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
                series.add(new LatestSeries(tags(names, tagValues(rows, 2, names.size())), values));
              }
            }
          }
          return new LatestAnswer(series, truncated);
        });
  }

  @Override
  public Map<String, List<String>> tagValues(Selection selection, int limit) {
    return call(
        connection -> {
          String timeColumn = timeColumn(connection, selection);
          Map<String, List<String>> all = new TreeMap<>();
          for (String tag : selection.measurement().tags()) {
            Sql sql = SqlBuilder.tagValues(selection, tag, limit, timeColumn);
            List<String> values = new ArrayList<>();
            try (PreparedStatement statement = prepare(connection, sql);
                ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                String value = rows.getString(1);
                values.add(value == null ? "" : value);
              }
            }
            values.sort(Comparator.naturalOrder());
            all.put(tag, values);
          }
          return all;
        });
  }

  @Override
  public List<Field> fieldsWithValues(Selection selection) {
    return call(
        connection -> {
          List<Field> fields = selection.measurement().fields();
          Sql sql = SqlBuilder.fieldCounts(selection, fields, timeColumn(connection, selection));
          List<Field> found = new ArrayList<>();
          try (PreparedStatement statement = prepare(connection, sql);
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
  public String ping() {
    long asked = System.nanoTime();
    try {
      Matcher version = VERSION.matcher(build());
      return version.find() ? version.group() : "QuestDB";
    } catch (StoreException e) {
      if (e.kind() != StoreException.Kind.FAILED && answered.get() - asked > 0) {
        // It answered somebody else meanwhile: busy, not away.
        return "QuestDB, busy";
      }
      throw e;
    }
  }

  private String build() {
    return call(
        connection -> {
          // While queries of ours run they may keep its workers busy for as long as they may take.
          Duration patience =
              connections.getHikariPoolMXBean().getActiveConnections() > 1 ? timeout : AWAY;
          connection.setNetworkTimeout(Runnable::run, (int) patience.toMillis());
          return firstText(connection, new Sql("SELECT build()", List.of()));
        });
  }

  /** The first column of the first row, empty where there is none. */
  String firstText(Sql sql) {
    return call(connection -> firstText(connection, sql));
  }

  private String firstText(Connection connection, Sql sql) throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql);
        ResultSet rows = statement.executeQuery()) {
      return rows.next() ? String.valueOf(rows.getString(1)) : "";
    }
  }

  @Override
  public void close() {
    connections.close();
  }

  private String timeColumn(Connection connection, Selection selection) throws SQLException {
    String name = selection.measurement().name();
    Table table = table(connection, name);
    if (table == null) {
      throw new SQLException("the table " + name + " is gone");
    }
    return table.timeColumn();
  }

  private @Nullable Table table(Connection connection, String name) throws SQLException {
    if (!SqlBuilder.isName(name)) {
      return null;
    }
    // To QuestDB, C03METER and c03meter are one table, called as it was called first.
    List<String> found = names(connection, new Sql(TABLE, List.of(name)));
    if (found.isEmpty()) {
      return null;
    }
    return describe(connection, found.contains(name) ? name : found.get(0));
  }

  private List<String> names(Connection connection, Sql sql) throws SQLException {
    List<String> found = new ArrayList<>();
    try (PreparedStatement statement = prepare(connection, sql);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        String name = rows.getString(1);
        if (!name.startsWith("sys.") && !INTERNAL.contains(name)) {
          found.add(name);
        }
      }
    }
    return found;
  }

  /** Null for a table without a designated time column: it holds no history. */
  private @Nullable Table describe(Connection connection, String name) throws SQLException {
    String timeColumn = null;
    List<String> tags = new ArrayList<>();
    List<Field> fields = new ArrayList<>();
    // This function takes no parameter; the name is one that the database itself has told.
    Sql sql =
        new Sql(
            "SELECT \"column\", \"type\", designated FROM table_columns("
                + SqlBuilder.literal(name)
                + ")",
            List.of());
    try (PreparedStatement statement = prepare(connection, sql);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        String column = rows.getString(1);
        if (rows.getBoolean(3)) {
          timeColumn = column;
        }
        switch (rows.getString(2)) {
          case "SYMBOL" -> tags.add(column);
          case "DOUBLE", "FLOAT" -> fields.add(new Field(column, Field.Kind.NUMBER));
          case "LONG", "INT", "SHORT", "BYTE" -> fields.add(new Field(column, Field.Kind.INTEGER));
          case "VARCHAR", "STRING" -> fields.add(new Field(column, Field.Kind.TEXT));
          case "BOOLEAN" -> fields.add(new Field(column, Field.Kind.FLAG));
          default -> {
            // The time column, and types that no writer of ours makes.
          }
        }
      }
    }
    tags.sort(Comparator.naturalOrder());
    return timeColumn == null ? null : new Table(new Measurement(name, tags, fields), timeColumn);
  }

  private PreparedStatement prepare(Connection connection, Sql sql) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql.text());
    try {
      statement.setQueryTimeout((int) Math.max(1, timeout.toSeconds()));
      for (int i = 0; i < sql.parameters().size(); i++) {
        Object parameter = sql.parameters().get(i);
        if (parameter instanceof Long number) {
          statement.setLong(i + 1, number);
        } else {
          statement.setString(i + 1, (String) parameter);
        }
      }
      return statement;
    } catch (SQLException e) {
      statement.close();
      throw e;
    }
  }

  private static List<String> tagValues(ResultSet rows, int from, int count) throws SQLException {
    List<String> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String value = rows.getString(from + i);
      values.add(value == null ? "" : value);
    }
    return values;
  }

  private static Map<String, String> tags(List<String> names, List<String> values) {
    Map<String, String> tags = new TreeMap<>();
    for (int i = 0; i < names.size(); i++) {
      if (!values.get(i).isEmpty()) {
        tags.put(names.get(i), values.get(i));
      }
    }
    return tags;
  }

  private static int compareLists(List<String> left, List<String> right) {
    for (int i = 0; i < left.size(); i++) {
      int order = left.get(i).compareTo(right.get(i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
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

  /** What is done with a connection. */
  private interface Call<T> {
    T on(Connection connection) throws SQLException;
  }

  /** Waits for one while the others are at work; where none is, the database is away. */
  private Connection connection() throws SQLException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      try {
        return connections.getConnection();
      } catch (SQLTransientConnectionException e) {
        if (connections.getHikariPoolMXBean().getActiveConnections() == 0
            || System.nanoTime() > deadline) {
          throw e;
        }
      }
    }
  }

  private <T> T call(Call<T> call) {
    try (Connection connection = connection()) {
      T result = call.on(connection);
      answered.set(System.nanoTime());
      return result;
    } catch (SQLTransientConnectionException e) {
      throw new StoreException(StoreException.Kind.UNAVAILABLE, "QuestDB cannot be reached", e);
    } catch (SQLException e) {
      String message = String.valueOf(e.getMessage());
      String state = e.getSQLState();
      if (message.contains("cancelled by user") || message.contains("timeout")) {
        throw new StoreException(
            StoreException.Kind.TIMEOUT,
            "the query took longer than " + timeout.toMillis() + " ms",
            e);
      }
      if (state != null && (state.startsWith("08") || state.startsWith("57"))) {
        throw new StoreException(StoreException.Kind.UNAVAILABLE, "QuestDB broke off", e);
      }
      throw new StoreException(StoreException.Kind.FAILED, "QuestDB refused the query", e);
    }
  }
}
