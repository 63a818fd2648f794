package com.voltageems.hissrv.influx.questdb;

import com.voltageems.hissrv.influx.answer.WriteOutcome;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** QuestDB's tables, as far as the sink has to know them. Thread-safe. */
public interface Tables {
  /** Asks for a table, ignoring the letter case of its name. */
  Answer ask(String name);

  /**
   * Creates a missing table, if the settings say so.
   *
   * @param tags the names of its points' tags
   * @return {@link WriteOutcome.Written} even if the settings say no, or a table cannot have this
   *     name
   */
  WriteOutcome create(String name, Set<String> tags);

  /**
   * The answer to a question for a table.
   *
   * @param table null if there is no such table, or no answer
   * @param trouble why there is no answer; null if there is one
   * @param again when to ask again, because the database does not list its tables; null if it does
   */
  record Answer(@Nullable Table table, @Nullable WriteOutcome trouble, @Nullable Instant again) {
    /** An answer of a database that lists its tables, or its trouble. */
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
   * @param isTime whether the column is the time of the table's rows
   */
  record Column(String name, String type, boolean isTime) {}
}
