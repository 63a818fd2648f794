package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Column;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.TagFilter;
import com.voltageems.hissrv.query.store.window.Run;
import com.voltageems.hissrv.query.store.window.Windows;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Requests as QuestDB's SQL. Pure. Values are parameters; names come from the database's own
 * metadata and go through {@link #name}; columns are renamed ({@code g0} tags, {@code v0} values),
 * so that no name of a column can collide with one of ours.
 *
 * <p>QuestDB keeps two writes of one point as two rows. So windows first merge the rows of a point:
 * grouped by time and all tags, {@code last_not_null} of each field, which takes the row that was
 * inserted last among those of one time. Points are merged by who reads them.
 *
 * <p>Nothing is ever sorted by a column that the same SELECT computes. QuestDB 9.3 plans {@code
 * SELECT cast(ts AS long) t ... ORDER BY t LIMIT n} as a sort over a memoised column and sorts by
 * values of an earlier row, or of an earlier run of the text: wrong rows, and no error. So columns
 * are sorted and cut inside and converted outside.
 */
final class SqlBuilder {
  private static final long MICROS = 1000;

  private final Selection selection;
  private final String timeColumn;
  private final List<String> tags;
  private final List<Object> parameters = new ArrayList<>();

  private SqlBuilder(Selection selection, String timeColumn) {
    this.selection = selection;
    this.timeColumn = name(timeColumn);
    this.tags = selection.measurement().tags();
  }

  /**
   * Rows of (time in epoch microseconds, tags of {@code groupBy}, values) in the order of time, all
   * writes of a point in the order in which they came; backwards where the newest come first.
   *
   * @param startMicros where to begin, instead of the selection's start
   * @param endMicros where to end, likewise
   */
  static Sql points(
      HistoryQuery query, String timeColumn, long startMicros, long endMicros, long limit) {
    SqlBuilder builder = new SqlBuilder(query.selection(), timeColumn);
    List<Field> fields = query.columns().stream().map(Column::field).toList();
    String columns = columns(builder.tags.size(), "g") + columns(fields.size(), "v");
    String sorted =
        "SELECT "
            + builder.timeColumn
            + " ts"
            + builder.tagColumns()
            + each(fields, i -> ", " + name(fields.get(i).name()) + " v" + i)
            + builder.source(startMicros, endMicros)
            + someValue(fields)
            + " ORDER BY ts"
            + (query.newestFirst() ? " DESC" : "")
            + (limit == Long.MAX_VALUE ? "" : " LIMIT " + limit);
    return new Sql(
        "SELECT cast(ts AS long) t" + columns + " FROM (" + sorted + ")", builder.parameters);
  }

  /**
   * Rows of (window's start in epoch microseconds, tags of {@code groupBy}, values), one more than
   * the limit at most, so that the caller sees whether there is more.
   */
  static Sql windows(HistoryQuery query, String timeColumn) {
    Windows windows = query.windows();
    if (windows == null) {
      throw new IllegalArgumentException("no windows in " + query);
    }
    SqlBuilder builder = new SqlBuilder(query.selection(), timeColumn);
    List<Run> runs = windows.runs(query.selection().startMillis(), query.selection().endMillis());
    int groups = query.groupBy().size();
    String columns = columns(groups, "g") + columns(query.columns().size(), "v");
    String text =
        "SELECT ts"
            + columns
            + " FROM ("
            + builder.windows(query, runs)
            + ")"
            + someColumn(query)
            + " ORDER BY ts"
            + (query.newestFirst() ? " DESC" : "")
            + columns(groups, "g")
            + " LIMIT "
            + (query.limit() + 1L);
    return new Sql(text, builder.parameters);
  }

  private String windows(HistoryQuery query, List<Run> runs) {
    List<Field> fields = query.columns().stream().map(Column::field).distinct().toList();
    // first and last take the rows as they come: they must come in the order of time.
    boolean ordered =
        query.columns().stream()
            .map(Column::function)
            .anyMatch(one -> one == Aggregation.FIRST || one == Aggregation.LAST);
    StringBuilder groups = new StringBuilder();
    for (int i = 0; i < query.groupBy().size(); i++) {
      groups.append(", g").append(tags.indexOf(query.groupBy().get(i))).append(" k").append(i);
    }
    String windows =
        "SELECT "
            + WindowSql.start(runs, "cast(ts AS long)")
            + " w"
            + groups
            + each(
                query.columns(),
                i -> {
                  Column column = query.columns().get(i);
                  return ", " + aggregate(column, "v" + fields.indexOf(column.field())) + " a" + i;
                })
            + " FROM ("
            + merged(fields, ordered)
            + ") GROUP BY w"
            + columns(query.groupBy().size(), "k");
    StringBuilder renamed = new StringBuilder("SELECT w ts");
    for (int i = 0; i < query.groupBy().size(); i++) {
      renamed.append(", k").append(i).append(" g").append(i);
    }
    return renamed + each(query.columns(), i -> ", a" + i + " v" + i) + " FROM (" + windows + ")";
  }

  /** The points, each of them once. */
  private String merged(List<Field> fields, boolean inOrderOfTime) {
    return "SELECT "
        + timeColumn
        + " ts"
        + tagColumns()
        + each(fields, i -> ", " + merged(fields.get(i)) + " v" + i)
        + source()
        + " GROUP BY ts"
        + columns(tags.size(), "g")
        + (inOrderOfTime ? " ORDER BY ts" : "");
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

  /**
   * Rows of (tags, then for each field its last value and that value's time in epoch microseconds).
   */
  static Sql latest(Selection selection, List<Field> fields, int limit, String timeColumn) {
    SqlBuilder builder = new SqlBuilder(selection, timeColumn);
    int groups = builder.tags.size();
    String time = builder.timeColumn;
    String rows =
        "SELECT count() n"
            + builder.tagColumns()
            + each(
                fields,
                i -> {
                  Field field = fields.get(i);
                  String when =
                      field.kind() == Field.Kind.FLAG
                          ? "max(" + time + ")"
                          : "max(CASE WHEN "
                              + name(field.name())
                              + " IS NOT NULL THEN "
                              + time
                              + " END)";
                  return ", " + merged(field) + " v" + i + ", " + when + " t" + i;
                })
            + builder.source()
            + (groups == 0 ? "" : " GROUP BY " + columns(groups, "g").substring(2));
    String sorted =
        rows
            + (groups == 0 ? "" : " ORDER BY " + columns(groups, "g").substring(2))
            + " LIMIT "
            + (limit + 1L);
    String text =
        "SELECT n"
            + columns(groups, "g")
            + each(fields, i -> ", v" + i + ", cast(t" + i + " AS long) t" + i)
            + " FROM ("
            + sorted
            + ")";
    return new Sql(text, builder.parameters);
  }

  /** Rows of (count, tags): the series. */
  static Sql series(Selection selection, int limit, String timeColumn) {
    SqlBuilder builder = new SqlBuilder(selection, timeColumn);
    int groups = builder.tags.size();
    String by = groups == 0 ? "" : columns(groups, "g").substring(2);
    String rows =
        "SELECT count() n"
            + builder.tagColumns()
            + builder.source()
            + (groups == 0 ? "" : " GROUP BY " + by);
    String text =
        "SELECT n"
            + columns(groups, "g")
            + " FROM ("
            + rows
            + ") WHERE n > 0"
            + (groups == 0 ? "" : " ORDER BY " + by)
            + " LIMIT "
            + limit;
    return new Sql(text, builder.parameters);
  }

  /** Rows of one column: the tag's values. */
  static Sql tagValues(Selection selection, String tag, int limit, String timeColumn) {
    SqlBuilder builder = new SqlBuilder(selection, timeColumn);
    String text =
        "SELECT g FROM (SELECT DISTINCT "
            + name(tag)
            + " g"
            + builder.source()
            + ") ORDER BY g LIMIT "
            + limit;
    return new Sql(text, builder.parameters);
  }

  /** One row: for each field how many rows have a value of it. */
  static Sql fieldCounts(Selection selection, List<Field> fields, String timeColumn) {
    SqlBuilder builder = new SqlBuilder(selection, timeColumn);
    String text =
        "SELECT count() n"
            + each(
                fields,
                i ->
                    fields.get(i).kind() == Field.Kind.FLAG
                        ? ", count() v" + i
                        : ", count(" + name(fields.get(i).name()) + ") v" + i)
            + builder.source();
    return new Sql(text, builder.parameters);
  }

  private String source() {
    return source(micros(selection.startMillis()), micros(selection.endMillis()));
  }

  /** From which table and with which conditions; adds the parameters. */
  private String source(long startMicros, long endMicros) {
    StringBuilder text = new StringBuilder(" FROM ");
    text.append(name(selection.measurement().name()));
    text.append(" WHERE ").append(timeColumn).append(" >= ? AND ").append(timeColumn);
    text.append(" < ?");
    parameters.add(startMicros);
    parameters.add(endMicros);
    for (TagFilter filter : selection.filters()) {
      text.append(" AND (");
      String glue = "";
      for (String value : filter.values()) {
        text.append(glue).append(name(filter.tag()));
        if (value.isEmpty()) {
          text.append(" IS NULL");
        } else if (value.indexOf('\0') >= 0) {
          // The protocol cannot carry it, so no tag can have it.
          text.append(" IS NULL AND 1 = 0");
        } else {
          text.append(" = ?");
          parameters.add(value);
        }
        glue = " OR ";
      }
      text.append(")");
    }
    return text.toString();
  }

  private String tagColumns() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < tags.size(); i++) {
      text.append(", ").append(name(tags.get(i))).append(" g").append(i);
    }
    return text.toString();
  }

  private static String merged(Field field) {
    // There is no null for a boolean in QuestDB, so the last row's value is all that is known.
    return (field.kind() == Field.Kind.FLAG ? "last(" : "last_not_null(")
        + name(field.name())
        + ")";
  }

  /** A condition that leaves out rows without any of these values. */
  private static String someValue(List<Field> fields) {
    if (fields.stream().anyMatch(field -> field.kind() == Field.Kind.FLAG)) {
      return "";
    }
    return fields.stream()
        .map(field -> name(field.name()) + " IS NOT NULL")
        .collect(Collectors.joining(" OR ", " AND (", ")"));
  }

  private static String someColumn(HistoryQuery query) {
    if (query.columns().stream().anyMatch(one -> one.field().kind() == Field.Kind.FLAG)) {
      return "";
    }
    return IntStream.range(0, query.columns().size())
        .mapToObj(i -> "v" + i + " IS NOT NULL")
        .collect(Collectors.joining(" OR ", " WHERE ", ""));
  }

  private static String columns(int count, String prefix) {
    return each(count, i -> ", " + prefix + i);
  }

  private static String each(List<?> items, IntFunction<String> text) {
    return each(items.size(), text);
  }

  private static String each(int count, IntFunction<String> text) {
    return IntStream.range(0, count).mapToObj(text).collect(Collectors.joining());
  }

  static long micros(long millis) {
    return Math.multiplyExact(millis, MICROS);
  }

  /**
   * A name in double quotes.
   *
   * @throws IllegalArgumentException for a name that cannot be one in QuestDB, whatever it says
   */
  static String name(String name) {
    if (!isName(name)) {
      throw new IllegalArgumentException("not a name that QuestDB can hold");
    }
    return '"' + name + '"';
  }

  /** Whether QuestDB can hold it as a name. */
  static boolean isName(String name) {
    return !name.isEmpty()
        && name.chars().noneMatch(c -> c == '"' || c == '\\' || Character.isISOControl(c));
  }

  /** A text in single quotes. */
  static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
