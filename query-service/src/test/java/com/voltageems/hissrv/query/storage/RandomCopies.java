package com.voltageems.hissrv.query.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Ticker;
import com.voltageems.hissrv.query.config.QueryConfig.Limits;
import com.voltageems.hissrv.query.http.answer.AnswerCache;
import com.voltageems.hissrv.query.http.answer.Answerer;
import com.voltageems.hissrv.query.http.ask.Ask;
import com.voltageems.hissrv.query.http.ask.Keep;
import com.voltageems.hissrv.query.http.ask.Parameters;
import com.voltageems.hissrv.query.resolution.Resolutions;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Point;
import com.voltageems.hissrv.query.store.Series;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Random series with gaps, repeats, resets, whole numbers, texts, flags and fields whose type
 * changes, random questions over windows of them as they come over HTTP, and their answers by plain
 * Java, which knows nothing of copies and windows of ours.
 */
final class RandomCopies {
  private static final long HOUR = 3_600_000;
  private static final double DIGITS = 2e-11;

  /**
   * {@code w}: whole numbers at one time, others at another; {@code x}: texts and flags at one
   * time, numbers at another, where the database can have that.
   */
  private static final List<String> NUMBERS = List.of("1", "1_sum", "n", "c", "w", "x");

  private static final List<String> COUNTED = List.of("count", "first", "last");

  /**
   * What a database can have.
   *
   * @param wholeFirst whether whole numbers come before others in one field, not after them; null:
   *     the type of a field never changes
   * @param mixed whether texts can come before numbers in one field
   * @param flagsEverywhere whether a flag that was not written is false
   */
  record Kinds(@Nullable Boolean wholeFirst, boolean mixed, boolean flagsEverywhere) {}

  private static final Limits LIMITS =
      new Limits(Duration.ofSeconds(20), 4, 10_000, 100_000, 5_000_000, Duration.ofDays(800));
  private static final Set<String> KNOWN =
      Set.of(
          "measurement",
          "start",
          "end",
          "timezone",
          "limit",
          "fields",
          "field",
          "interval",
          "function",
          "functions",
          "group_by",
          "fill",
          "order");

  private final Random random;
  private final ZoneId siteZone;
  private final Kinds kinds;
  private final Map<Map<String, String>, Map<String, TreeMap<Long, Object>>> series =
      new LinkedHashMap<>();

  /** From where to where there are samples. */
  private final List<long[]> parts = new ArrayList<>();

  RandomCopies(long seed, ZoneId siteZone, Kinds kinds) {
    this.random = new Random(seed);
    this.siteZone = siteZone;
    this.kinds = kinds;
  }

  /** Lines of the part, in no order; some times are written twice, with other values. */
  List<String> lines(long start, long end) {
    parts.add(new long[] {start, end});
    List<String> lines = new ArrayList<>();
    List<Map<String, String>> all =
        List.of(
            Map.of("ch", "1", "type", "m"),
            Map.of("ch", "2"),
            Map.of("ch", "a b,c=d", "type", "m", "zone", "n\u00fc"),
            Map.of("type", "m"),
            Map.of("ch", "2", "zone", "s"));
    for (Map<String, String> tags : all) {
      long step =
          List.of(60_000L, 450_000L, 900_000L, 1_700_000L, 5_400_000L).get(random.nextInt(5));
      if (step < 450_000 && end - start > 4 * 24 * HOUR) {
        step = 600_000;
      }
      long jitter = random.nextBoolean() ? 1 : Math.max(1, step / 2);
      double level = random.nextInt(4) == 0 ? 1e6 : 100;
      double counter = random.nextInt(1000) / 8.0;
      for (long time = start; time < end; time += step) {
        if (random.nextInt(60) == 0) {
          time += (long) (random.nextDouble() * 9 * HOUR);
        }
        long at = time + random.nextLong(jitter);
        if (at >= end) {
          break;
        }
        counter = random.nextInt(40) == 0 ? random.nextInt(4) : counter + random.nextInt(9) / 8.0;
        for (int again = random.nextInt(12) == 0 ? 0 : 1; again < 2; again++) {
          Map<String, Object> values = new TreeMap<>();
          if (random.nextInt(6) > 0) {
            values.put("1", level + random.nextGaussian() * 50);
          }
          if (random.nextInt(6) > 0) {
            values.put("1_sum", random.nextInt(2000) / 10.0 - 100);
          }
          if (random.nextBoolean()) {
            values.put("n", whole());
          }
          if (tags.containsKey("zone")) {
            values.put("t", "w" + random.nextInt(5));
          }
          values.put("c", counter);
          if (kinds.flagsEverywhere() || random.nextInt(3) == 0) {
            values.put("f", random.nextBoolean());
          }
          changing(values);
          lines.add(line(tags, at, values));
        }
      }
    }
    return lines;
  }

