package com.voltageems.hissrv.query.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.store.window.FixedWindows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A few series of one value a second, and random requests of them with limits that cut, each
 * compared with plain Java. The same text of a statement comes again and again with other ranges,
 * as it does with real clients.
 */
final class RandomReads {
  private static final int CHANNELS = 4;
  private static final int SECONDS = 6000;

  private final String measurement;
  private final long start;

  RandomReads(String measurement, long start) {
    this.measurement = measurement;
    this.start = start;
  }

  private record Row(String channel, long second, double value) {}

  /** What is to be written; some of it twice. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (Row row : rows(any -> true)) {
      lines.add(line(row, row.value()));
      if (row.second() % 100 == 7) {
        lines.add(line(row, row.value()));
      }
    }
    return lines;
  }

  private String line(Row row, double value) {
    return measurement
        + ",ch="
        + row.channel()
        + " v="
        + value
        + " "
        + (start + row.second() * 1000);
  }

  private static List<Row> rows(Predicate<Row> chosen) {
    List<Row> rows = new ArrayList<>();
    for (int second = 0; second < SECONDS; second++) {
      for (int channel = 0; channel < CHANNELS; channel++) {
        Row row = new Row("c" + channel, second, channel * 10_000 + second * 7919 % 6007);
        if (chosen.test(row)) {
          rows.add(row);
        }
      }
    }
    return rows;
  }

  /** One request of a random kind. */
  void check(Asked store, Random random) {
    Measurement found = store.measurement(measurement).orElseThrow();
    int from = random.nextInt(SECONDS);
    int to = from + 1 + random.nextInt(SECONDS - from);
    String channel = random.nextBoolean() ? "c" + random.nextInt(CHANNELS) : null;
    Selection selection =
        new Selection(
            found,
            channel == null ? List.of() : List.of(new TagFilter("ch", List.of(channel))),
            start + from * 1000L,
            start + to * 1000L);
    Predicate<Row> within =
        row ->
            row.second() >= from
                && row.second() < to
                && (channel == null || row.channel().equals(channel));
    int limit = 1 + random.nextInt(60);
    switch (random.nextInt(8)) {
      case 0 -> latest(store, selection, rows(within), 1 + random.nextInt(CHANNELS));
      case 1 -> discovery(store, selection, rows(within), 1 + random.nextInt(CHANNELS));
      case 2, 3, 4 -> windows(store, selection, rows(within), random, limit);
      default -> points(store, selection, rows(within), random.nextBoolean(), limit);
    }
  }

  private void points(
      Asked store, Selection selection, List<Row> rows, boolean newestFirst, int limit) {
    HistoryQuery query =
        HistoryQuery.points(selection, selection.measurement().fields(), newestFirst, limit);
    compare(store, query, rows.stream().map(row -> row).toList());
  }

  private void windows(Asked store, Selection selection, List<Row> rows, Random random, int limit) {
    List<Aggregation> functions =
        List.of(Aggregation.FIRST, Aggregation.LAST, Aggregation.MIN, Aggregation.MAX);
    Aggregation function = functions.get(random.nextInt(functions.size()));
    boolean joined = random.nextBoolean();
    int length = List.of(1, 10, 60).get(random.nextInt(3));
    HistoryQuery query =
        new HistoryQuery(
            selection,
            selection.measurement().fields().stream()
                .map(field -> new Column(field, joined ? Aggregation.MAX : function))
                .toList(),
            new FixedWindows(length * 1000L),
            joined ? List.of() : selection.measurement().tags(),
            random.nextBoolean(),
            limit);
    Map<List<Object>, List<Row>> windows = new LinkedHashMap<>();
    for (Row row : rows) {
      // T is a whole hour, so that windows of up to a minute begin at multiples of their length.
      long window = row.second() / length * length;
      windows
          .computeIfAbsent(List.of(joined ? "" : row.channel(), window), k -> new ArrayList<>())
          .add(row);
    }
    List<Row> expected = new ArrayList<>();
    windows.forEach(
        (key, inside) -> {
          Comparator<Row> byValue = Comparator.comparingDouble(Row::value);
          Row chosen =
              switch (joined ? Aggregation.MAX : function) {
                case FIRST -> inside.get(0);
                case LAST -> inside.get(inside.size() - 1);
                case MIN -> inside.stream().min(byValue).orElseThrow();
                default -> inside.stream().max(byValue).orElseThrow();
              };
          expected.add(new Row((String) key.get(0), (Long) key.get(1), chosen.value()));
        });
    compare(store, query, expected);
  }

  private void compare(Asked store, HistoryQuery query, List<Row> all) {
    Comparator<Row> byTime = Comparator.comparingLong(Row::second);
    List<Row> wanted =
        all.stream()
            .sorted((query.newestFirst() ? byTime.reversed() : byTime).thenComparing(Row::channel))
            .limit(query.limit())
            .toList();
    Map<Map<String, String>, List<Point>> expected = new LinkedHashMap<>();
    wanted.stream()
        .sorted(Comparator.comparing(Row::channel))
        .forEach(
            row ->
                expected
                    .computeIfAbsent(
                        row.channel().isEmpty() ? Map.of() : Map.of("ch", row.channel()),
                        k -> new ArrayList<>())
                    .add(point(row)));
    HistoryAnswer answer = store.query(query);
    assertThat(answer.series())
        .as(query.toString())
        .isEqualTo(
            expected.entrySet().stream()
                .map(entry -> new Series(entry.getKey(), entry.getValue()))
                .toList());
    assertThat(answer.truncated()).as(query.toString()).isEqualTo(all.size() > query.limit());
  }

  private Point point(Row row) {
    List<@Nullable Object> values = Arrays.asList((Object) row.value());
    return new Point((start + row.second() * 1000) * 1000, values);
  }

  private void latest(Asked store, Selection selection, List<Row> rows, int limit) {
    TreeMap<String, LatestSeries> expected = new TreeMap<>();
    for (Row row : rows) {
      expected.put(
          row.channel(),
          new LatestSeries(
              Map.of("ch", row.channel()),
              Map.of(
                  "v", new LatestSeries.Value(row.value(), (start + row.second() * 1000) * 1000))));
    }
    LatestAnswer answer = store.latest(selection, selection.measurement().fields(), limit);
    assertThat(answer.series())
        .as("latest of " + selection)
        .isEqualTo(expected.values().stream().limit(limit).toList());
    assertThat(answer.truncated()).isEqualTo(expected.size() > limit);
  }

  private void discovery(Asked store, Selection selection, List<Row> rows, int limit) {
    TreeSet<String> channels = new TreeSet<>();
    rows.forEach(row -> channels.add(row.channel()));
    assertThat(store.tagValues(selection, limit))
        .as("tags of " + selection)
        .isEqualTo(Map.of("ch", channels.stream().limit(limit).toList()));
    assertThat(store.fieldsWithValues(selection))
        .as("fields of " + selection)
        .isEqualTo(rows.isEmpty() ? List.of() : selection.measurement().fields());
  }

  /** So many requests one after another. */
  void checkMany(Asked store, long seed, int count) {
    Random random = new Random(seed);
    IntStream.range(0, count).forEach(i -> check(store, random));
  }
}
