package com.voltageems.hissrv.query.store.influxql;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.LatestAnswer;
import com.voltageems.hissrv.query.store.LatestSeries;
import com.voltageems.hissrv.query.store.SameTime;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.Series;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the last values, in three steps. Mostly the newest point of a series has all of them, which
 * takes one query. For fields that are missing there, it asks for the newest point again, in one
 * statement for all series that lack the same fields, because devices of different types lack
 * different fields. Only what is still missing is read field by field, which takes the database ten
 * times as long for each field of a series. Thread-safe.
 */
final class LatestReader {
  /** If fewer fields of series than this are missing, they are read field by field at once. */
  private static final int FEW = 1000;

  /**
   * How many times the newest point with missing fields is queried. Several points of a series, one
   * after the other, may each have some of the missing fields.
   */
  private static final int ROUNDS = 2;

  /**
   * Largest number of groups of series in one query. Enough for device types, but not for series
   * that differ by chance.
   */
  private static final int MOST_GROUPS = 20;

  /**
   * Largest number of values of a tag in a statement for a group; there is one such statement per
   * group.
   */
  private static final int MOST_NAMED_BY_GROUP = 2000;

  /**
   * Largest number of values of a tag in a statement for a field; there is one such statement per
   * field.
   */
  private static final int MOST_NAMED_BY_FIELD = 300;

  private final InfluxQlClient client;
  private final List<String> policies;

  LatestReader(InfluxQlClient client, List<String> policies) {
    this.client = client;
    this.policies = policies;
  }

  LatestAnswer read(Selection selection, List<Field> fields, int limit, Deadline deadline) {
    Found found = new Found(selection.measurement().tags());
    newest(selection, List.of(fields), List.of(""), found, deadline);
    for (int round = 0; round < ROUNDS && found.lacking(fields) >= FEW; round++) {
      Map<List<Field>, Set<List<String>>> groups = found.groups(fields, MOST_GROUPS);
      List<String> among =
          groups.values().stream().map(group -> found.among(group, MOST_NAMED_BY_GROUP)).toList();
      Set<List<String>> told =
          newest(selection, List.copyOf(groups.keySet()), among, found, deadline);
      groups.values().forEach(group -> found.settle(group, told));
    }
    List<Field> missing = found.missing(fields);
    if (!missing.isEmpty()) {
      each(selection, missing, found, deadline);
    }
    return found.answer(fields, limit);
  }

