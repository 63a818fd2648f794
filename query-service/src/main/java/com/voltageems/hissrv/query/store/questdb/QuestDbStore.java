package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.LatestAnswer;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.RowSink;
import com.voltageems.hissrv.query.store.SameTime;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.Series;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.raw.RawStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * History in QuestDB 9, where each measurement is a table. Starts while the database is
 * unavailable, and recovers by itself when the database comes back.
 */
public final class QuestDbStore implements HistoryStore {
  /** Finds the version in "Build Information: QuestDB 9.3.4, JDK ...". */
  private static final Pattern VERSION = Pattern.compile("QuestDB ([0-9]{1,4})[0-9.]*");

  /** The oldest major version whose SQL has all that the statements here use. */
  private static final int OLDEST = 9;

  /**
   * Number of rows requested beyond the limit, so that the answer likely has all rows of the last
   * time.
   */
  private static final long BEYOND = 200;

  /** A count takes little room, so the names alone bound a statement. */
  private static final int MOST_COUNTS = 10_000;

  private final Connections connections;
  private final RowReader reader;
  private final WindowReader windows;
  private final LatestReader latest;
  private final Tables tables;
  private final @Nullable QuestDbRaw raw;

  /**
   * @param url JDBC address of the PostgreSQL wire endpoint
   * @param concurrency largest number of connections
   */
  public QuestDbStore(String url, String user, String password, int concurrency) {
    this(url, user, password, concurrency, QuestDbRaw.Login.NONE);
  }

  QuestDbStore(
      String url, String user, String password, int concurrency, QuestDbRaw.Login rawLogin) {
    this(
        new Connections(url, user, password, concurrency),
        new Tables(false),
        rawLogin.user().isEmpty() ? null : new QuestDbRaw(url, rawLogin),
        System::currentTimeMillis);
  }

  QuestDbStore(Connections connections, Tables tables) {
    this(connections, tables, null, System::currentTimeMillis);
  }

  QuestDbStore(
      Connections connections, Tables tables, @Nullable QuestDbRaw raw, LongSupplier nowMillis) {
    this.raw = raw;
    this.connections = connections;
    this.tables = tables;
    this.reader = new RowReader(connections);
    this.windows = new WindowReader(reader, nowMillis);
    this.latest = new LatestReader(nowMillis);
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

  /** A query on a table; receives the name of the table's time column. */
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
                : WideTable.windows(
                    query,
                    (part, rows) -> windows.read(part, timeColumn, connection, deadline, rows),
                    sink));
  }

  /**
   * Reads points in the order of time, with all writes to each of them. The database cuts anywhere
   * among the rows of the same time; if it does, this method requests those rows again.
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
    long count = reader.read(query, first, connection, deadline, most, rows);
    if (count >= most) {
      OptionalLong last = rows.discardLast();
      if (last.isPresent()) {
        long cut = last.getAsLong();
        Sql rest =
            query.newestFirst()
                ? SqlBuilder.points(query, time, start, cut + 1, Long.MAX_VALUE)
                : SqlBuilder.points(query, time, cut, end, Long.MAX_VALUE);
        reader.read(query, rest, connection, deadline, Long.MAX_VALUE, rows);
      }
    }
    return rows.end();
  }

  /** Does not read the values: with fifty fields, they take many times as long as the times. */
  @Override
  public void times(Selection selection, List<Field> fields, Deadline deadline, RowSink sink) {
    HistoryQuery query =
        HistoryQuery.points(selection, fields.subList(0, 1), false, Integer.MAX_VALUE);
    SameTime rows = new SameTime(1, SameTime.Writes.OLDEST_FIRST, Long.MAX_VALUE, sink);
    boolean unused =
        ask(
            selection,
            deadline,
            (connection, time) -> {
              Sql sql = SqlBuilder.times(selection, fields, time);
              reader.read(query, sql, connection, deadline, Long.MAX_VALUE, rows);
              return rows.end();
            });
  }

  @Override
  public LatestAnswer latest(
      Selection selection, List<Field> fields, int limit, Deadline deadline) {
    return ask(
        selection,
        deadline,
        (connection, time) ->
            WideTable.latest(
                fields,
                selection.measurement().tags(),
                limit,
                some -> latest.read(selection, some, limit, time, connection, deadline)));
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
                key.add(RowReader.text(rows, 2 + i));
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
                values.add(RowReader.text(rows, 1));
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
          List<Field> found = new ArrayList<>();
          for (List<Field> some :
              WideTable.parts(selection.measurement().fields(), MOST_COUNTS, field -> field)) {
            Sql sql = SqlBuilder.fieldCounts(selection, some, time);
            addCounted(connection, sql, some, deadline, found);
          }
          return found;
        });
  }

  private static void addCounted(
      Connection connection, Sql sql, List<Field> fields, Deadline deadline, List<Field> found)
      throws SQLException {
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
  }

  @Override
  public String ping(Duration timeout) {
    long asked = System.nanoTime();
    // Running queries of ours may keep the database's workers busy for a while.
    Duration patience = connections.isBusy() ? timeout.multipliedBy(2) : timeout;
    try {
      Matcher build =
          VERSION.matcher(firstText(new Sql("SELECT build()", List.of()), Deadline.in(patience)));
      String version = build.find() ? build.group() : "QuestDB";
      connections.tell(version);
      return version;
    } catch (StoreException e) {
      boolean refused =
          e.kind() == StoreException.Kind.FAILED || e.kind() == StoreException.Kind.LOGIN;
      if (refused || !connections.aliveSince(asked)) {
        throw e;
      }
      // The database answered another call meanwhile: it is busy, not away.
      return "QuestDB, busy";
    }
  }

  /**
   * Says that a version refuses queries for being too old; empty if it does not, or is not known.
   *
   * @param version as {@link #ping} returns it
   */
  static Optional<String> outdated(String version) {
    Matcher number = VERSION.matcher(version);
    return number.matches() && Integer.parseInt(number.group(1)) < OLDEST
        ? Optional.of(
            "QuestDB before "
                + OLDEST
                + ".0 does not understand the service's queries: upgrade QuestDB")
        : Optional.empty();
  }

  @Override
  public Optional<Instant> time(Duration timeout) {
    String micros = firstText(new Sql("SELECT now()::long", List.of()), Deadline.in(timeout));
    return Optional.of(Instant.EPOCH.plus(Long.parseLong(micros), ChronoUnit.MICROS));
  }

  @Override
  public Optional<String> trouble(Duration timeout) {
    Optional<String> outdated = outdated(connections.version());
    if (outdated.isPresent()) {
      return outdated;
    }
    Deadline deadline = Deadline.in(timeout);
    try {
      String words =
          connections.call(deadline, connection -> Suspended.words(connection, deadline));
      return Optional.of(words).filter(text -> !text.isEmpty());
    } catch (StoreException e) {
      // The database has just answered the ping, so it is busy or does not support the query.
      return Optional.empty();
    }
  }

  /** Returns the first column of the first row; empty if there is no row. */
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
  public Optional<Pool> pool() {
    return Optional.of(connections.pool());
  }

  @Override
  public Optional<RawStore> raw() {
    return Optional.ofNullable(raw);
  }

  @Override
  public void close() {
    if (raw != null) {
      raw.close();
    }
    connections.close();
  }
}
