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
 * Requests as InfluxQL. Pure. Values are parameters; names come from the database's own metadata
 * and go through {@link #name}. Every name says whether it is a tag or which type of field it is: a
 * measurement may have a tag and a field of one name, and without a word InfluxDB takes the field;
 * and a field may have another type in another shard, whose values it would leave out. InfluxDB
 * itself merges the writes of one point.
 */
final class InfluxQlBuilder {
  private static final long NANOS = 1_000_000;

  /** What means itself in a pattern. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-]{1,100}");

  /** The first and the last millisecond of InfluxDB's time, in the years 1677 and 2262. */
  private static final long LAST_MILLIS = Long.MAX_VALUE / NANOS - 1;

  private final Selection selection;
  private final List<String> policies;
  private final List<String> parameters = new ArrayList<>();
  private final List<Selected> columns = new ArrayList<>();

  /**
   * @param policies retention policies to read from; none: the default one
   */
  private InfluxQlBuilder(Selection selection, List<String> policies) {
    this.selection = selection;
    this.policies = policies;
  }

  private InfluxQl done(String text) {
    return new InfluxQl(text, parameters, columns);
  }

  /**
   * Points in the order of time, over all series: first the values of the fields, then those of the
   * tags of {@code groupBy}, but for the ones that the filters leave one value: the database would
   * write it into every row.
   *
   * @param startNanos where to begin, epoch nanoseconds, instead of the selection's start
   * @param endNanos where to end, likewise
   * @param limit most rows, over all series; 0 for all
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
   * Points group by group, in the order of time within each: the values of the fields, of each type
   * that they have; or of the one that functions take.
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
   * Windows, series by series, one statement per run. Each series has one row more than the limit
   * at most; but of nothing else than standard deviations all rows come, for those without a value
   * would count. A tag that a filter fixes is not grouped by: that takes half as long again.
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

  /** As which type a function takes a field; the sum of whole numbers would wrap in silence. */
  private static InfluxQl.Type type(Aggregation function, Field field) {
    return function.computes() ? InfluxQl.Type.FLOAT : InfluxQl.Type.of(field).get(0);
  }

  private String select(int column, InfluxQl.Type type, String text) {
    columns.add(new Selected(column, type));
    return text + " AS v" + (columns.size() - 1);
  }

  /**
   * The newest point of each series that has any of the fields.
   *
   * @param among which series are asked, of {@link #among}; empty for all
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
   * One statement per column: only alone does {@code last} tell its own time.
   *
   * @param among for each field which series are asked, of {@link #among}
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
   * A condition more, that a tag has one of the values; empty where they cannot stand in a pattern.
   * With as many alternatives of {@code =} the database takes seven times as long.
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

  /** One row per series, for its tags. */
  static InfluxQl series(Selection selection, List<String> policies) {
    InfluxQlBuilder builder = new InfluxQlBuilder(selection, policies);
    return builder.done("SELECT *" + builder.source() + " GROUP BY * LIMIT 1");
  }

  /** One row per series that has a value of the field, for its tags. */
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

  /** How many series the index of version 1 has, whenever they had values. */
  static InfluxQl seriesCount(Selection selection, List<String> policies) {
    InfluxQlBuilder builder = new InfluxQlBuilder(selection, policies);
    String filters = builder.filters().replaceFirst("^ AND ", " WHERE ");
    return builder.done("SHOW SERIES EXACT CARDINALITY" + builder.from() + filters);
  }

  /** One row with a value in the columns of each field that has any. */
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

  /** Adds the parameters. */
  private String filters() {
    StringBuilder text = new StringBuilder();
    for (TagFilter filter : selection.filters()) {
      text.append(" AND (");
      String glue = "";
      for (String value : filter.values()) {
        // An absent tag equals the empty text.
        text.append(glue).append(tag(filter.tag())).append(" = $p").append(parameters.size());
        parameters.add(value);
        glue = " OR ";
      }
      text.append(")");
    }
    return text.toString();
  }

  /** The measurement, in each of the retention policies. */
  static String from(String measurement, List<String> policies) {
    return policies.isEmpty()
        ? name(measurement)
        : policies.stream()
            .map(policy -> name(policy) + "." + name(measurement))
            .collect(Collectors.joining(", "));
  }

  /** A time beyond the database's first or last is that one. */
  static long nanos(long millis) {
    return Math.max(-LAST_MILLIS, Math.min(millis, LAST_MILLIS)) * NANOS;
  }

  private static String tag(String name) {
    return name(name) + "::tag";
  }

  private static String field(Field field, InfluxQl.Type type) {
    return name(field.name()) + "::" + type.name().toLowerCase(Locale.ROOT);
  }

  /** A name in double quotes, with what would end it escaped. */
  static String name(String name) {
    return '"' + name.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }
}