  /**
   * Reads the newest point that has any of the fields, with one statement per list of fields.
   *
   * @return the series that have such a point
   */
  private Set<List<String>> newest(
      Selection selection,
      List<List<Field>> fields,
      List<String> among,
      Found found,
      Deadline deadline) {
    List<InfluxQl> each = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      each.add(InfluxQlBuilder.newest(selection, fields.get(i), among.get(i), policies));
    }
    // The filters, and so the parameters, are the same in all statements.
    InfluxQl all =
        new InfluxQl(
            each.stream().map(InfluxQl::text).collect(Collectors.joining("; ")),
            each.get(0).parameters(),
            List.of());
    Set<List<String>> told = new HashSet<>();
    client.run(
        all,
        deadline,
        (head, row) -> {
          List<InfluxQl.Selected> columns = each.get(head.statement()).columns();
          List<String> key = found.key(head);
          told.add(key);
          for (int i = 0; i < columns.size(); i++) {
            InfluxQl.Selected column = columns.get(i);
            Field field = fields.get(head.statement()).get(column.column());
            found.add(key, field, row, row[i + 1], column.type());
          }
          return true;
        });
    return told;
  }

  private void each(Selection selection, List<Field> fields, Found found, Deadline deadline) {
    List<String> among =
        fields.stream()
            .map(field -> found.among(found.without(field), MOST_NAMED_BY_FIELD))
            .toList();
    InfluxQl each = InfluxQlBuilder.latest(selection, fields, among, policies);
    client.run(
        each,
        deadline,
        (head, row) -> {
          InfluxQl.Selected column = each.columns().get(head.statement());
          found.add(found.key(head), fields.get(column.column()), row, row[1], column.type());
          return true;
        });
  }

  /** The newest values found so far, by series and field. */
  private static final class Found {
    private final List<String> tags;
    private final Map<List<String>, Map<String, LatestSeries.Value>> series =
        new TreeMap<>(SameTime::compareKeys);

    /** Series that have no more values in the range than those found. */
    private final Set<List<String>> settled = new HashSet<>();

    Found(List<String> tags) {
      this.tags = tags;
    }

    List<String> key(AnswerReader.Head head) {
      return tags.stream().map(head::tag).toList();
    }

    void add(
        List<String> key,
        Field field,
        @Nullable Object[] row,
        @Nullable Object value,
        InfluxQl.Type type) {
      Object converted = Values.of(value, type, null);
      if (converted != null) {
        series
            .computeIfAbsent(key, any -> new LinkedHashMap<>())
            .merge(
                field.name(),
                new LatestSeries.Value(converted, Values.time(row)),
                (one, other) -> one.epochMicros() > other.epochMicros() ? one : other);
      }
    }

    /** Marks the series that were asked for all their missing fields and returned none. */
    void settle(Set<List<String>> asked, Set<List<String>> told) {
      asked.stream().filter(key -> !told.contains(key)).forEach(settled::add);
    }

    /**
     * Returns the fields still to be found: for each series those without a value. A series without
     * a newest point has none.
     */
    private Map<List<String>, List<Field>> open(List<Field> fields) {
      Map<List<String>, List<Field>> open = new LinkedHashMap<>();
      series.forEach(
          (key, values) -> {
            List<Field> lacks =
                fields.stream().filter(field -> !values.containsKey(field.name())).toList();
            if (!lacks.isEmpty() && !settled.contains(key)) {
              open.put(key, lacks);
            }
          });
      return open;
    }

    int lacking(List<Field> fields) {
      return open(fields).values().stream().mapToInt(List::size).sum();
    }

    /** Returns the series grouped by the fields that they lack; only the groups that lack most. */
    Map<List<Field>, Set<List<String>>> groups(List<Field> fields, int most) {
      Map<List<Field>, Set<List<String>>> all = new LinkedHashMap<>();
      open(fields)
          .forEach((key, lacks) -> all.computeIfAbsent(lacks, any -> new HashSet<>()).add(key));
      Map<List<Field>, Set<List<String>>> groups = new LinkedHashMap<>();
      all.entrySet().stream()
          .sorted(
              Comparator.comparingInt(group -> -group.getKey().size() * group.getValue().size()))
          .limit(most)
          .forEach(group -> groups.put(group.getKey(), group.getValue()));
      return groups;
    }

    /** Returns the fields for which some series may still have a value. */
    List<Field> missing(List<Field> fields) {
      Set<Field> missing = new HashSet<>();
      open(fields).values().forEach(missing::addAll);
      return fields.stream().filter(missing::contains).toList();
    }

    Set<List<String>> without(Field field) {
      return open(List.of(field)).keySet();
    }

    /**
     * Builds a condition that selects these series, and perhaps some more. The database needs time
     * for each series that a query covers, and mostly few series lack a field: without the
     * condition, 50 of 1,000 series took 8 s. The tags with the fewest values come first, because
     * each value takes time, too.
     *
     * @param mostNamed largest number of values of a tag
     */
    String among(Set<List<String>> wanted, int mostNamed) {
      List<Set<String>> values = new ArrayList<>();
      for (int i = 0; i < tags.size(); i++) {
        int place = i;
        values.add(
            wanted.stream()
                .map(key -> key.get(place))
                .collect(Collectors.toCollection(TreeSet::new)));
      }
      List<Integer> places =
          IntStream.range(0, tags.size())
              .boxed()
              .sorted(Comparator.comparingInt(place -> values.get(place).size()))
              .toList();
      Set<List<String>> left = new HashSet<>(series.keySet());
      StringBuilder text = new StringBuilder();
      for (int place : places) {
        Set<String> some = values.get(place);
        if (left.size() > wanted.size()
            && some.size() <= mostNamed
            && left.stream().anyMatch(key -> !some.contains(key.get(place)))) {
          String condition = InfluxQlBuilder.among(tags.get(place), some);
          if (!condition.isEmpty()) {
            text.append(condition);
            left.removeIf(key -> !some.contains(key.get(place)));
          }
        }
      }
      return text.toString();
    }

    /** Returns the answer, with the values in the order of the fields. */
    LatestAnswer answer(List<Field> fields, int limit) {
      List<LatestSeries> all = new ArrayList<>();
      series.forEach(
          (key, values) -> {
            Map<String, LatestSeries.Value> ordered = new LinkedHashMap<>();
            for (Field field : fields) {
              LatestSeries.Value value = values.get(field.name());
              if (value != null) {
                ordered.put(field.name(), value);
              }
            }
            all.add(new LatestSeries(Series.tags(tags, key), ordered));
          });
      boolean truncated = all.size() > limit;
      return new LatestAnswer(truncated ? all.subList(0, limit) : all, truncated);
    }
  }
}
