package com.voltageems.hissrv.query.resolution;

import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Column;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.TagFilter;
import com.voltageems.hissrv.query.store.window.Digits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Translates a request for samples into a request to a copy, and the copy's rows into rows of the
 * answer. Pure.
 */
final class CopyAnswer {
  private final HistoryQuery query;
  private final Copy copy;
  private final Measurement there;
  private final List<Column> columns = new ArrayList<>();

  /**
   * For each requested column the copy's columns that it needs: the value; for a mean the sum, and
   * its count in {@code counts}. -1 if there is none.
   */
  private final int[] values;

  private final int[] counts;

  /**
   * For each tag of the answer its index among the tags that the copy has; -1 if the copy does not
   * have it.
   */
  private final int[] tags;

  private final List<String> groups = new ArrayList<>();

  CopyAnswer(HistoryQuery query, Copy copy, Measurement there) {
    this.query = query;
    this.copy = copy;
    this.there = there;
    this.values = new int[query.columns().size()];
    this.counts = new int[query.columns().size()];
    for (int i = 0; i < values.length; i++) {
      Column column = query.columns().get(i);
      Aggregation function = column.function();
      if (function == null) {
        throw new IllegalArgumentException("no function of " + column);
      }
      String base = column.field().name();
      boolean mean = function == Aggregation.MEAN;
      Aggregation kept = mean ? Aggregation.SUM : function;
      values[i] = add(copy.field(base, kept), kept);
      counts[i] = mean ? add(copy.field(base, Aggregation.COUNT), Aggregation.COUNT) : -1;
    }
    this.tags = new int[query.groupBy().size()];
    for (int i = 0; i < tags.length; i++) {
      String tag = query.groupBy().get(i);
      tags[i] = there.tags().contains(tag) ? groups.size() : -1;
      if (tags[i] >= 0) {
        groups.add(tag);
      }
    }
  }

  /**
   * Adds a column of the copy. Counts are combined by their sum, minima by their minimum, and so
   * on.
   */
  private int add(String name, Aggregation kept) {
    Field field = there.field(name).orElse(null);
    if (field == null) {
      return -1;
    }
    Aggregation function = kept == Aggregation.COUNT ? Aggregation.SUM : kept;
    Column column = new Column(field, function, true);
    int known = columns.indexOf(column);
    if (known >= 0) {
      return known;
    }
    columns.add(column);
    return columns.size() - 1;
  }

  /**
   * Returns the request to the copy; empty if the copy has nothing that was requested.
   *
   * @param limit largest number of rows
   */
  Optional<HistoryQuery> question(long start, long end, int limit) {
    List<TagFilter> filters = new ArrayList<>();
    for (TagFilter filter : query.selection().filters()) {
      if (there.tags().contains(filter.tag())) {
        filters.add(filter);
      } else if (!filter.values().contains("")) {
        return Optional.empty();
      }
    }
    return columns.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new HistoryQuery(
                new Selection(there, filters, start, end),
                columns,
                query.windows(),
                groups,
                query.newestFirst(),
                limit));
  }

  /** Fills a row of the answer. */
  Row row(Row from, Row filled) {
    List<String> key = new ArrayList<>();
    for (int tag : tags) {
      key.add(tag < 0 ? "" : from.key().get(tag));
    }
    filled.begin(from.epochMicros(), key);
    for (int i = 0; i < values.length; i++) {
      filled.set(i, values[i] < 0 ? null : value(from, i));
    }
    return filled;
  }

  private @Nullable Object value(Row from, int column) {
    double value = from.asDouble(values[column]);
    Aggregation function = query.columns().get(column).function();
    if (!Double.isFinite(value) || function == null) {
      return null;
    }
    return switch (function) {
      case COUNT -> value > 0 ? (Object) Math.round(value) : null;
      case SUM -> Digits.computed(value);
      case MEAN -> counts[column] < 0 ? null : mean(value, from.asDouble(counts[column]));
      default -> value;
    };
  }

  private static @Nullable Object mean(double sum, double count) {
    return count > 0 ? (Object) Digits.computed(sum / count) : null;
  }

  Copy copy() {
    return copy;
  }
}
