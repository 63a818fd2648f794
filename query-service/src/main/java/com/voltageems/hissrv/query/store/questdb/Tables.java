package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.Measurement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Describes tables as measurements: SYMBOL columns are tags; numbers, texts and booleans are
 * fields. Columns of other types are not shown. The tables of coarser copies are kept apart: only
 * readers of the copies see them.
 */
final class Tables {
  /**
   * Lists the names of tables. Does not use {@code tables()}: by default, QuestDB leaves out every
   * table named "telemetry" there, because its own table has that name, and so does our main
   * measurement.
   */
  private static final String TABLES =
      "SELECT relname FROM pg_class() WHERE relkind = 'r' AND relname <> 'pg_class'";

  private static final String TABLE = TABLES + " AND lower(relname) = lower(?)";

  /** QuestDB's internal tables, besides all that begin with {@code sys.}. */
  private static final Set<String> INTERNAL =
      Set.of("_query_trace", "telemetry_config", "telemetry_wal", "telemetry_mat_view");

  private final boolean copies;

  /**
   * @param copies true to show the coarser copies instead of the samples
   */
  Tables(boolean copies) {
    this.copies = copies;
  }

  /** The time column of each known table; it never changes during a table's life. */
  private final Map<String, String> timeColumns = new ConcurrentHashMap<>();

  List<Measurement> all(Connection connection, Deadline deadline) throws SQLException {
    List<Measurement> found = new ArrayList<>();
    for (String name : names(connection, new Sql(TABLES, List.of()), deadline)) {
      Measurement measurement = describe(connection, name, deadline);
      if (measurement != null) {
        found.add(measurement);
      }
    }
    found.sort(Comparator.comparing(Measurement::name));
    return found;
  }

  @Nullable Measurement one(Connection connection, String name, Deadline deadline)
      throws SQLException {
    if (!SqlBuilder.isName(name)) {
      return null;
    }
    // To QuestDB, C03METER and c03meter are the same table, named as in its creation.
    List<String> found = names(connection, new Sql(TABLE, List.of(name)), deadline);
    if (found.isEmpty()) {
      return null;
    }
    return describe(connection, found.contains(name) ? name : found.get(0), deadline);
  }

  /** Returns the name of the table's time column. */
  String timeColumn(Connection connection, String table, Deadline deadline) throws SQLException {
    String known = timeColumns.get(table);
    if (known == null && one(connection, table, deadline) != null) {
      known = timeColumns.get(table);
    }
    if (known == null) {
      throw new SQLException("the table " + table + " is gone");
    }
    return known;
  }

  /** Forgets the time column, because the table may have been replaced. */
  void forget(String table) {
    timeColumns.remove(table);
  }

  private static List<String> names(Connection connection, Sql sql, Deadline deadline)
      throws SQLException {
    List<String> found = new ArrayList<>();
    try (PreparedStatement statement = Connections.prepare(connection, sql, deadline);
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

  /**
   * Describes a table; null if it has no designated time column, because it then holds no history.
   */
  private @Nullable Measurement describe(Connection connection, String name, Deadline deadline)
      throws SQLException {
    String timeColumn = null;
    List<String> tags = new ArrayList<>();
    List<Field> fields = new ArrayList<>();
    // This function takes no parameters; the name comes from the database itself.
    Sql sql =
        new Sql(
            "SELECT \"column\", \"type\", designated FROM table_columns("
                + SqlBuilder.literal(name)
                + ")",
            List.of());
    try (PreparedStatement statement = Connections.prepare(connection, sql, deadline);
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
            // The time column, and types that our writers never create.
          }
        }
      }
    }
    if (timeColumn == null || CopyTable.is(name, timeColumn) != copies) {
      return null;
    }
    timeColumns.put(name, timeColumn);
    tags.sort(Comparator.naturalOrder());
    return new Measurement(name, tags, fields);
  }
}