  /** Fields whose type is another one in the first part than in those that follow. */
  private void changing(Map<String, Object> values) {
    boolean first = parts.size() == 1;
    long whole = (long) random.nextInt(500) - 100;
    if (random.nextInt(4) > 0) {
      boolean isWhole = Objects.equals(kinds.wholeFirst(), first);
      values.put("w", isWhole ? (Object) whole : (Object) (whole / 8.0));
    }
    if (random.nextInt(4) > 0) {
      boolean other = kinds.mixed() && first;
      values.put("x", other ? (Object) ("x" + whole) : (Object) (whole / 4.0));
    }
  }

  /** Samples that come later than the others. */
  List<String> late(long start, long end, int count) {
    List<Map<String, String>> all = new ArrayList<>(series.keySet());
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Map<String, String> tags = all.get(random.nextInt(all.size()));
      long at = start + random.nextLong(end - start);
      lines.add(
          line(
              tags,
              at,
              Map.of("1", random.nextGaussian() * 3000, "n", whole(), "f", random.nextBoolean())));
    }
    lines.add(
        line(
            Map.of("ch", "9", "type", "late"),
            start + random.nextLong(end - start),
            Map.of("1", 7.25, "f", true)));
    return lines;
  }

  private long whole() {
    return random.nextInt(5) == 0 ? random.nextLong() / 4 : (long) random.nextInt(2000) - 1000;
  }

  private String line(Map<String, String> tags, long time, Map<String, Object> values) {
    StringBuilder line = new StringBuilder("m");
    new TreeMap<>(tags)
        .forEach(
            (tag, value) ->
                line.append(',')
                    .append(tag)
                    .append('=')
                    .append(value.replaceAll("([ ,=])", "\\\\$1")));
    String glue = " ";
    for (Map.Entry<String, Object> value : new TreeMap<>(values).entrySet()) {
      Object one = value.getValue();
      line.append(glue)
          .append(value.getKey())
          .append('=')
          .append(
              one instanceof String ? "\"" + one + "\"" : one instanceof Long ? one + "i" : one);
      glue = ",";
      Map<String, TreeMap<Long, Object>> own =
          series.computeIfAbsent(Map.copyOf(tags), any -> new TreeMap<>());
      // Windows take the numbers of a field, and leave the rest out.
      if (!value.getKey().equals("x") || one instanceof Number) {
        own.computeIfAbsent(value.getKey(), any -> new TreeMap<>()).put(time, one);
      }
    }
    return line.append(' ').append(time).toString();
  }

  // ---- windows, by java.time ----

  private static LongUnaryOperator[] windows(String interval, ZoneId zone) {
    int count = Integer.parseInt(interval.replaceAll("[a-z]", ""));
    String unit = interval.replaceAll("[0-9]", "");
    if (unit.equals("m") || unit.equals("h")) {
      long length = count * (unit.equals("m") ? 60_000 : HOUR);
      return new LongUnaryOperator[] {
        time -> Math.floorDiv(time, length) * length,
        time -> Math.floorDiv(time, length) * length + length
      };
    }
    ChronoUnit chrono =
        switch (unit) {
          case "d" -> ChronoUnit.DAYS;
          case "w" -> ChronoUnit.WEEKS;
          default -> ChronoUnit.MONTHS;
        };
    LocalDate first = unit.equals("w") ? LocalDate.of(1969, 12, 29) : LocalDate.of(1970, 1, 1);
    LongUnaryOperator number =
        time -> {
          LocalDate date = Instant.ofEpochMilli(time).atZone(zone).toLocalDate();
          return Math.floorDiv(chrono.between(first, date), count);
        };
    LongUnaryOperator start =
        one -> first.plus(one * count, chrono).atStartOfDay(zone).toInstant().toEpochMilli();
    return new LongUnaryOperator[] {
      time -> start.applyAsLong(number.applyAsLong(time)),
      time -> start.applyAsLong(number.applyAsLong(time) + 1)
    };
  }

  // ---- questions ----

  private record Question(
      Map<String, List<String>> texts,
      boolean aggregate,
      List<String> fields,
      List<String> functions,
      @Nullable String interval,
      ZoneId zone,
      long start,
      long end,
      List<String> group,
      String fill,
      boolean newest,
      int limit) {}

  private <T> T one(List<T> some) {
    return some.get(random.nextInt(some.size()));
  }

  private Question question(List<String> tags) {
    Map<String, List<String>> texts = new TreeMap<>();
    texts.put("measurement", List.of("m"));
    boolean aggregate = random.nextInt(4) == 0;
    String interval =
        aggregate && random.nextBoolean()
            ? null
            : one(
                List.of(
                    "15m", "30m", "45m", "1h", "1h", "1h", "90m", "2h", "3h", "6h", "7h", "12h",
                    "24h", "1d", "1d", "1d", "2d", "3d", "1w", "1mo"));
    ZoneId zone = siteZone;
    if (random.nextBoolean()) {
      String text =
          one(
              List.of(
                  "Asia/Shanghai",
                  "+05:45",
                  "America/New_York",
                  "Australia/Lord_Howe",
                  "UTC",
                  "Europe/London",
                  "Europe/Paris"));
      zone = ZoneId.of(text);
      texts.put("timezone", List.of(text));
    }
    List<String> functions = new ArrayList<>();
    List<String> stores = List.of("mean", "sum", "count", "min", "max", "first", "last", "stddev");
    List<String> points = List.of("median", "p95", "p0", "increase", "rate", "integral");
    for (int i = aggregate ? 1 + random.nextInt(4) : 1; i > 0; i--) {
      String function = random.nextInt(5) == 0 ? one(points) : one(stores);
      if (!functions.contains(function)) {
        functions.add(function);
      }
    }
    texts.put(aggregate ? "functions" : "function", List.of(String.join(",", functions)));
    if (!aggregate && functions.get(0).equals("mean") && random.nextBoolean()) {
      texts.remove("function");
    }
    List<String> fields = new ArrayList<>();
    for (String field : NUMBERS) {
      if (random.nextBoolean()) {
        fields.add(field);
      }
    }
    if (fields.isEmpty()) {
      fields.add("1");
    }
    for (String field : List.of("t", "f")) {
      if (!aggregate && COUNTED.contains(functions.get(0)) && random.nextBoolean()) {
        fields.add(field);
      }
    }
    texts.put("fields", List.of(String.join(",", fields)));
    if (interval != null) {
      texts.put("interval", List.of(interval));
    }
    long[] range = range();
    texts.put("start", List.of(Long.toString(range[0])));
    texts.put("end", List.of(Long.toString(range[1])));
    List<String> group = tags;
    boolean single = functions.stream().anyMatch(List.of("increase", "rate", "integral")::contains);
    if (!single && random.nextInt(3) == 0) {
      group = tags.stream().filter(any -> random.nextInt(3) == 0).toList();
      texts.put("group_by", List.of(String.join(",", group)));
    }
    switch (random.nextInt(6)) {
      case 0 -> texts.put("ch", List.of("2", "a b,c=d"));
      case 1 -> texts.put("zone", List.of(""));
      case 2 -> texts.put("type", List.of("m", ""));
      case 3 -> texts.put("type", List.of("late"));
      default -> {
        // All of them.
      }
    }
    String fill = "none";
    if (interval != null && random.nextInt(3) == 0) {
      fill = one(List.of("null", "previous", "linear", "0", "-1.5"));
      if ((fields.contains("t") || fields.contains("f"))
          && !functions.get(0).equals("count")
          && fill.matches("[-0-9.]+")) {
        fill = "null";
      }
      texts.put("fill", List.of(fill));
    }
    boolean newest = !aggregate && random.nextInt(3) == 0;
    if (newest) {
      texts.put("order", List.of("desc"));
    }
    int limit = LIMITS.defaultRows();
    if (random.nextInt(4) == 0) {
      limit = 1 + random.nextInt(40);
      texts.put("limit", List.of(Integer.toString(limit)));
    }
    return new Question(
        texts, aggregate, fields, functions, interval, zone, range[0], range[1], group, fill,
        newest, limit);
  }

  private long[] range() {
    long[] first = one(parts);
    long[] last = one(parts);
    long a = first[0] + random.nextLong(first[1] - first[0]);
    long b = last[0] + random.nextLong(last[1] - last[0]);
    long grid = one(List.of(1L, 60_000L, HOUR, HOUR, 24 * HOUR));
    long start = Math.min(a, b) / grid * grid;
    return new long[] {start, Math.max(start + grid, Math.max(a, b) / grid * grid)};
  }

  // ---- the oracle ----

  /** A value, what it may differ by, or all of which it may be one. */
  private record Wanted(@Nullable Object value, double off, List<Object> any) {
    static final Wanted NONE = new Wanted(null, 0, List.of());

    boolean is(@Nullable Object got) {
      if (got == null || value == null) {
        return got == null && value == null;
      }
      if (!any.isEmpty()) {
        return any.stream().anyMatch(one -> same(one, got));
      }
      if (value instanceof Long whole && off == 0) {
        return got instanceof Number one
            && one.longValue() == whole
            && one.doubleValue() == (double) one.longValue();
      }
      if (value instanceof Number want && got instanceof Number have) {
        return Math.abs(want.doubleValue() - have.doubleValue()) <= off;
      }
      return value.equals(got);
    }
  }

  /** A whole number may be told as such or not, where its field has others, too. */
  private static boolean same(Object one, Object other) {
    return one.equals(other)
        || (one instanceof Number a
            && other instanceof Number b
            && !(a instanceof Long && b instanceof Long)
            && a.doubleValue() == b.doubleValue());
  }

  private static Wanted near(double value, double size) {
    return new Wanted(value, DIGITS * Math.max(Math.abs(value), size), List.of());
  }

  private record Key(Map<String, String> tags, long start) {}

  private record Sample(long time, Object value) {
    double number() {
      return ((Number) value).doubleValue();
    }
  }

  private boolean chosen(Map<String, String> tags, Question question) {
    for (String tag : List.of("ch", "type", "zone")) {
      List<String> values = question.texts().get(tag);
      if (values != null && !values.contains(tags.getOrDefault(tag, ""))) {
        return false;
      }
    }
    return true;
  }

  private Map<Key, Wanted[]> wanted(Question question) {
    LongUnaryOperator floor;
    LongUnaryOperator next;
    long start = question.start();
    long end = question.end();
    if (question.interval() == null) {
      long from = start;
      long to = end;
      floor = time -> from;
      next = time -> to;
    } else {
      LongUnaryOperator[] windows = windows(question.interval(), question.zone());
      floor = windows[0];
      next = windows[1];
      start = floor.applyAsLong(start);
      if (floor.applyAsLong(end) != end) {
        end = next.applyAsLong(end);
      }
    }
    int columns = question.fields().size() * question.functions().size();
    Map<Key, Wanted[]> rows = new HashMap<>();
    int column = 0;
    for (String field : question.fields()) {
      for (String function : question.functions()) {
        Map<Map<String, String>, TreeMap<Long, List<Object>>> groups = new LinkedHashMap<>();
        series.forEach(
            (tags, fields) -> {
              if (chosen(tags, question)) {
                Map<String, String> key = new TreeMap<>(tags);
                key.keySet().retainAll(question.group());
                fields
                    .getOrDefault(field, new TreeMap<>())
                    .forEach(
                        (time, value) ->
                            groups
                                .computeIfAbsent(key, any -> new TreeMap<>())
                                .computeIfAbsent(time, any -> new ArrayList<>())
                                .add(value));
              }
            });
        int at = column;
        long from = start;
        long to = end;
        groups.forEach(
            (key, samples) ->
                of(function, samples, floor, next, from, to)
                    .forEach(
                        (window, value) ->
                            rows.computeIfAbsent(new Key(key, window), any -> none(columns))[at] =
                                value));
        column++;
      }
    }
    return rows;
  }

  private static Wanted[] none(int columns) {
    Wanted[] none = new Wanted[columns];
    Arrays.fill(none, Wanted.NONE);
    return none;
  }

  private static Map<Long, Wanted> of(
      String function,
      NavigableMap<Long, List<Object>> samples,
      LongUnaryOperator floor,
      LongUnaryOperator next,
      long start,
      long end) {
    Map<Long, Wanted> values = new TreeMap<>();
    switch (function) {
      case "increase", "rate" -> {
        Map<Long, double[]> sums = new TreeMap<>();
        Sample last = null;
        for (var one : samples.subMap(start - HOUR, end).entrySet()) {
          Sample sample = new Sample(one.getKey(), one.getValue().get(0));
          if (last != null && sample.time() >= start) {
            double[] sum =
                sums.computeIfAbsent(floor.applyAsLong(sample.time()), any -> new double[3]);
            double rise =
                sample.number() >= last.number()
                    ? sample.number() - last.number()
                    : sample.number();
            sum[0] += rise;
            sum[1] += (sample.time() - last.time()) / 1000.0;
            sum[2] = Math.max(sum[2], Math.max(Math.abs(sample.number()), Math.abs(last.number())));
          }
          last = sample;
        }
        sums.forEach(
            (window, sum) ->
                values.put(
                    window,
                    function.equals("rate")
                        ? near(sum[0] / sum[1], sum[2] / sum[1])
                        : near(sum[0], sum[2])));
      }
      case "integral" -> {
        Map<Long, double[]> areas = new TreeMap<>();
        Sample last = null;
        for (var one : samples.subMap(start - HOUR, end + HOUR).entrySet()) {
          Sample sample = new Sample(one.getKey(), one.getValue().get(0));
          if (last != null && sample.time() - last.time() <= HOUR) {
            for (long from = Math.max(last.time(), start); from < Math.min(sample.time(), end); ) {
              long to = Math.min(sample.time(), Math.min(end, next.applyAsLong(from)));
              double length = sample.time() - last.time();
              double there =
                  last.number()
                      + (sample.number() - last.number()) * ((from - last.time()) / length);
              double then =
                  last.number() + (sample.number() - last.number()) * ((to - last.time()) / length);
              double[] area = areas.computeIfAbsent(floor.applyAsLong(from), any -> new double[2]);
              area[0] += (there + then) / 2 * ((to - from) / (double) HOUR);
              area[1] += Math.max(Math.abs(there), Math.abs(then)) * ((to - from) / (double) HOUR);
              from = to;
            }
          }
          last = sample;
        }
        areas.forEach((window, area) -> values.put(window, near(area[0], 10 * area[1])));
      }
      default -> {
        Map<Long, List<Sample>> windows = new TreeMap<>();
        samples
            .subMap(start, end)
            .forEach(
                (time, all) ->
                    all.forEach(
                        value ->
                            windows
                                .computeIfAbsent(floor.applyAsLong(time), any -> new ArrayList<>())
                                .add(new Sample(time, value))));
        windows.forEach(
            (window, all) -> {
              Wanted value = of(function, all);
              if (value.value() != null) {
                values.put(window, value);
              }
            });
      }
    }
    return values;
  }

  private static Wanted of(String function, List<Sample> all) {
    if (function.equals("count")) {
      return new Wanted((long) all.size(), 0, List.of());
    }
    if (function.equals("first") || function.equals("last")) {
      long time = all.get(function.equals("first") ? 0 : all.size() - 1).time();
      List<Object> any = all.stream().filter(one -> one.time() == time).map(Sample::value).toList();
      return new Wanted(any.get(0), 0, any);
    }
    if (function.equals("min") || function.equals("max")) {
      Comparator<Sample> order =
          (a, b) ->
              a.value() instanceof Long x && b.value() instanceof Long y
                  ? Long.compare(x, y)
                  : Double.compare(a.number(), b.number());
      Object value =
          (function.equals("min") ? all.stream().min(order) : all.stream().max(order))
              .orElseThrow()
              .value();
      return new Wanted(value, 0, List.of());
    }
    double[] numbers = all.stream().mapToDouble(Sample::number).sorted().toArray();
    double size = Arrays.stream(numbers).map(Math::abs).sum();
    BigDecimal exact =
        Arrays.stream(numbers).mapToObj(BigDecimal::new).reduce(BigDecimal.ZERO, BigDecimal::add);
    double sum = exact.doubleValue();
    return switch (function) {
      case "sum" -> near(sum, size);
      case "mean" -> near(sum / numbers.length, size / numbers.length);
      case "stddev" -> deviation(numbers, sum / numbers.length, size / numbers.length);
      default -> percentile(function, numbers);
    };
  }

  private static Wanted deviation(double[] numbers, double mean, double size) {
    if (numbers.length < 2) {
      return Wanted.NONE;
    }
    double squares = Arrays.stream(numbers).map(one -> (one - mean) * (one - mean)).sum();
    double value = Math.sqrt(squares / (numbers.length - 1));
    return new Wanted(value, Math.max(1e-10 * value, 1e-7 * size), List.of());
  }

  private static Wanted percentile(String function, double[] sorted) {
    double part = function.equals("median") ? 0.5 : Integer.parseInt(function.substring(1)) / 100.0;
    double rank = part * (sorted.length - 1);
    int below = (int) Math.floor(rank);
    int above = Math.min(sorted.length - 1, below + 1);
    return near(
        sorted[below] * (1 - (rank - below)) + sorted[above] * (rank - below),
        Math.max(Math.abs(sorted[below]), Math.abs(sorted[above])));
  }

  private static void fill(Question question, Map<Key, Wanted[]> rows) {
    LongUnaryOperator[] windows =
        windows(Objects.requireNonNull(question.interval()), question.zone());
    List<Long> starts = new ArrayList<>();
    for (long at = windows[0].applyAsLong(question.start());
        at < question.end();
        at = windows[1].applyAsLong(at)) {
      starts.add(at);
    }
    int columns = question.fields().size() * question.functions().size();
    Set<Map<String, String>> keys = new HashSet<>();
    rows.keySet().forEach(key -> keys.add(key.tags()));
    for (Map<String, String> tags : keys) {
      Wanted[][] all = new Wanted[starts.size()][];
      for (int i = 0; i < all.length; i++) {
        all[i] = rows.computeIfAbsent(new Key(tags, starts.get(i)), any -> none(columns));
      }
      for (int column = 0; column < columns; column++) {
        int before = -1;
        for (int i = 0; i < all.length; i++) {
          Wanted here = all[i][column];
          boolean has = here.value() != null;
          switch (question.fill()) {
            case "null" -> {
              // The row is enough.
            }
            case "previous" -> {
              if (!has && i > 0) {
                all[i][column] = all[i - 1][column];
              }
            }
            case "linear" -> {
              if (before >= 0
                  && here.value() instanceof Number b
                  && all[before][column].value() instanceof Number c) {
                Wanted there = all[before][column];
                double a = c.doubleValue();
                for (int j = before + 1; j < i; j++) {
                  double part =
                      (double) (starts.get(j) - starts.get(before))
                          / (starts.get(i) - starts.get(before));
                  double value = a + (b.doubleValue() - a) * part;
                  double off =
                      Math.max(there.off(), here.off())
                          + DIGITS * Math.max(Math.abs(a), Math.abs(b.doubleValue()));
                  // Which of two equal times was chosen is not said.
                  boolean open = there.any().size() > 1 || here.any().size() > 1;
                  all[j][column] =
                      new Wanted(value, open ? Double.POSITIVE_INFINITY : off, List.of());
                }
              }
              if (has && here.value() instanceof Number) {
                before = i;
              }
            }
            default -> {
              if (!has) {
                all[i][column] = new Wanted(Double.parseDouble(question.fill()), 0, List.of());
              }
            }
          }
        }
      }
    }
  }

  // ---- asking ----

  /**
   * Asks, each question of the copies, of them again through memory, and of the samples.
   *
   * @param seen how often an answer had a part of which resolution
   */
  void check(
      HistoryStore samples,
      Resolutions resolutions,
      Measurement measurement,
      Instant now,
      int count,
      Map<String, Integer> seen) {
    AnswerCache cache =
        new AnswerCache(1_000_000, Duration.ofMinutes(5), now::toEpochMilli, Ticker.systemTicker());
    Answerer answerer = new Answerer(samples, resolutions, LIMITS.maxValues(), cache);
    for (int i = 0; i < count; i++) {
      Question question = question(measurement.tags());
      Parameters parameters = new Parameters(question.texts(), KNOWN, LIMITS, now, siteZone);
      Ask ask =
          question.aggregate() ? parameters.aggregate(measurement) : parameters.query(measurement);
      Map<Key, Wanted[]> wanted = wanted(question);
      for (int way = 0; way < 3; way++) {
        HistoryAnswer answer =
            answerer.answer(
                ask, way == 1 ? Keep.YES : Keep.NO, way == 2, Deadline.in(LIMITS.queryTimeout()));
        String as = "way " + way + " of " + question + " from " + answer.parts();
        if (way == 2) {
          assertThat(answer.parts()).as(as).isEmpty();
        }
        answer.parts().forEach(part -> seen.merge(part.resolution(), 1, Integer::sum));
        compare(question, wanted, answer, as);
      }
    }
  }

  private static void compare(
      Question question, Map<Key, Wanted[]> rows, HistoryAnswer answer, String as) {
    boolean cut = rows.size() > question.limit();
    assertThat(answer.truncated()).as(as).isEqualTo(cut);
    if (cut && !question.fill().equals("none")) {
      return;
    }
    Map<Key, Wanted[]> wanted = new HashMap<>();
    rows.forEach((key, values) -> wanted.put(key, values.clone()));
    if (!question.fill().equals("none")) {
      fill(question, wanted);
    }
    Map<Key, List<@Nullable Object>> got = new HashMap<>();
    for (Series one : answer.series()) {
      long last = question.newest() ? Long.MAX_VALUE : Long.MIN_VALUE;
      for (Point point : one.points()) {
        long time = point.epochMicros();
        assertThat(question.newest() ? time < last : time > last).as("order in " + as).isTrue();
        last = time;
        assertThat(time % 1000).isZero();
        got.put(new Key(one.tags(), time / 1000), point.values());
      }
    }
    assertThat(got).as(as).hasSize(cut ? question.limit() : wanted.size());
    got.forEach(
        (key, values) -> {
          Wanted[] want = wanted.getOrDefault(key, none(0));
          assertThat(want).as(key + " " + values + " is not wanted: " + as).hasSize(values.size());
          for (int i = 0; i < want.length; i++) {
            assertThat(want[i].is(values.get(i)))
                .as(
                    key
                        + " column "
                        + i
                        + " is "
                        + values.get(i)
                        + ", wanted "
                        + want[i]
                        + ": "
                        + as)
                .isTrue();
          }
        });
    if (cut) {
      TreeSet<Long> there = new TreeSet<>();
      got.keySet().forEach(key -> there.add(key.start()));
      for (Key key : wanted.keySet()) {
        if (!got.containsKey(key)) {
          assertThat(question.newest() ? key.start() <= there.first() : key.start() >= there.last())
              .as(key + " is left out: " + as)
              .isTrue();
        }
      }
    }
  }
}
