package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.raw.RawAnswer;
import com.voltageems.hissrv.query.store.raw.RawException;
import com.voltageems.hissrv.query.store.raw.RawRows;
import com.voltageems.hissrv.query.store.raw.RawStore;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Raw SQL queries with QuestDB's read-only user. Connections are opened at the first statement. */
final class QuestDbRaw implements RawStore {
  /** Largest number of concurrent raw queries, within the limit of {@code query.concurrency}. */
  private static final int MOST_AT_ONCE = 2;

  /** Name of a table that nobody has, and that only a user with write access could create. */
  private static final String PROBE = "hissrv_raw_probe";

  private static final int FETCH = 1000;

  private final String url;
  private final Login login;
  private @Nullable Connections opened;

  /** The user of raw queries. */
  record Login(String user, String password) {
    static final Login NONE = new Login("", "");

    @Override
    public String toString() {
      return "Login[" + user + "]";
    }
  }

  QuestDbRaw(String url, Login login) {
    this.url = url;
    this.login = login;
  }

  private synchronized Connections connections() {
    Connections known = opened;
    if (known == null) {
      known =
          new Connections(
              url,
              login.user(),
              login.password(),
              MOST_AT_ONCE,
              "store.questdb.raw.user and store.questdb.raw.password");
      opened = known;
    }
    return known;
  }

  @Override
  public RawAnswer ask(String statement, int maxRows, int maxValues, Deadline deadline) {
    try {
      return connections()
          .call(
              deadline,
              connection -> {
                prove(connection, deadline);
                return run(connection, statement, new RawRows(maxRows, maxValues), deadline);
              });
    } catch (StoreException e) {
      boolean refused =
          e.kind() == StoreException.Kind.FAILED || e.kind() == StoreException.Kind.TOO_MUCH;
      if (refused && e.getCause() instanceof SQLException refusal) {
        throw new RawException(RawException.Kind.REFUSED, words(refusal));
      }
      throw e;
    }
  }

  private static String words(SQLException refusal) {
    return String.valueOf(refusal.getMessage()).replaceFirst("^ERROR: ", "").replace('\n', ' ');
  }

  /**
   * Proves that the login may not write: no statement runs unless the database denies this login
   * the creation of a table.
   */
  private void prove(Connection connection, Deadline deadline) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      Connections.limit(statement, deadline);
      statement.execute("CREATE TABLE " + PROBE + " (a INT)");
      statement.execute("DROP TABLE " + PROBE);
    } catch (SQLException e) {
      String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
      if (message.contains("denied")) {
        return;
      }
      if (!message.contains("exists")) {
        throw e;
      }
    }
    throw new RawException(
        RawException.Kind.MAY_WRITE,
        "the user \""
            + login.user()
            + "\" (store.questdb.raw.user) may write; use QuestDB's read-only user"
            + " (pg.readonly.user.enabled=true)");
  }

  private static RawAnswer run(Connection connection, String text, RawRows rows, Deadline deadline)
      throws SQLException {
    connection.setAutoCommit(false);
    read(connection, text, rows, deadline);
    // After a failure the pool rolls back; a call here would hide the failure behind its own.
    connection.rollback();
    return rows.answer();
  }

  private static void read(Connection connection, String text, RawRows rows, Deadline deadline)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      Connections.limit(statement, deadline);
      // A question mark or a brace belongs to the statement itself.
      statement.setEscapeProcessing(false);
      statement.setFetchSize(FETCH);
      if (!statement.execute(text)) {
        return;
      }
      try (ResultSet found = statement.getResultSet()) {
        ResultSetMetaData columns = found.getMetaData();
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
          names.add(columns.getColumnLabel(i));
        }
        rows.table("", Map.of(), names);
        while (found.next()) {
          List<@Nullable Object> row = new ArrayList<>();
          for (int i = 1; i <= names.size(); i++) {
            row.add(value(found, i));
          }
          if (!rows.row(row)) {
            break;
          }
        }
      }
    }
  }

  private static @Nullable Object value(ResultSet found, int column) throws SQLException {
    Object value = RowReader.value(found, column);
    if (value instanceof Timestamp) {
      // Stored in UTC, independent of this machine's time zone.
      return found.getObject(column, LocalDateTime.class).toInstant(ZoneOffset.UTC).toString();
    }
    boolean plain =
        value == null
            || value instanceof Double
            || value instanceof Long
            || value instanceof Boolean;
    return plain ? value : String.valueOf(value);
  }

  @Override
  public synchronized void close() {
    if (opened != null) {
      opened.close();
    }
  }
}
