package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Column;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.window.Run;
import com.voltageems.hissrv.query.store.window.Windows;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Windows as QuestDB's SQL. Pure.
 *
 * <p>QuestDB keeps two writes of one point as two rows. So the rows of a point are merged first:
 * grouped by time and all tags, {@code last_not_null} of each field, which takes the row that was
 * inserted last among those of one time. That costs several times the windows themselves; so it is
 * left out of the parts of the range where it is known that every point has one row ({@link
 * Unrepeated}).
 */
final class WindowStatement {
  private final HistoryQuery query;
  private final Windows windows;
  private final List<Field> fields;
  private final SqlBuilder builder;

  /** The tags that tell series of the answer apart, without those that a filter fixes. */
  private final List<String> groups;

  /** Likewise, all tags, which tell points apart. */
  private final List<String> tags;

  /**
   * Whole windows of a range.
   *
   * @param once whether every point is known to have one row
   */
  record Part(long startMillis, long endMillis, boolean once) {}

  private WindowStatement(HistoryQuery query, Windows windows, String timeColumn) {
    this.query = query;
    this.windows = windows;
    this.fields = query.columns().stream().map(Column::field).distinct().toList();
    this.builder = new SqlBuilder(query.selection(), timeColumn);
    this.groups = new Keys(query.selection(), query.groupBy()).read();
    this.tags = new Keys(query.selection(), query.selection().measurement().tags()).read();
  }

  /**
   * Rows of (window's start in epoch microseconds, tags of {@code groupBy} that no filter fixes
   * ({@link Keys}), values, how many points were merged into it), one more than the limit at most,
   * so that the caller sees whether there is more. Of windows that nothing is merged into the last
   * is 0.
   *
   * @param parts of the selection's range, which do not overlap
   */
  static Sql of(HistoryQuery query, Windows windows, String timeColumn, List<Part> parts) {
    WindowStatement statement = new WindowStatement(query, windows, timeColumn);
    int groups = statement.groups.size();
    String columns =
        SqlBuilder.columns(groups, "g")
            + SqlBuilder.columns(query.columns().size(), "v")
            + ", n FROM (";
    // Cut outside of what is sorted: ORDER BY with a LIMIT takes a tenth longer.
    String text =
        "SELECT cast(ts AS long) t"
            + columns
            + "SELECT ts"
            + columns
            + parts.stream().map(statement::part).collect(Collectors.joining(" UNION ALL "))
            + ")"
            + statement.someColumn()
            + " ORDER BY ts"
            + (query.newestFirst() ? " DESC" : "")
            + SqlBuilder.columns(groups, "g")
            + ") LIMIT "
            + (query.limit() + 1L);
    return new Sql(text, statement.builder.parameters());
  }

  private String part(Part part) {
    List<Run> runs = windows.runs(part.startMillis(), part.endMillis());
    StringBuilder renamed = new StringBuilder("SELECT w ts");
    for (int i = 0; i < groups.size(); i++) {
      renamed.append(", k").append(i).append(" g").append(i);
    }
    return renamed
        + SqlBuilder.each(query.columns(), i -> ", a" + i + " v" + i)
        // A constant in the SELECT with the GROUP BY would be a key of it: a sixth slower.
        + (part.once()
            ? ", cast(0 AS long) n FROM (" + plain(part, runs)
            : ", n FROM (" + merging(part, runs))
        + ")";
  }

  /** The rows as they are. */
  private String plain(Part part, List<Run> runs) {
    return "SELECT "
        + WindowSql.start(runs, builder.timeColumn())
        + " w"
        + SqlBuilder.tagColumns(groups, "k")
        + SqlBuilder.each(
            query.columns(),
            i -> {
              Column column = query.columns().get(i);
              return ", " + aggregate(column, SqlBuilder.name(column.field().name())) + " a" + i;
            })
        + source(part)
        + " GROUP BY w"
        + SqlBuilder.columns(groups.size(), "k");
  }

  private String merging(Part part, List<Run> runs) {
    return "SELECT "
        + WindowSql.start(runs, "ts")
        + " w"
        + SqlBuilder.each(groups, i -> ", g" + tags.indexOf(groups.get(i)) + " k" + i)
        + SqlBuilder.each(
            query.columns(),
            i -> {
              Column column = query.columns().get(i);
              return ", " + aggregate(column, "v" + fields.indexOf(column.field())) + " a" + i;
            })
        + ", count() n FROM ("
        + merged(part)
        + ") GROUP BY w"
        + SqlBuilder.columns(groups.size(), "k");
  }

  /**
   * The points in the order of time, each of them once. As windows of a microsecond, which QuestDB
   * makes one after the other while it reads: it takes a third of the time of a GROUP BY, whose
   * keys are as many as there are points. Nothing more is counted here: that takes as long again.
   */
  private String merged(Part part) {
    return "SELECT "
        + builder.timeColumn()
        + " ts"
        + SqlBuilder.tagColumns(tags, "g")
        + SqlBuilder.each(fields, i -> ", " + last(fields.get(i)) + " v" + i)
        + source(part)
        + SqlBuilder.someValue(fields)
        + " SAMPLE BY 1U ALIGN TO FIRST OBSERVATION";
  }

  /** Of one field all rows have a value, and so the last row has the last one: that is quicker. */
  private String last(Field field) {
    return fields.size() == 1
        ? "last(" + SqlBuilder.name(field.name()) + ")"
        : SqlBuilder.merged(field);
  }

  /** How many rows there are to be merged in a part: as many as points, where nothing repeats. */
  static Sql rows(HistoryQuery query, Windows windows, String timeColumn, Part part) {
    WindowStatement statement = new WindowStatement(query, windows, timeColumn);
    String text =
        "SELECT count()" + statement.source(part) + SqlBuilder.someValue(statement.fields);
    return new Sql(text, statement.builder.parameters());
  }

  private String source(Part part) {
    return builder.source(
        SqlBuilder.micros(part.startMillis()), SqlBuilder.micros(part.endMillis()));
  }

  private static String aggregate(Column column, String value) {
    Aggregation function = column.function();
    if (function == null) {
      throw new IllegalArgumentException("no function of " + column);
    }
    boolean flag = column.field().kind() == Field.Kind.FLAG;
    // The sum of whole numbers wraps around in silence; as floating point it is rounded instead.
    String number =
        column.field().kind() == Field.Kind.INTEGER ? "cast(" + value + " AS double)" : value;
    return switch (function) {
      case MEAN -> "avg(" + number + ")";
      case MIN -> "min(" + value + ")";
      case MAX -> "max(" + value + ")";
      case SUM -> "sum(" + number + ")";
      // No point in the window means no value, as for every other function.
      case COUNT -> flag ? "count()" : "nullif(count(" + value + "), 0)";
      case FIRST -> flag ? "first(" + value + ")" : "first_not_null(" + value + ")";
      case LAST -> flag ? "last(" + value + ")" : "last_not_null(" + value + ")";
      case STDDEV -> "stddev_samp(" + number + ")";
    };
  }

  private String someColumn() {
    if (query.columns().stream().anyMatch(one -> one.field().kind() == Field.Kind.FLAG)) {
      return "";
    }
    return IntStream.range(0, query.columns().size())
        .mapToObj(i -> "v" + i + " IS NOT NULL")
        .collect(Collectors.joining(" OR ", " WHERE ", ""));
  }
}
