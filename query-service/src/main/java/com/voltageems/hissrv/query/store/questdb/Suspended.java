package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.Deadline;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds tables whose log QuestDB no longer applies, for example after its disk was full. It
 * acknowledges each write but shows none until somebody resumes the tables.
 */
final class Suspended {
  private static final int MOST_IN_MESSAGE = 3;
  private static final int LONGEST_REASON = 200;

  private static final Sql TABLES =
      new Sql(
          "SELECT name, sequencerTxn - writerTxn, errorTag, errorMessage FROM wal_tables()"
              + " WHERE suspended ORDER BY name",
          List.of());

  private Suspended() {}

  /** Returns a description of the suspended tables; empty if there are none. */
  static String words(Connection connection, Deadline deadline) throws SQLException {
    List<String> tables = new ArrayList<>();
    try (PreparedStatement statement = Connections.prepare(connection, TABLES, deadline);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        tables.add(words(rows.getString(1), rows.getLong(2), rows.getString(3), rows.getString(4)));
      }
    }
    int more = tables.size() - MOST_IN_MESSAGE;
    return String.join("; ", tables.subList(0, Math.min(MOST_IN_MESSAGE, tables.size())))
        + (more > 0 ? "; and " + more + " more tables" : "");
  }

  /**
   * Describes one suspended table with QuestDB's own words; tag and message may be null or empty.
   */
  static String words(String table, long waiting, String tag, String message) {
    String told =
        List.of(String.valueOf(tag), String.valueOf(message)).stream()
            .filter(text -> !text.isBlank() && !text.equals("null"))
            .reduce((one, other) -> one + ": " + other)
            .map(text -> text.replaceAll("\\s+", " ").strip())
            .orElse("no reason told");
    return "the table "
        + table
        + " is suspended ("
        + (told.length() > LONGEST_REASON ? told.substring(0, LONGEST_REASON) + "..." : told)
        + "), writes acknowledged and not shown: "
        + waiting
        + "; mend the cause, then run ALTER TABLE '"
        + table
        + "' RESUME WAL";
  }
}
