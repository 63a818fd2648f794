package com.voltageems.hissrv.influx.questdb;

import com.voltageems.hissrv.influx.answer.WriteOutcome;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** QuestDB's tables, as far as they have to be known. Safe for use by several threads. */
public interface Tables {
  /** Asks for a table, whatever the letter case of its name. */
  Answer ask(String name);

  /**
   * Makes a table that is not there, if the settings say so.
   *
   * @param tags the names of its points' tags
   * @return {@link WriteOutcome.Written} also when tables are not made, or cannot be called so
   */
  WriteOutcome create(String name, Set<String> tags);

  /**
   * What was answered.
   *
   * @param table null when there is none, or no answer
   * @param trouble why there is no answer, null when there is one
   * @param again when to ask again since the database does not list its tables; null when it does
   */
  record Answer(@Nullable Table table, @Nullable WriteOutcome trouble, @Nullable Instant again) {
    /** The database answered, or is in trouble. */
    public Answer(@Nullable Table table, @Nullable WriteOutcome trouble) {
      this(table, trouble, null);
    }
  }

  /** A table. */
  record Table(String name, List<Column> columns) {
    public Table {
      columns = List.copyOf(columns);
    }
  }

  /**
   * A column.
   *
   * @param isTime whether it is the time of the table's rows
   */
  record Column(String name, String type, boolean isTime) {}
}
