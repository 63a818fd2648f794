package com.voltageems.hissrv.query.store.influxql;

import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Column;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.TagFilter;
import com.voltageems.hissrv.query.store.influxql.InfluxQl.Selected;
import com.voltageems.hissrv.query.store.window.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Builds InfluxQL from requests. Pure. Values become parameters; names come from the database's own
 * metadata and are quoted by {@link #name}. Every name states whether it is a tag, or which type of
 * field it is, for two reasons. A measurement may have a tag and a field with the same name, and
 * InfluxDB takes the field if nothing else is stated. And a field may have another type in another
 * shard, whose values InfluxDB would leave out. InfluxDB itself merges the writes to one point.
 */
final class InfluxQlBuilder {
  private static final long NANOS = 1_000_000;

  /** Values that a regular expression matches literally. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-]{1,100}");

  /**
   * The last millisecond of InfluxDB's time, in the year 2262; its negative is the first one, in
   * 1677.
   */
  private static final long LAST_MILLIS = Long.MAX_VALUE / NANOS - 1;

  private final Selection selection;
  private final List<String> policies;
  private final List<String> parameters = new ArrayList<>();
  private final List<Selected> columns = new ArrayList<>();

  /**
   * @param policies retention policies to read from; empty for the default one
   */
  private InfluxQlBuilder(Selection selection, List<String> policies) {
    this.selection = selection;
    this.policies = policies;
  }

  private InfluxQl done(String text) {
    return new InfluxQl(text, parameters, columns);
  }

  /**
   * Builds a query for points in the order of time, over all series. The columns are the values of
   * the fields, then the tags of {@code groupBy}. Tags that the filters limit to one value are left
   * out, because the database would write that value into every row.
   *
   * @param startNanos begin of the range in epoch nanoseconds, instead of the selection's start
   * @param endNanos end of the range in epoch nanoseconds, instead of the selection's end
   * @param limit largest number of rows over all series; 0 for no limit
   */
  static InfluxQl points(
      HistoryQuery query, List<String> policies, long startNanos, long endNanos, long limit) {
    InfluxQlBuilder builder = new InfluxQlBuilder(query.selection(), policies);
    List<String> selected = new ArrayList<>();
    for (int i = 0; i < query.columns().size(); i++) {
      Field field = query.columns().get(i).field();
      for (InfluxQl.Type type : InfluxQl.Type.of(field)) {
        selected.add(builder.select(i, type, field(field, type)));
      }
    }
    for (int i = 0; i < query.groupBy().size(); i++) {
      String tag = query.groupBy().get(i);
      if (query.selection().only(tag) == null) {
        selected.add(tag(tag) + " AS g" + i);
      }
    }
    return builder.done(
        "SELECT "
            + String.join(", ", selected)
            + builder.source(startNanos, endNanos)
            + (query.newestFirst() ? " ORDER BY time DESC" : "")
            + (limit == 0 ? "" : " LIMIT " + limit));
  }

  /**
   * Builds a query for points group by group, in the order of time within each group. The columns
   * are the values of the fields: in each type that a field has, or, for windows, only in the type
   * that functions use.
   */
  static InfluxQl groups(HistoryQuery query, List<Field> fields, List<String> policies) {
    InfluxQlBuilder builder = new InfluxQlBuilder(query.selection(), policies);
    List<String> selected = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      List<InfluxQl.Type> types = InfluxQl.Type.of(fields.get(i));
      for (InfluxQl.Type type : query.windows() == null ? types : types.subList(0, 1)) {
        selected.add(builder.select(i, type, field(fields.get(i), type)));
      }
    }
    String groups =
        query.groupBy().stream()
            .filter(tag -> query.selection().only(tag) == null)
            .map(InfluxQlBuilder::tag)
            .collect(Collectors.joining(", "));
    return builder.done(
        "SELECT "
            + String.join(", ", selected)
            + builder.source()
            + (groups.isEmpty() ? "" : " GROUP BY " + groups));
  }

  /**
   * Builds a query for windows, series by series, with one statement per run. Each series gets at
   * most one row more than the limit. If all functions are standard deviations there is no limit,
   * because it would count rows without a value. Tags that a filter fixes are not grouped by:
   * grouping by them takes half as long again.
   */
  static InfluxQl windows(HistoryQuery query, List<Run> runs, List<String> policies) {
    InfluxQlBuilder builder = new InfluxQlBuilder(query.selection(), policies);
    List<String> selected = new ArrayList<>();
    boolean gaps = true;
    for (int i = 0; i < query.columns().size(); i++) {
      Column column = query.columns().get(i);
      Aggregation function = column.function();
      if (function == null) {
        throw new IllegalArgumentException("no function of " + column);
      }
      gaps &= function == Aggregation.STDDEV;
      InfluxQl.Type type = type(function, column.field());
      selected.add(
          builder.select(i, type, function.text() + "(" + field(column.field(), type) + ")"));
    }
    String limit = gaps ? "" : " LIMIT " + (query.limit() + 1L);
    String filters = builder.filters();
    List<String> statements = new ArrayList<>();
    for (Run run : runs) {
      List<String> groups = new ArrayList<>();
      groups.add(time(run));
      query.groupBy().stream()
          .filter(tag -> query.selection().only(tag) == null)
          .forEach(tag -> groups.add(tag(tag)));
      statements.add(
          "SELECT "
              + String.join(", ", selected)
              + builder.from()
              + between(
                  nanos(Math.max(run.startMillis(), query.selection().startMillis())),
                  nanos(Math.min(run.endMillis(), query.selection().endMillis())))
              + filters
              + " GROUP BY "
              + String.join(", ", groups)
              + " fill(none)"
              + (query.newestFirst() ? " ORDER BY time DESC" : "")
              + limit);
    }
    return builder.done(String.join("; ", statements));
  }

  private static String time(Run run) {
    long offset = Math.floorMod(run.startMillis(), run.lengthMillis());
    return "time(" + run.lengthMillis() + "ms" + (offset == 0 ? "" : ", " + offset + "ms") + ")";
  }

  /**
   * Returns the type in which a function reads a field. Floating point for computed values, because
   * a sum of integers would overflow silently.
   */
  private static InfluxQl.Type type(Aggregation function, Field field) {
    return function.computes() ? InfluxQl.Type.FLOAT : InfluxQl.Type.of(field).get(0);
  }

  private String select(int column, InfluxQl.Type type, String text) {
    columns.add(new Selected(column, type));
    return text + " AS v" + (columns.size() - 1);
  }

  /**
   * Builds a query for the newest point of each series that has any of the fields.
   *
   * @param among condition from {@link #among} that limits the series; empty for all series
   */
  static InfluxQl newest(
      Selection selection, List<Field> fields, String among, List<String> policies) {
    InfluxQlBuilder builder = new InfluxQlBuilder(selection, policies);
    List<String> selected = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      for (InfluxQl.Type type : InfluxQl.Type.of(fields.get(i))) {
        selected.add(builder.select(i, type, field(fields.get(i), type)));
      }
    }
    return builder.done(
        "SELECT "
            + String.join(", ", selected)
            + builder.source()
            + among
            + bySeries(selection)
            + " ORDER BY time DESC LIMIT 1");
  }

  /**
   * Builds one statement per column, because {@code last} reports its own time only if it is alone
   * in a statement.
   *
   * @param among for each field the condition from {@link #among} that limits the series
   */
  static InfluxQl latest(
      Selection selection, List<Field> fields, List<String> among, List<String> policies) {
    InfluxQlBuilder builder = new InfluxQlBuilder(selection, policies);
    String source = builder.source();
    List<String> statements = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      for (InfluxQl.Type type : InfluxQl.Type.of(fields.get(i))) {
        builder.columns.add(new Selected(i, type));
        statements.add(
            "SELECT last("
                + field(fields.get(i), type)
                + ") AS v0"
                + source
                + among.get(i)
                + bySeries(selection));
      }
    }
    return builder.done(String.join("; ", statements));
  }

  /**
   * Returns an additional condition: the tag has one of the values. Empty if a value cannot be part
   * of a regular expression. With a list of {@code =} alternatives instead, the database takes
   * seven times as long.
   */
  static String among(String tag, Set<String> values) {
    return values.stream().allMatch(value -> PLAIN.matcher(value).matches())
        ? " AND " + tag(tag) + " =~ /^(" + String.join("|", values) + ")$/"
        : "";
  }

  private static String bySeries(Selection selection) {
    List<String> tags = selection.measurement().tags();
    return tags.isEmpty()
        ? ""
        : tags.stream()
            .map(InfluxQlBuilder::tag)
            .collect(Collectors.joining(", ", " GROUP BY ", ""));
  }

  /** Builds a query that returns one row per series, for its tags. */
  static InfluxQl series(Selection selection, List<String> policies) {
    InfluxQlBuilder builder = new InfluxQlBuilder(selection, policies);
    return builder.done("SELECT *" + builder.source() + " GROUP BY * LIMIT 1");
  }

  /** Builds a query that returns one row per series that has a value of the field, for its tags. */
  static InfluxQl seriesOf(Selection selection, Field field, List<String> policies) {
    InfluxQlBuilder builder = new InfluxQlBuilder(selection, policies);
    List<String> selected = new ArrayList<>();
    for (InfluxQl.Type type : InfluxQl.Type.of(field)) {
      selected.add(builder.select(0, type, field(field, type)));
    }
    return builder.done(
        "SELECT "
            + String.join(", ", selected)
            + builder.source()
            + bySeries(selection)
            + " LIMIT 1");
  }

  /**
   * Builds a query for the number of series in the index of version 1, independent of when they had
   * values.
   */
  static InfluxQl seriesCount(Selection selection, List<String> policies) {
    InfluxQlBuilder builder = new InfluxQlBuilder(selection, policies);
    String filters = builder.filters().replaceFirst("^ AND ", " WHERE ");
    return builder.done("SHOW SERIES EXACT CARDINALITY" + builder.from() + filters);
  }

  /** Builds a query that returns one row with a value in the columns of each field that has any. */
  static InfluxQl lastOfAll(Selection selection, List<String> policies) {
    InfluxQlBuilder builder = new InfluxQlBuilder(selection, policies);
    List<Field> fields = selection.measurement().fields();
    List<String> selected = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      for (InfluxQl.Type type : InfluxQl.Type.of(fields.get(i))) {
        selected.add(builder.select(i, type, "last(" + field(fields.get(i), type) + ")"));
      }
    }
    return builder.done("SELECT " + String.join(", ", selected) + builder.source());
  }

  private String source() {
    return source(nanos(selection.startMillis()), nanos(selection.endMillis()));
  }

  private String source(long startNanos, long endNanos) {
    return from() + between(startNanos, endNanos) + filters();
  }

  private String from() {
    return " FROM " + from(selection.measurement().name(), policies);
  }

  private static String between(long startNanos, long endNanos) {
    return " WHERE time >= " + startNanos + " AND time < " + endNanos;
  }

  /** Returns the conditions of the filters and adds their parameters. */
  private String filters() {
    StringBuilder text = new StringBuilder();
    for (TagFilter filter : selection.filters()) {
      text.append(" AND (");
      String glue = "";
      for (String value : filter.values()) {
        // A missing tag equals the empty string.
        text.append(glue).append(tag(filter.tag())).append(" = $p").append(parameters.size());
        parameters.add(value);
        glue = " OR ";
      }
      text.append(")");
    }
    return text.toString();
  }

  /** Returns the quoted measurement, once for each of the retention policies. */
  static String from(String measurement, List<String> policies) {
    return policies.isEmpty()
        ? name(measurement)
        : policies.stream()
            .map(policy -> name(policy) + "." + name(measurement))
            .collect(Collectors.joining(", "));
  }

  /**
   * Converts to nanoseconds. A time outside the database's range becomes its first or last time.
   */
  static long nanos(long millis) {
    return Math.max(-LAST_MILLIS, Math.min(millis, LAST_MILLIS)) * NANOS;
  }

  private static String tag(String name) {
    return name(name) + "::tag";
  }

  private static String field(Field field, InfluxQl.Type type) {
    return name(field.name()) + "::" + type.name().toLowerCase(Locale.ROOT);
  }

  /** Returns the name in double quotes, with special characters escaped. */
  static String name(String name) {
    return '"' + name.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }
}
