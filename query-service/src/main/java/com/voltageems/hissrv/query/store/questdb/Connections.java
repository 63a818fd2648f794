package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.StoreException;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postgresql.PGStatement;

/** Connection pool for QuestDB. Turns failures into {@link StoreException}. Thread-safe. */
final class Connections implements AutoCloseable {
  /** A database that gives neither a connection nor a sign of life for this long is unavailable. */
  static final Duration AWAY = Duration.ofSeconds(3);

  /**
   * Extra time after the statement should have been cancelled; after that the connection is dead.
   */
  private static final int GRACE_MILLIS = 1000;

  /** What QuestDB says if a query needs more memory than its settings give to one. */
  private static final Pattern NO_ROOM =
      Pattern.compile(
          "page size is too small|Maximum number of pages|resizes exceeded|memory limit exceeded"
              + "|Java heap space");

  private static final Pattern SETTING = Pattern.compile("`([a-z0-9.]+)`");

  /** What QuestDB receives at once: it breaks off the connection if a statement is longer. */
  private static final String BUFFER = "pg.recv.buffer.size";

  private static final long USUAL_BUFFER = 1 << 20;

  /** More than the protocol adds to a statement, without what it adds to each parameter. */
  private static final long AROUND = 200;

  private static final long AROUND_PARAMETER = 12;

  /** What QuestDB says to a login that it does not know. */
  private static final String NO_LOGIN = "invalid username/password";

  private final HikariDataSource pool;
  private final String login;

  /** What {@code SELECT build()} returned last, such as "QuestDB 9.3.4"; empty if unknown. */
  private volatile String version = "";

  /** When any call was last answered. */
  private final AtomicLong answered = new AtomicLong(System.nanoTime());

  /** Creates a pool for the login of {@code store.questdb.user}. */
  Connections(String url, String user, String password, int concurrency) {
    this(url, user, password, concurrency, "store.questdb.user and store.questdb.password");
  }

  /**
   * @param url JDBC address of the PostgreSQL wire endpoint
   * @param concurrency largest number of connections
   * @param login names of the settings that hold the login, for messages
   */
  Connections(String url, String user, String password, int concurrency, String login) {
    this.login = login;
    HikariConfig config = new HikariConfig();
    config.setPoolName("questdb");
    config.setJdbcUrl(url);
    config.setUsername(user);
    config.setPassword(password);
    config.setMaximumPoolSize(concurrency);
    // Opens all connections at once: while queries keep QuestDB's workers busy, a new connection
    // would come too late, and permitted load would look like an outage.
    config.setMinimumIdle(concurrency);
    config.setInitializationFailTimeout(-1);
    config.setConnectionTimeout(AWAY.toMillis());
    config.setValidationTimeout(1000);
    config.setMaxLifetime(Duration.ofMinutes(10).toMillis());
    config.addDataSourceProperty("connectTimeout", "3");
    config.addDataSourceProperty("cancelSignalTimeout", "1");
    config.addDataSourceProperty("ApplicationName", "hissrv");
    // No statement is kept, so that a column added later never meets an older plan.
    config.addDataSourceProperty("prepareThreshold", "0");
    config.addDataSourceProperty("preparedStatementCacheQueries", "0");
    this.pool = new HikariDataSource(config);
  }

  /** Work that uses a connection. */
  interface Call<T> {
    T on(Connection connection) throws SQLException;
  }

  <T> T call(Deadline deadline, Call<T> call) {
    try (Connection connection = connection(deadline)) {
      connection.setNetworkTimeout(Runnable::run, seconds(deadline) * 1000 + GRACE_MILLIS);
      T result = call.on(connection);
      alive();
      return result;
    } catch (SQLTransientConnectionException e) {
      throw away(e, login, version);
    } catch (SQLException e) {
      throw failure(e, deadline);
    }
  }

  /**
   * Creates the exception for a missing connection. If no connection was refused, the logins are
   * still under way and their answers take too long.
   *
   * @param login names of the settings that hold the login
   * @param version the version of QuestDB, such as "QuestDB 9.3.4"; empty if unknown
   */
  static StoreException away(SQLTransientConnectionException e, String login, String version) {
    Throwable cause = e.getCause();
    while (cause != null && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause != null && String.valueOf(cause.getMessage()).contains(NO_LOGIN)) {
      return new StoreException(
          StoreException.Kind.LOGIN, "QuestDB refuses the service's login: see " + login, cause);
    }
    if (cause == null || cause instanceof SocketTimeoutException) {
      return new StoreException(
          StoreException.Kind.UNAVAILABLE,
          "QuestDB has given no connection within "
              + AWAY.toSeconds()
              + " s: it is too slow, or away",
          null);
    }
    // The pool's own words only tell how it waited.
    return new StoreException(
        StoreException.Kind.UNAVAILABLE,
        isAnswer(cause)
            ? QuestDbStore.outdated(version).map(words -> words + "; ").orElse("")
                + (version.isEmpty() ? "QuestDB" : version)
                + " gave an answer that the service cannot use"
            : "QuestDB cannot be reached",
        cause);
  }

