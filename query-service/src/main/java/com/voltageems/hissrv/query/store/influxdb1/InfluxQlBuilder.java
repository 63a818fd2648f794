package com.voltageems.hissrv.query.store.influxdb1;

import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.TagFilter;
import com.voltageems.hissrv.query.store.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Requests as InfluxQL. Pure. Values are parameters; names come from the database's own metadata
 * and go through {@link #name}. Columns of values are renamed {@code v0}, {@code v1} and so on.
 * InfluxDB itself merges the writes of one point.
 */
final class InfluxQlBuilder {
  private static final long NANOS = 1_000_000;

  private final Selection selection;
  private final List<String> parameters = new ArrayList<>();

  private InfluxQlBuilder(Selection selection) {
    this.selection = selection;
  }

  /** Series by series, each with one row more than the limit at most. */
  static InfluxQl query(HistoryQuery query) {
    InfluxQlBuilder builder = new InfluxQlBuilder(query.selection());
    Window window = query.window();
    List<String> columns = new ArrayList<>();
    for (int i = 0; i < query.fields().size(); i++) {
      String field = name(query.fields().get(i).name());
      columns.add(
          (window == null ? field : function(window.aggregation()) + "(" + field + ")")
              + " AS v"
              + i);
    }
    List<String> groups = new ArrayList<>();
    if (window != null) {
      groups.add("time(" + window.lengthMillis() + "ms)");
    }
    query.groupBy().forEach(tag -> groups.add(name(tag)));
    String text =
        "SELECT "
            + String.join(", ", columns)
            + builder.source()
            + (groups.isEmpty() ? "" : " GROUP BY " + String.join(", ", groups))
            + (window == null ? "" : " fill(none)")
            + (query.newestFirst() ? " ORDER BY time DESC" : "")
            + " LIMIT "
            + (query.limit() + 1L);
    return new InfluxQl(text, builder.parameters);
  }

  private static String function(Aggregation aggregation) {
    return switch (aggregation) {
      case MEAN -> "mean";
      case MIN -> "min";
      case MAX -> "max";
      case SUM -> "sum";
      case COUNT -> "count";
      case FIRST -> "first";
      case LAST -> "last";
      case STDDEV -> "stddev";
    };
  }

  /** One statement per field: only alone does {@code last} tell its own time. */
  static InfluxQl latest(Selection selection, List<Field> fields) {
    InfluxQlBuilder builder = new InfluxQlBuilder(selection);
    String source = builder.source();
    String groups =
        selection.measurement().tags().isEmpty()
            ? ""
            : " GROUP BY "
                + selection.measurement().tags().stream()
                    .map(InfluxQlBuilder::name)
                    .collect(Collectors.joining(", "));
    String text =
        fields.stream()
            .map(field -> "SELECT last(" + name(field.name()) + ") AS v0" + source + groups)
            .collect(Collectors.joining("; "));
    return new InfluxQl(text, builder.parameters);
  }

  /** One row per series, for its tags. */
  static InfluxQl series(Selection selection) {
    InfluxQlBuilder builder = new InfluxQlBuilder(selection);
    return new InfluxQl("SELECT *" + builder.source() + " GROUP BY * LIMIT 1", builder.parameters);
  }

  /** One row with a column {@code last_<field>} for each field that has a value. */
  static InfluxQl lastOfAll(Selection selection) {
    InfluxQlBuilder builder = new InfluxQlBuilder(selection);
    return new InfluxQl("SELECT last(*)" + builder.source(), builder.parameters);
  }

  private String source() {
    StringBuilder text = new StringBuilder(" FROM ");
    text.append(name(selection.measurement().name()));
    text.append(" WHERE time >= ").append(nanos(selection.startMillis()));
    text.append(" AND time < ").append(nanos(selection.endMillis()));
    for (TagFilter filter : selection.filters()) {
      text.append(" AND (");
      String glue = "";
      for (String value : filter.values()) {
        // An absent tag equals the empty text.
        text.append(glue).append(name(filter.tag())).append(" = $p").append(parameters.size());
        parameters.add(value);
        glue = " OR ";
      }
      text.append(")");
    }
    return text.toString();
  }

  /** InfluxDB's time ends in the year 2262. */
  private static long nanos(long millis) {
    return Math.min(millis, Long.MAX_VALUE / NANOS - 1) * NANOS;
  }

  /** A name in double quotes, with what would end it escaped. */
  static String name(String name) {
    return '"' + name.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }
}
