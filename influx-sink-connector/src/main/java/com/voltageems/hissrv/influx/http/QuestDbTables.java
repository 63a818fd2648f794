package com.voltageems.hissrv.influx.http;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.voltageems.hissrv.influx.answer.WriteOutcome;
import com.voltageems.hissrv.influx.config.DatabaseSettings;
import com.voltageems.hissrv.influx.config.QuestDbSettings;
import com.voltageems.hissrv.influx.questdb.TableForm;
import com.voltageems.hissrv.influx.questdb.Tables;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** QuestDB's tables, looked up in SQL over HTTP. */
public final class QuestDbTables implements Tables {
  private static final Logger LOG = LoggerFactory.getLogger(QuestDbTables.class);
  private static final Duration ASK_AGAIN = Duration.ofMinutes(1);
  private static final String TELEMETRY = "telemetry";
  private static final String OWN_TIME = "created";
  private static final String URL = DatabaseSettings.URL.name();
  private static final String CREATE = QuestDbSettings.CREATE.name();
  private static final Answer NO_TABLE = new Answer(null, null);

  private final HttpInfluxWriter database;
  private final Optional<TableForm> form;
  private final Clock clock;

  /** QuestDB did not list its tables, and is not asked again before this time; null if it did. */
  private volatile @Nullable Instant unableUntil;

  /**
   * @param form how tables are created; empty if QuestDB creates them itself
   */
  public QuestDbTables(HttpInfluxWriter database, Optional<TableForm> form, Clock clock) {
    this.database = database;
    this.form = form;
    this.clock = clock;
  }

  @Override
  public Answer ask(String name) {
    Instant until = unableUntil;
    if (until != null && clock.instant().isBefore(until)) {
      return unable("QuestDB does not list its tables by /exec", until);
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
      // Not allowed, or switched off: until then, the sink knows only the names that it wrote
      // itself.
      if (until == null) {
        LOG.warn(
            "QuestDB does not list its tables by /exec, so columns that differ in letter case"
                + " only, or were tags once, are seen only where this task wrote them; asked again"
                + " every {} s: {}",
            ASK_AGAIN.toSeconds(),
            begin(names.body()));
      }
      Instant next = clock.instant().plus(ASK_AGAIN);
      unableUntil = next;
      return unable(begin(names.body()), next);
    }
    if (until != null) {
      unableUntil = null;
      LOG.info("QuestDB lists its tables again; the names written meanwhile are compared");
    }
    if (rows.isEmpty()) {
      return name.equalsIgnoreCase(TELEMETRY) ? hidden() : NO_TABLE;
    }
    return columns(rows.get(0).getAsJsonArray().get(0).getAsString());
  }

  /**
   * Returns the answer without /exec: the sink has to go by the names that it wrote itself, but it
   * cannot create tables.
   */
  private Answer unable(String why, Instant again) {
    return form.isEmpty()
        ? new Answer(null, null, again)
        : new Answer(
            null, new WriteOutcome.Fatal(CREATE + " needs QuestDB's /exec: " + why, CREATE));
  }

  /**
   * Looks for a table called telemetry. QuestDB never lists a table of that name: neither its own
   * one, for which it refuses lines, nor one of ours, which is possible if its own one is switched
   * off. The two differ in the name of the time column.
   */
  private Answer hidden() {
    Answer found = columns(TELEMETRY);
    Table table = found.table();
    if (table == null) {
      return NO_TABLE;
    }
    boolean isOwn =
        table.columns().stream()
            .anyMatch(column -> column.isTime() && column.name().equals(OWN_TIME));
    return isOwn ? new Answer(null, ownTable(TELEMETRY)) : found;
  }

  private static WriteOutcome ownTable(String name) {
    return new WriteOutcome.Fatal(
        "'"
            + name
            + "' is a table that QuestDB keeps for itself; start QuestDB with"
            + " telemetry.disable.completely=true (QDB_TELEMETRY_DISABLE_COMPLETELY=true), and drop"
            + " its table '"
            + TELEMETRY
            + "' if it is still there",
        URL);
  }

  @Override
  public WriteOutcome create(String name, Set<String> tags) {
    if (form.isEmpty()) {
      return new WriteOutcome.Written();
    }
    HttpInfluxWriter.Text answer = database.query(form.get().create(name, tags));
    if (answer.trouble() != null) {
      return answer.trouble();
    }
    String error = error(answer.body());
    // If the name cannot be a table's name, QuestDB will refuse its lines, each with that reason.
    return error == null || error.contains("invalid table name")
        ? new WriteOutcome.Written()
        : new WriteOutcome.Fatal(
            "QuestDB does not make the table '" + name + "': " + error + "; check " + CREATE,
            CREATE);
  }

  /** Returns the error in an answer; null if it is not an error. */
  private static @Nullable String error(String body) {
    try {
      JsonElement json = JsonParser.parseString(body);
      if (json.isJsonObject() && !((JsonObject) json).has("error")) {
        return null;
      }
      return json.isJsonObject() ? ((JsonObject) json).get("error").getAsString() : begin(body);
    } catch (JsonParseException e) {
      return begin(body);
    }
  }

  private static String begin(String body) {
    return body.substring(0, Math.min(200, body.length()));
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
      // The table was there a moment ago.
      return new Answer(
          null, new WriteOutcome.Retry(null, "QuestDB does not list the columns of " + table));
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
