package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.StoreException;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.postgresql.PGStatement;

/** Connections to QuestDB, its failures in the words of the store. Safe for many threads. */
final class Connections implements AutoCloseable {
  /** A database that has not given a connection or a sign of life for so long is away. */
  static final Duration AWAY = Duration.ofSeconds(3);

  /** After the statement was to be cancelled; then the connection is dead. */
  private static final int GRACE_MILLIS = 1000;

  private final HikariDataSource pool;

  /** When any call was answered last. */
  private final AtomicLong answered = new AtomicLong(System.nanoTime());

  /**
   * @param url JDBC address of the PostgreSQL wire endpoint
   * @param concurrency most connections at once
   */
  Connections(String url, String user, String password, int concurrency) {
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
    config.setConnectionTimeout(AWAY.toMillis());
    config.setValidationTimeout(1000);
    config.setMaxLifetime(Duration.ofMinutes(10).toMillis());
    config.addDataSourceProperty("connectTimeout", "3");
    config.addDataSourceProperty("cancelSignalTimeout", "1");
    config.addDataSourceProperty("ApplicationName", "hissrv");
    // A column that appears later must not meet a plan made before it, so no statement is kept.
    config.addDataSourceProperty("prepareThreshold", "0");
    config.addDataSourceProperty("preparedStatementCacheQueries", "0");
    this.pool = new HikariDataSource(config);
  }

  /** What is done with a connection. */
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
      throw away(e);
    } catch (SQLException e) {
      throw failure(e, deadline);
    }
  }

  /** Where nothing was refused, logins are under way, and what answers them takes too long. */
  private static StoreException away(SQLTransientConnectionException e) {
    Throwable cause = e.getCause();
    while (cause != null && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause == null || cause instanceof SocketTimeoutException
        ? new StoreException(
            StoreException.Kind.UNAVAILABLE,
            "QuestDB has given no connection within "
                + AWAY.toSeconds()
                + " s: it is too slow, or away",
            null)
        : new StoreException(StoreException.Kind.UNAVAILABLE, "QuestDB cannot be reached", e);
  }

  private static StoreException failure(SQLException e, Deadline deadline) {
    String message = String.valueOf(e.getMessage());
    String state = e.getSQLState();
    if (message.contains("cancelled by user") || message.contains("timeout") || deadline.isOver()) {
      return deadline.exceeded(e);
    }
    if (state != null && (state.startsWith("08") || state.startsWith("57"))) {
      return new StoreException(StoreException.Kind.UNAVAILABLE, "QuestDB broke off", e);
    }
    return new StoreException(StoreException.Kind.FAILED, "QuestDB refused the query", e);
  }

  /** What is left, as JDBC counts it: whole seconds, at least one. */
  private static int seconds(Deadline deadline) {
    return (int) Math.min((deadline.left().toMillis() + 999) / 1000, 100_000);
  }

  /** A statement with its parameters, which is cancelled at the deadline. */
  static PreparedStatement prepare(Connection connection, Sql sql, Deadline deadline)
      throws SQLException {
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
   * Has numbers come in binary, which takes a third of the time of text; but the types of the
   * columns are asked for first, which takes as long as a small answer.
   */
  static void useBinary(PreparedStatement statement) throws SQLException {
    statement.unwrap(PGStatement.class).setPrepareThreshold(-1);
  }

  /** Has a statement cancelled at the deadline. */
  static void limit(Statement statement, Deadline deadline) throws SQLException {
    statement.setQueryTimeout(seconds(deadline));
  }

  /** The database has answered something. */
  void alive() {
    answered.set(System.nanoTime());
  }

  /** Whether it has answered anybody since. */
  boolean aliveSince(long nanoTime) {
    return answered.get() - nanoTime > 0;
  }

  /** Whether others use connections now. */
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

  /** Waits for one while the others are at work; where none is, the database is away. */
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