  /**
   * Returns whether there was a connection, and QuestDB answered what the driver or the pool asks
   * for first. The driver's failures have a state, which begins with 08 if the connection failed.
   */
  private static boolean isAnswer(Throwable cause) {
    return cause instanceof SQLException failure
        && failure.getSQLState() != null
        && !failure.getSQLState().startsWith("08");
  }

  static StoreException failure(SQLException e, Deadline deadline) {
    String message = String.valueOf(e.getMessage());
    String state = e.getSQLState();
    if (message.contains("cancelled by user") || message.contains("timeout") || deadline.isOver()) {
      return deadline.exceeded(e);
    }
    // The pool's words, without a state, for a connection that it closed after an earlier failure.
    boolean closed = message.equals("Connection is closed");
    if (closed || (state != null && (state.startsWith("08") || state.startsWith("57")))) {
      return new StoreException(StoreException.Kind.UNAVAILABLE, "QuestDB broke off", e);
    }
    if (NO_ROOM.matcher(message).find()) {
      Matcher setting = SETTING.matcher(message);
      return new StoreException(
          StoreException.Kind.TOO_MUCH,
          "QuestDB has no room for this query: "
              + (setting.find() ? setting.group(1) + ": " : "")
              + "ask for a shorter range, fewer devices or fewer fields, or give it more memory",
          e);
    }
    return new StoreException(StoreException.Kind.FAILED, "QuestDB refused the query", e);
  }

  /** Returns the remaining time as JDBC counts it: in whole seconds, at least one. */
  private static int seconds(Deadline deadline) {
    return (int) Math.min((deadline.left().toMillis() + 999) / 1000, 100_000);
  }

  /** Prepares a statement with its parameters; it is cancelled at the deadline. */
  static PreparedStatement prepare(Connection connection, Sql sql, Deadline deadline)
      throws SQLException {
    requireRoom(connection, sql);
    PreparedStatement statement = connection.prepareStatement(sql.text());
    try {
      limit(statement, deadline);
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

  /**
   * Refuses a statement that is longer than what QuestDB receives at once.
   *
   * @throws StoreException that says what is too long
   */
  static void requireRoom(Connection connection, Sql sql) throws SQLException {
    long size = AROUND + sql.text().getBytes(StandardCharsets.UTF_8).length;
    for (Object parameter : sql.parameters()) {
      String text = String.valueOf(parameter);
      size += AROUND_PARAMETER + text.getBytes(StandardCharsets.UTF_8).length;
    }
    if (size <= USUAL_BUFFER) {
      return;
    }
    long room = USUAL_BUFFER;
    try (Statement statement = connection.createStatement();
        ResultSet found =
            statement.executeQuery(
                "(SHOW PARAMETERS) WHERE property_path = " + SqlBuilder.literal(BUFFER))) {
      if (found.next()) {
        room = Long.parseLong(found.getString("value"));
      }
    } catch (SQLException | NumberFormatException e) {
      // This login may not see it.
    }
    if (size > room) {
      throw new StoreException(
          StoreException.Kind.TOO_MUCH,
          "the query is "
              + size
              + " bytes long with all its names, and QuestDB receives at most "
              + room
              + " ("
              + BUFFER
              + "): ask for fewer fields or fewer devices",
          null);
    }
  }

  /**
   * Makes numbers arrive in binary, which takes a third of the time of text. But the driver then
   * asks for the column types first, which takes as long as a small answer.
   */
  static void useBinary(PreparedStatement statement) throws SQLException {
    statement.unwrap(PGStatement.class).setPrepareThreshold(-1);
  }

  /** Makes the driver cancel the statement at the deadline. */
  static void limit(Statement statement, Deadline deadline) throws SQLException {
    statement.setQueryTimeout(seconds(deadline));
  }

  /** Keeps what QuestDB says about its version. */
  void tell(String version) {
    this.version = version;
  }

  /** Returns what was last kept by {@link #tell}; empty if nothing was. */
  String version() {
    return version;
  }

  /** Records that the database has just answered something. */
  void alive() {
    answered.set(System.nanoTime());
  }

  /** Returns true if the database has answered any call since that time. */
  boolean aliveSince(long nanoTime) {
    return answered.get() - nanoTime > 0;
  }

  /** Returns true if other calls use connections now. */
  boolean isBusy() {
    return pool.getHikariPoolMXBean().getActiveConnections() > 0;
  }

  HistoryStore.Pool pool() {
    HikariPoolMXBean now = pool.getHikariPoolMXBean();
    return new HistoryStore.Pool(
        now.getActiveConnections(),
        now.getIdleConnections(),
        now.getThreadsAwaitingConnection(),
        pool.getMaximumPoolSize());
  }

  /**
   * Waits for a connection while other calls use theirs. If no connection is in use, the database
   * is unavailable.
   */
  private Connection connection(Deadline deadline) throws SQLException {
    while (true) {
      try {
        return pool.getConnection();
      } catch (SQLTransientConnectionException e) {
        if (!isBusy() || deadline.isOver()) {
          throw e;
        }
      }
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
