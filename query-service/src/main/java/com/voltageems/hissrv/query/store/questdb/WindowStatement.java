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
 * Builds QuestDB's SQL for windows. Pure.
 *
 * <p>QuestDB stores two writes to one point as two rows. So the rows of a point are merged first:
 * grouped by time and all tags, with {@code last_not_null} of each field, which takes the row that
 * was inserted last among those of the same time. This costs several times as much as the windows
 * themselves. Therefore it is left out in the parts of the range where every point is known to have
 * one row ({@link Unrepeated}).
 */
final class WindowStatement {
  private final HistoryQuery query;
  private final Windows windows;
  private final List<Field> fields;
  private final SqlBuilder builder;

  /** The tags that separate the series of the answer, without those that a filter fixes. */
  private final List<String> groups;

  /** All tags, which separate the points, without those that a filter fixes. */
  private final List<String> tags;

  /**
   * A part of the range that consists of whole windows.
   *
   * @param once true if every point is known to have one row
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
   * Builds a query for rows of (start of the window in epoch microseconds, tags of {@code groupBy}
   * that no filter fixes ({@link Keys}), values, number of points merged into the window). It
   * returns at most one row more than the limit, so that the caller sees whether there are more. In
   * parts without merging, the number of points is 0.
   *
   * @param parts the parts of the selection's range, which do not overlap
   */
  static Sql of(HistoryQuery query, Windows windows, String timeColumn, List<Part> parts) {
    WindowStatement statement = new WindowStatement(query, windows, timeColumn);
    int groups = statement.groups.size();
    String columns =
        SqlBuilder.columns(groups, "g")
            + SqlBuilder.columns(query.columns().size(), "v")
            + ", n FROM (";
    // The LIMIT is outside the sorted query: ORDER BY with a LIMIT takes a tenth longer.
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
        // A constant in the SELECT with the GROUP BY would become a key of it: a sixth slower.
        + (part.once()
            ? ", cast(0 AS long) n FROM (" + plain(part, runs)
            : ", n FROM (" + merging(part, runs))
        + ")";
  }

  /** Aggregates the rows as they are, without merging. */
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
   * Builds a query for the points in the order of time, each of them once. It uses windows of one
   * microsecond, which QuestDB computes one after the other while it reads. This takes a third of
   * the time of a GROUP BY, which would have as many keys as there are points. Nothing else is
   * counted here, because that would take as long again.
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

  /**
   * Returns the expression for a field's last value. With a single field, all rows have a value, so
   * the last row has the last value: that is faster.
   */
  private String last(Field field) {
    return fields.size() == 1
        ? "last(" + SqlBuilder.name(field.name()) + ")"
        : SqlBuilder.merged(field);
  }

  /**
   * Builds a query for the number of rows to merge in a part; equals the number of points if
   * nothing is repeated.
   */
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
    // A sum of integers overflows silently; as floating point it is rounded instead.
    String number =
        column.field().kind() == Field.Kind.INTEGER ? "cast(" + value + " AS double)" : value;
    return switch (function) {
      case MEAN -> "avg(" + number + ")";
      case MIN -> "min(" + value + ")";
      case MAX -> "max(" + value + ")";
      case SUM -> "sum(" + number + ")";
      // A window without points has no value, as with every other function.
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
