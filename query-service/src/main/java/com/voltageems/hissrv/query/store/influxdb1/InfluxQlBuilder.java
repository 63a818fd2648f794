package com.voltageems.hissrv.query.store.influxdb1;

import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.TagFilter;
import com.voltageems.hissrv.query.store.Window;
import com.voltageems.hissrv.query.store.influxdb1.InfluxQl.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

  /** The first and the last millisecond of InfluxDB's time, in the years 1677 and 2262. */
  private static final long LAST_MILLIS = Long.MAX_VALUE / NANOS - 1;

  private final Selection selection;
  private final List<String> policies;
  private final List<String> parameters = new ArrayList<>();
  private final List<Column> columns = new ArrayList<>();

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
   * Series by series. Each has one row more than the limit at most; but of a standard deviation all
   * rows come, for those without a value would count.
   */
  static InfluxQl query(HistoryQuery query, List<String> policies) {
    InfluxQlBuilder builder = new InfluxQlBuilder(query.selection(), policies);
    Window window = query.window();
    List<String> selected = new ArrayList<>();
    for (int i = 0; i < query.fields().size(); i++) {
      Field field = query.fields().get(i);
      if (window == null) {
        for (InfluxQl.Type type : InfluxQl.Type.of(field)) {
          selected.add(builder.column(i, type, field(field, type)));
        }
      } else {
        InfluxQl.Type type = type(window.aggregation(), field);
        selected.add(
            builder.column(i, type, window.aggregation().text() + "(" + field(field, type) + ")"));
      }
    }
    List<String> groups = new ArrayList<>();
    if (window != null) {
      groups.add("time(" + window.lengthMillis() + "ms)");
    }
    query.groupBy().forEach(tag -> groups.add(tag(tag)));
    boolean gaps = window != null && window.aggregation() == Aggregation.STDDEV;
    return builder.done(
        "SELECT "
            + String.join(", ", selected)
            + builder.source()
            + (groups.isEmpty() ? "" : " GROUP BY " + String.join(", ", groups))
            + (window == null ? "" : " fill(none)")
            + (query.newestFirst() ? " ORDER BY time DESC" : "")
            + (gaps ? "" : " LIMIT " + (query.limit() + 1L)));
  }

  /** As which type a function takes a field; the sum of whole numbers would wrap in silence. */
  private static InfluxQl.Type type(Aggregation aggregation, Field field) {
    boolean computes =
        switch (aggregation) {
          case MEAN, SUM, STDDEV -> true;
          case MIN, MAX, FIRST, LAST, COUNT -> false;
        };
    return computes ? InfluxQl.Type.FLOAT : InfluxQl.Type.of(field).get(0);
  }

  private String column(int field, InfluxQl.Type type, String text) {
    columns.add(new Column(field, type));
    return text + " AS v" + (columns.size() - 1);
  }

  /** One statement per column: only alone does {@code last} tell its own time. */
  static InfluxQl latest(Selection selection, List<Field> fields, List<String> policies) {
    InfluxQlBuilder builder = new InfluxQlBuilder(selection, policies);
    String source = builder.source();
    List<String> tags = selection.measurement().tags();
    String groups =
        tags.isEmpty()
            ? ""
            : tags.stream()
                .map(InfluxQlBuilder::tag)
                .collect(Collectors.joining(", ", " GROUP BY ", ""));
    List<String> statements = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      for (InfluxQl.Type type : InfluxQl.Type.of(fields.get(i))) {
        builder.columns.add(new Column(i, type));
        statements.add("SELECT last(" + field(fields.get(i), type) + ") AS v0" + source + groups);
      }
    }
    return builder.done(String.join("; ", statements));
  }

  /** One row per series, for its tags. */
  static InfluxQl series(Selection selection, List<String> policies) {
    InfluxQlBuilder builder = new InfluxQlBuilder(selection, policies);
    return builder.done("SELECT *" + builder.source() + " GROUP BY * LIMIT 1");
  }

  /** One row with a value in the columns of each field that has any. */
  static InfluxQl lastOfAll(Selection selection, List<String> policies) {
    InfluxQlBuilder builder = new InfluxQlBuilder(selection, policies);
    List<Field> fields = selection.measurement().fields();
    List<String> selected = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      for (InfluxQl.Type type : InfluxQl.Type.of(fields.get(i))) {
        selected.add(builder.column(i, type, "last(" + field(fields.get(i), type) + ")"));
      }
    }
    return builder.done("SELECT " + String.join(", ", selected) + builder.source());
  }

  private String source() {
    StringBuilder text = new StringBuilder(" FROM ");
    text.append(from(selection.measurement().name(), policies));
    text.append(" WHERE time >= ").append(nanos(selection.startMillis()));
    text.append(" AND time < ").append(nanos(selection.endMillis()));
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
  private static long nanos(long millis) {
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
