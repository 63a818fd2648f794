package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.tier.TierRow;
import com.voltageems.hissrv.query.store.tier.TierRows;
import com.voltageems.hissrv.query.store.tier.Wish;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes coarser copies over the PostgreSQL wire protocol. Creates the tables and adds missing
 * columns. A row that is written again is appended; the readers merge the rows, as they do for
 * samples.
 */
final class CopyWriter {
  private static final int BATCH = 1000;
  private static final long POLL_MILLIS = 10;

  private final Connections connections;

  CopyWriter(Connections connections) {
    this.connections = connections;
  }

  /** Changes a table, and returns once the change is visible. */
  void alter(String table, String change, Deadline deadline) {
    connections.call(
        deadline,
        connection -> {
          run(connection, "ALTER TABLE " + SqlBuilder.name(table) + " " + change, deadline);
          awaitApplied(connection, table, false, deadline);
          return 0;
        });
  }

  private static void run(Connection connection, String sql, Deadline deadline)
      throws SQLException {
    try (PreparedStatement statement =
        Connections.prepare(connection, new Sql(sql, List.of()), deadline)) {
      statement.execute();
    }
  }

  void write(Wish wish, TierRows rows, Deadline deadline) {
    String table = CopyTable.name(wish.tier(), rows.measurement());
    connections.call(
        deadline,
        connection -> {
          prepare(connection, table, wish, rows, deadline);
          insert(connection, table, rows, deadline);
          awaitApplied(connection, table, true, deadline);
          return 0;
        });
  }

  private static void prepare(
      Connection connection, String table, Wish wish, TierRows rows, Deadline deadline)
      throws SQLException {
    Set<String> columns = columns(connection, table, deadline);
    if (columns.isEmpty()) {
      run(connection, create(table, wish, rows), deadline);
      columns = columns(connection, table, deadline);
    }
    if (!columns.contains(CopyTable.TIME)) {
      throw new StoreException(
          StoreException.Kind.FAILED,
          "QuestDB's table " + table + " is somebody else's: it has no column " + CopyTable.TIME,
          new SQLException("not ours"));
    }
    for (String tag : rows.tags()) {
      if (!columns.contains(tag.toLowerCase(Locale.ROOT))) {
        add(connection, table, tag + "\" SYMBOL", deadline);
      }
    }
    for (Field field : rows.fields()) {
      if (!columns.contains(field.name().toLowerCase(Locale.ROOT))) {
        add(connection, table, field.name() + "\" " + type(field), deadline);
      }
    }
  }

  private static void add(Connection connection, String table, String column, Deadline deadline)
      throws SQLException {
    run(connection, "ALTER TABLE " + SqlBuilder.name(table) + " ADD COLUMN \"" + column, deadline);
  }

  /**
   * Returns the column names in lower case, because QuestDB ignores case. Empty if there is no such
   * table.
   */
  private static Set<String> columns(Connection connection, String table, Deadline deadline)
      throws SQLException {
    Set<String> columns = new HashSet<>();
    Sql exists =
        new Sql("SELECT relname FROM pg_class() WHERE lower(relname) = lower(?)", List.of(table));
    try (PreparedStatement statement = Connections.prepare(connection, exists, deadline);
        ResultSet found = statement.executeQuery()) {
      if (!found.next()) {
        return columns;
      }
    }
    Sql sql =
        new Sql(
            "SELECT \"column\" FROM table_columns(" + SqlBuilder.literal(table) + ")", List.of());
    try (PreparedStatement statement = Connections.prepare(connection, sql, deadline);
        ResultSet found = statement.executeQuery()) {
      while (found.next()) {
        columns.add(found.getString(1).toLowerCase(Locale.ROOT));
      }
    }
    return columns;
  }

