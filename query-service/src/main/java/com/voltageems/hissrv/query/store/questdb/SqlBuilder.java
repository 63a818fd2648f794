package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.Column;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.TagFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Builds QuestDB's SQL from requests. Pure. Values become parameters; names come from the
 * database's own metadata and are quoted by {@link #name}. Columns are renamed ({@code g0} tags,
 * {@code v0} values), so that no column's name can collide with ours.
 *
 * <p>QuestDB stores two writes to one point as two rows. The reader of the answer merges the rows
 * of points; {@link WindowStatement} merges those of windows.
 *
 * <p>No statement sorts by a column that the same SELECT computes. QuestDB 9.3 plans {@code SELECT
 * cast(ts AS long) t ... ORDER BY t LIMIT n} as a sort over a memoised column and sorts by values
 * of an earlier row, or of an earlier run of the statement: wrong rows without an error. So an
 * inner query sorts and cuts, and an outer query converts.
 */
final class SqlBuilder {
  private static final long MICROS = 1000;

  private final Selection selection;
  private final String timeColumn;
  private final List<String> tags;
  private final List<Object> parameters = new ArrayList<>();

  SqlBuilder(Selection selection, String timeColumn) {
    this.selection = selection;
    this.timeColumn = name(timeColumn);
    this.tags = selection.measurement().tags();
  }

  /**
   * Builds a query for rows of (time in epoch microseconds, tags of {@code groupBy} that no filter
   * fixes ({@link Keys}), values) in the order of time. All writes to a point come in the order in
   * which they were made. If the newest rows come first, both orders are reversed.
   *
   * @param startMicros begin of the range, instead of the selection's start
   * @param endMicros end of the range, instead of the selection's end
   */
  static Sql points(
      HistoryQuery query, String timeColumn, long startMicros, long endMicros, long limit) {
    SqlBuilder builder = new SqlBuilder(query.selection(), timeColumn);
    List<Field> fields = query.columns().stream().map(Column::field).toList();
    List<String> read = new Keys(query.selection(), query.groupBy()).read();
    String columns = columns(read.size(), "g") + columns(fields.size(), "v");
    String sorted =
        "SELECT "
            + builder.timeColumn
            + " ts"
            + tagColumns(read, "g")
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
   * Builds a query for rows of (time in epoch microseconds, tags that no filter fixes, 1.0) in the
   * order of time, for rows that have any of these fields. One constant column replaces the columns
   * of the fields, which are many.
   */
  static Sql times(Selection selection, List<Field> fields, String timeColumn) {
    SqlBuilder builder = new SqlBuilder(selection, timeColumn);
    List<String> read = new Keys(selection, builder.tags).read();
    String sorted =
        "SELECT "
            + builder.timeColumn
            + " ts"
            + tagColumns(read, "g")
            + builder.source()
            + someValue(fields)
            + " ORDER BY ts";
    return new Sql(
        "SELECT cast(ts AS long) t" + columns(read.size(), "g") + ", 1.0 v0 FROM (" + sorted + ")",
        builder.parameters);
  }

  /**
   * Builds a query for rows of (count, tags, then for each field its last value and that value's
   * time in epoch microseconds).
   */
  static Sql latest(Selection selection, List<Field> fields, int limit, String timeColumn) {
    SqlBuilder builder = new SqlBuilder(selection, timeColumn);
    int groups = builder.tags.size();
    String time = builder.timeColumn;
    String rows =
        "SELECT count() n"
            + tagColumns(builder.tags, "g")
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

  /** Builds a query for rows of (count, tags), one for each series. */
  static Sql series(Selection selection, int limit, String timeColumn) {
    SqlBuilder builder = new SqlBuilder(selection, timeColumn);
    int groups = builder.tags.size();
    String by = groups == 0 ? "" : columns(groups, "g").substring(2);
    String rows =
        "SELECT count() n"
            + tagColumns(builder.tags, "g")
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

  /** Builds a query for rows of one column: the tag's values. */
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

  /**
   * Builds a query for one row: the number of rows, then for each field how many rows have a value
   * of it.
   */
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

  /** Returns the FROM and WHERE clauses and adds their parameters. */
  String source(long startMicros, long endMicros) {
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
          // The protocol cannot carry this character, so no tag can have this value.
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

  static String tagColumns(List<String> tags, String prefix) {
    return each(tags, i -> ", " + name(tags.get(i)) + " " + prefix + i);
  }

  static String merged(Field field) {
    // A boolean has no null in QuestDB, so only the last row's value is known.
    return (field.kind() == Field.Kind.FLAG ? "last(" : "last_not_null(")
        + name(field.name())
        + ")";
  }

  /** Returns the designated time column, quoted. */
  String timeColumn() {
    return timeColumn;
  }

  /** Returns the parameters so far, in the order of their placeholders in the text. */
  List<Object> parameters() {
    return parameters;
  }

  /** Builds a query for the number of rows of the table in a time range, with any content. */
  static Sql rows(Selection selection, String timeColumn, long startMicros, long endMicros) {
    String time = name(timeColumn);
    String text =
        "SELECT count() FROM "
            + name(selection.measurement().name())
            + " WHERE "
            + time
            + " >= ? AND "
            + time
            + " < ?";
    return new Sql(text, List.of(startMicros, endMicros));
  }

  /** Returns a condition that excludes rows without any of these values. */
  static String someValue(List<Field> fields) {
    if (fields.stream().anyMatch(field -> field.kind() == Field.Kind.FLAG)) {
      return "";
    }
    return fields.stream()
        .map(field -> name(field.name()) + " IS NOT NULL")
        .collect(Collectors.joining(" OR ", " AND (", ")"));
  }

  static String columns(int count, String prefix) {
    return each(count, i -> ", " + prefix + i);
  }

  static String each(List<?> items, IntFunction<String> text) {
    return each(items.size(), text);
  }

  static String each(int count, IntFunction<String> text) {
    return IntStream.range(0, count).mapToObj(text).collect(Collectors.joining());
  }

  static long micros(long millis) {
    return Math.multiplyExact(millis, MICROS);
  }

  /**
   * Returns the name in double quotes.
   *
   * @throws IllegalArgumentException if QuestDB does not allow such a name
   */
  static String name(String name) {
    if (!isName(name)) {
      throw new IllegalArgumentException("not a name that QuestDB can hold");
    }
    return '"' + name + '"';
  }

  /** Returns true if QuestDB allows it as a name. */
  static boolean isName(String name) {
    return !name.isEmpty()
        && name.chars().noneMatch(c -> c == '"' || c == '\\' || Character.isISOControl(c));
  }

  /** Returns the text in single quotes. */
  static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
