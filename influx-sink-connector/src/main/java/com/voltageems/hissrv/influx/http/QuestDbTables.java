package com.voltageems.hissrv.influx.http;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.voltageems.hissrv.influx.answer.WriteOutcome;
import com.voltageems.hissrv.influx.questdb.Tables;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks QuestDB for its tables in SQL, by HTTP. */
public final class QuestDbTables implements Tables {
  private static final Logger LOG = LoggerFactory.getLogger(QuestDbTables.class);
  private static final Answer NO_TABLE = new Answer(null, null);

  private final HttpInfluxWriter database;
  private volatile boolean isUnable;

  public QuestDbTables(HttpInfluxWriter database) {
    this.database = database;
  }

  @Override
  public boolean isQuestDb() {
    return database.isQuestDb();
  }

  @Override
  public Answer ask(String name) {
    if (isUnable) {
      return NO_TABLE;
    }
    String quoted = "'" + name.replace("'", "''") + "'";
    HttpInfluxWriter.Text names =
        database.query(
            "select table_name from tables() where lower(table_name) = lower(" + quoted + ")");
    if (names.trouble() != null) {
      return new Answer(null, names.trouble());
    }
    JsonArray rows = rows(names.body());
    if (rows == null) {
      // Not allowed, or switched off: what the sink itself has written must do.
      isUnable = true;
      LOG.warn(
          "QuestDB does not tell its tables by /exec, so columns that differ in letter case only,"
              + " or were tags once, are seen only where this task wrote them: {}",
          names.body().substring(0, Math.min(200, names.body().length())));
      return NO_TABLE;
    }
    return rows.isEmpty() ? NO_TABLE : columns(rows.get(0).getAsJsonArray().get(0).getAsString());
  }

  private Answer columns(String table) {
    HttpInfluxWriter.Text answer =
        database.query(
            "select \"column\", type, designated from table_columns('"
                + table.replace("'", "''")
                + "')");
    if (answer.trouble() != null) {
      return new Answer(null, answer.trouble());
    }
    JsonArray rows = rows(answer.body());
    if (rows == null) {
      // It was there a moment ago.
      return new Answer(
          null, new WriteOutcome.Retry(null, "QuestDB does not tell the columns of " + table));
    }
    List<Column> columns = new ArrayList<>();
    for (JsonElement row : rows) {
      JsonArray cells = row.getAsJsonArray();
      columns.add(
          new Column(
              cells.get(0).getAsString(), cells.get(1).getAsString(), cells.get(2).getAsBoolean()));
    }
    return new Answer(new Table(table, columns), null);
  }

  private static @Nullable JsonArray rows(String body) {
    try {
      JsonElement json = JsonParser.parseString(body);
      JsonElement rows = json.isJsonObject() ? ((JsonObject) json).get("dataset") : null;
      return rows instanceof JsonArray array ? array : null;
    } catch (JsonParseException e) {
      return null;
    }
  }
}