  private static String create(String table, Wish wish, TierRows rows) {
    Duration shard = wish.shard();
    Duration keep = wish.keep();
    TableTtl.Partition partition =
        shard == null
            // A copy has few rows, so it gets partitions as long as its retention allows.
            ? keep == null || keep.compareTo(Duration.ofDays(60)) >= 0
                ? TableTtl.Partition.MONTH
                : TableTtl.Partition.DAY
            : TableTtl.Partition.of(shard).orElse(TableTtl.Partition.DAY);
    String columns =
        Stream.concat(
                rows.tags().stream().map(tag -> SqlBuilder.name(tag) + " SYMBOL"),
                rows.fields().stream().map(one -> SqlBuilder.name(one.name()) + " " + type(one)))
            .collect(Collectors.joining(", "));
    return "CREATE TABLE IF NOT EXISTS "
        + SqlBuilder.name(table)
        + " ("
        + CopyTable.TIME
        + " TIMESTAMP, "
        + columns
        + ") TIMESTAMP("
        + CopyTable.TIME
        + ") PARTITION BY "
        + partition
        + (keep == null ? "" : " TTL " + TableTtl.text(partition, keep))
        + " WAL";
  }

  private static String type(Field field) {
    return switch (field.kind()) {
      case INTEGER -> "LONG";
      case FLAG -> "BOOLEAN";
      case TEXT -> "VARCHAR";
      default -> "DOUBLE";
    };
  }

  /**
   * Writes the rows in one transaction. After a failure the pool rolls back; a call here would hide
   * the failure behind its own: "Connection is closed".
   */
  static void insert(Connection connection, String table, TierRows rows, Deadline deadline)
      throws SQLException {
    int columns = 1 + rows.tags().size() + rows.fields().size();
    String names =
        Stream.concat(rows.tags().stream(), rows.fields().stream().map(Field::name))
            .map(SqlBuilder::name)
            .collect(Collectors.joining(", "));
    Sql sql =
        new Sql(
            "INSERT INTO "
                + SqlBuilder.name(table)
                + " ("
                + CopyTable.TIME
                + ", "
                + names
                + ") VALUES (?"
                + ", ?".repeat(columns - 1)
                + ")",
            List.of());
    connection.setAutoCommit(false);
    try (PreparedStatement statement = Connections.prepare(connection, sql, deadline)) {
      int count = 0;
      for (TierRow row : rows.rows()) {
        bind(statement, rows, row);
        statement.addBatch();
        if (++count % BATCH == 0) {
          int[] unused = statement.executeBatch();
        }
      }
      int[] unused = statement.executeBatch();
      connection.commit();
    }
    connection.setAutoCommit(true);
  }

  private static void bind(PreparedStatement statement, TierRows rows, TierRow row)
      throws SQLException {
    int at = 1;
    statement.setLong(at++, SqlBuilder.micros(row.epochMillis()));
    for (String value : row.key()) {
      statement.setString(at++, value.isEmpty() ? null : value);
    }
    for (int i = 0; i < rows.fields().size(); i++) {
      set(statement, at++, rows.fields().get(i), row.values().get(i));
    }
  }

  private static void set(PreparedStatement statement, int at, Field field, @Nullable Object value)
      throws SQLException {
    switch (field.kind()) {
      case INTEGER -> {
        if (value == null) {
          statement.setNull(at, Types.BIGINT);
        } else {
          statement.setLong(at, (Long) value);
        }
      }
      case FLAG -> statement.setBoolean(at, Boolean.TRUE.equals(value));
      case TEXT -> statement.setString(at, value == null ? null : String.valueOf(value));
      default -> {
        if (value == null) {
          statement.setNull(at, Types.DOUBLE);
        } else {
          statement.setDouble(at, (Double) value);
        }
      }
    }
  }

  /**
   * Waits until the writes are visible. QuestDB writes to a log first; the progress that says that
   * the rows exist must not be visible before them.
   *
   * @param logged true if the table certainly has such a log; a table without one shows its writes
   *     at once
   */
  private static void awaitApplied(
      Connection connection, String table, boolean logged, Deadline deadline) throws SQLException {
    String sql =
        "SELECT name, writerTxn = sequencerTxn FROM wal_tables() WHERE name = "
            + SqlBuilder.literal(table);
    try (Statement statement = connection.createStatement()) {
      while (true) {
        try (ResultSet rows = statement.executeQuery(sql)) {
          if (rows.next() ? rows.getBoolean(2) : !logged) {
            return;
          }
        }
        if (deadline.isOver()) {
          throw deadline.exceeded(new SQLException("rows of " + table + " are not to be seen yet"));
        }
        try {
          TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw deadline.exceeded(e);
        }
      }
    }
  }
}
