package com.voltageems.hissrv.query.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.voltageems.hissrv.query.function.PointFunctions;
import com.voltageems.hissrv.query.function.PointScan;
import com.voltageems.hissrv.query.store.window.CalendarWindows;
import com.voltageems.hissrv.query.store.window.Digits;
import com.voltageems.hissrv.query.store.window.FixedWindows;
import com.voltageems.hissrv.query.store.window.OneWindow;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every back end must answer, to the digit. A back end's test extends this, gives its store
 * and writes line protocol into its database.
 */
public abstract class HistoryStoreContract {
  /** A whole hour, so that windows are easy to count. */
  protected static final long T = 1_700_002_800_000L;

  private static final AtomicInteger COUNTER = new AtomicInteger();

  private String m = "";

  protected abstract HistoryStore store();

  /**
   * Writes lines (times in milliseconds) in one request and returns when they can be read.
   *
   * @param measurement the only one in the lines
   */
  protected abstract void write(String measurement, List<String> lines);

  /** Whether measurements may differ in case only. */
  protected boolean tellsCaseApart() {
    return true;
  }

  /** Whether it has a clock. */
  protected boolean tellsTime() {
    return true;
  }

  @BeforeEach
  void newMeasurement() {
    m = "m" + COUNTER.incrementAndGet();
  }

  private void write(String... lines) {
    write(m, Arrays.stream(lines).map(line -> m + line).toList());
  }

  private Measurement measurement() {
    return ask().measurement(m).orElseThrow();
  }

  private Selection from(long start, long end, TagFilter... filters) {
    return new Selection(measurement(), List.of(filters), start, end);
  }

  private Asked ask() {
    return new Asked(store());
  }

  private static HistoryQuery points(Selection selection, String... fields) {
    return points(selection, false, 10_000, fields);
  }

  private static HistoryQuery points(
      Selection selection, boolean newestFirst, int limit, String... fields) {
    return HistoryQuery.points(
        selection, fields(selection.measurement(), fields), newestFirst, limit);
  }

  private static HistoryQuery windows(
      Selection selection, long length, Aggregation aggregation, String... fields) {
    return HistoryQuery.windows(
        selection,
        fields(selection.measurement(), fields),
        new FixedWindows(length),
        aggregation,
        false,
        100_000);
  }

  private List<Column> columns(Aggregation function, String... fields) {
    return fields(measurement(), fields).stream().map(one -> new Column(one, function)).toList();
  }

  private static List<Field> fields(Measurement measurement, String... names) {
    return Arrays.stream(names).map(name -> measurement.field(name).orElseThrow()).toList();
  }

  private static Point point(long millis, @Nullable Object... values) {
    return new Point(millis * 1000, Arrays.asList(values));
  }

  @Test
  void time_isThatOfItsClock() {
    Instant before = Instant.now();

    Optional<Instant> told = store().time(Duration.ofMinutes(1));

    assertThat(told.isPresent()).isEqualTo(tellsTime());
    told.ifPresent(
        time -> assertThat(time).isBetween(before.minusSeconds(1), Instant.now().plusMillis(1)));
  }

  @Test
  void points_comeBackAsWritten() {
    write(
        ",ch=1,ty=m a=1.5,b=-2.25e-7 " + T,
        ",ch=2,ty=m a=0.1 " + T,
        ",ch=1,ty=m a=220.123456789012,b=1e15 " + (T + 1));

    HistoryAnswer answer = ask().query(points(from(T, T + 10), "a", "b"));

    assertThat(answer.truncated()).isFalse();
    assertThat(answer.series())
        .containsExactly(
            new Series(
                Map.of("ch", "1", "ty", "m"),
                List.of(point(T, 1.5, -2.25e-7), point(T + 1, 220.123456789012, 1e15))),
            new Series(Map.of("ch", "2", "ty", "m"), List.of(point(T, 0.1, null))));
  }

  /** A back end may read few rows in another way than many. */
  @Test
  void points_areBitForBitWhatWasWritten_fewOrMany() {
    Random random = new Random(7);
    List<String> lines = new ArrayList<>();
    List<Point> written = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      double number = Double.longBitsToDouble(random.nextLong());
      double any = Double.isFinite(number) ? number : random.nextGaussian();
      long whole = random.nextLong() >> random.nextInt(40);
      boolean flag = random.nextBoolean();
      String text = "x" + random.nextInt(1000);
      String shown = Double.toString(any).replace('E', 'e');
      lines.add(
          m
              + ",ch=1 d="
              + shown
              + ",w="
              + whole
              + "i,f="
              + flag
              + ",s=\""
              + text
              + "\" "
              + (T + i));
      written.add(point(T + i, any, whole, flag, text));
    }
    write(m, lines);
    for (int limit : List.of(500, 10_000)) {
      assertThat(ask().query(points(from(T, T + 300), false, limit, "d", "w", "f", "s")).series())
          .as("limit %d", limit)
          .containsExactly(new Series(Map.of("ch", "1"), written));
    }
  }

  @Test
  void measurement_describesTagsAndFields() {
    write(",zone=a,ch=1 v=1.0,state=\"on\" " + T);

    assertThat(measurement().tags()).containsExactly("ch", "zone");
    assertThat(measurement().fields())
        .containsExactlyInAnyOrder(
            new Field("v", Field.Kind.NUMBER), new Field("state", Field.Kind.TEXT));
    assertThat(ask().measurements()).contains(measurement());
    assertThat(ask().measurement(m + "x")).isEmpty();
    // Field case S3: to QuestDB both are one table, and a point of either can be read.
    assertThat(ask().measurement(m.toUpperCase(Locale.ROOT)))
        .isEqualTo(tellsCaseApart() ? Optional.empty() : Optional.of(measurement()));
    // Field case Q4.
    assertThat(ask().measurement("\0")).isEmpty();
    assertThat(ask().measurement(m + "\n\t\u007f")).isEmpty();
    assertThat(ask().measurement("x'; drop table \"" + m + "\"; --")).isEmpty();
  }

  @Test
  void samePointWrittenTwice_isOnePointWithTheLastValue() {
    write(",ch=1 a=1.0 " + T, ",ch=1 a=9.0 " + (T + 1));
    write(",ch=1 a=2.0 " + T);
    // A commit of an older time moves rows about; the order of writing must survive it.
    write(",ch=1 a=5.0 " + (T - 3_600_000));
    write(",ch=1 a=3.0 " + T);
    write(",ch=1 a=9.0 " + (T - 7_200_000), ",ch=1 a=4.0 " + (T + 1));

    assertThat(ask().query(points(from(T, T + 10), "a")).series())
        .containsExactly(new Series(Map.of("ch", "1"), List.of(point(T, 3.0), point(T + 1, 4.0))));
    assertThat(ask().query(windows(from(T, T + 10), 3_600_000, Aggregation.SUM, "a")).series())
        .containsExactly(new Series(Map.of("ch", "1"), List.of(point(T, 7.0))));
  }

  @Test
  void fieldsOfOnePointInSeveralWrites_areMerged() {
    write(",ch=1 a=1.0,b=2.0 " + T);
    write(",ch=1 b=3.0,c=4.0 " + T);
    write(",ch=1 a=7.0 " + (T - 1000), ",ch=1 s=\"late\" " + T);

    assertThat(ask().query(points(from(T, T + 1), "a", "b", "c", "s")).series())
        .containsExactly(new Series(Map.of("ch", "1"), List.of(point(T, 1.0, 3.0, 4.0, "late"))));
    assertThat(
            ask()
                .query(windows(from(T, T + 1), 1000, Aggregation.COUNT, "a", "b", "c", "s"))
                .series())
        .containsExactly(new Series(Map.of("ch", "1"), List.of(point(T, 1L, 1L, 1L, 1L))));
  }

  @Test
  void seriesWithoutATag_isASeriesOfItsOwn() {
    write(",ch=1,interval=1m a=1.0 " + T, ",ch=1 a=2.0 " + T, ",ch=2 a=3.0 " + T);

    assertThat(ask().query(points(from(T, T + 1), "a")).series())
        .extracting(Series::tags)
        .containsExactly(Map.of("ch", "1"), Map.of("ch", "1", "interval", "1m"), Map.of("ch", "2"));
    assertThat(
            ask()
                .query(points(from(T, T + 1, new TagFilter("interval", List.of(""))), "a"))
                .series())
        .extracting(Series::tags)
        .containsExactly(Map.of("ch", "1"), Map.of("ch", "2"));
    assertThat(
            ask()
                .query(points(from(T, T + 1, new TagFilter("interval", List.of("", "1m"))), "a"))
                .rows())
        .isEqualTo(3);
  }

  @Test
  void tagFilter_comparesExactly() {
    String odd = "it's \"odd\" % _ \u7535\u538b or 1=1 --";
    String escaped = odd.replace(" ", "\\ ").replace("=", "\\=");
    write(",ch=" + escaped + " a=1.0 " + T, ",ch=A a=2.0 " + T, ",ch=a a=3.0 " + T);

    assertThat(values(new TagFilter("ch", List.of(odd)))).containsExactly(1.0);
    assertThat(values(new TagFilter("ch", List.of("A")))).containsExactly(2.0);
    assertThat(values(new TagFilter("ch", List.of("a", "A")))).containsExactlyInAnyOrder(2.0, 3.0);
    assertThat(values(new TagFilter("ch", List.of("' OR '1'='1")))).isEmpty();
    assertThat(values(new TagFilter("ch", List.of("%")))).isEmpty();
    assertThat(values(new TagFilter("ch", List.of("\\")))).isEmpty();
    assertThat(values(new TagFilter("ch", List.of("A\0")))).isEmpty();
    assertThat(values(new TagFilter("ch", List.of("\0", "A")))).containsExactly(2.0);
  }

  private List<@Nullable Object> values(TagFilter filter) {
    List<@Nullable Object> values = new ArrayList<>();
    for (Series series : ask().query(points(from(T, T + 1, filter), "a")).series()) {
      series.points().forEach(point -> values.addAll(point.values()));
    }
    return values;
  }

  /** A tag of which one value is asked for is known; the others come with the rows. */
  @Test
  void tagFilter_ofOneValue_leavesTheOtherTagsOpen() {
    write(
        ",ch=1,ty=m a=1.0 " + T,
        ",ch=1,ty=s a=2.0 " + T,
        ",ch=1 a=3.0 " + T,
        ",ch=2,ty=m a=4.0 " + T,
        ",ty=m a=5.0 " + T);

    assertThat(ask().query(points(from(T, T + 1, new TagFilter("ch", List.of("1"))), "a")).series())
        .containsExactlyInAnyOrder(
            new Series(Map.of("ch", "1"), List.of(point(T, 3.0))),
            new Series(Map.of("ch", "1", "ty", "m"), List.of(point(T, 1.0))),
            new Series(Map.of("ch", "1", "ty", "s"), List.of(point(T, 2.0))));
    TagFilter none = new TagFilter("ch", List.of(""));
    TagFilter type = new TagFilter("ty", List.of("m"));
    assertThat(ask().query(points(from(T, T + 1, none, type), "a")).series())
        .containsExactly(new Series(Map.of("ty", "m"), List.of(point(T, 5.0))));
  }

  @Test
  void range_holdsItsStartAndNotItsEnd() {
    write(" a=1.0 " + (T - 1), " a=2.0 " + T, " a=3.0 " + (T + 9), " a=4.0 " + (T + 10));

    assertThat(ask().query(points(from(T, T + 10), "a")).series())
        .containsExactly(new Series(Map.of(), List.of(point(T, 2.0), point(T + 9, 3.0))));
  }

  /** Field case S17: ranges before and beyond all that a database can hold. */
  @Test
  void rangeFarOff_isEmpty() {
    write(",ch=1 a=1.0 " + T);
    long[][] ranges = {
      {-16_741_000_000_000L, -16_738_000_000_000L},
      {-62_167_219_200_000L, -62_100_000_000_000L},
      {253_370_764_800_000L, 253_402_300_799_000L},
    };
    for (long[] range : ranges) {
      Selection selection = from(range[0], range[1]);
      assertThat(ask().query(points(selection, "a")).series()).isEmpty();
      assertThat(ask().query(windows(selection, 3_600_000, Aggregation.MEAN, "a")).series())
          .isEmpty();
      // The first of these weeks begins in the year before 0.
      assertThat(ask().query(windows(selection, 604_800_000, Aggregation.MEAN, "a")).series())
          .isEmpty();
      assertThat(ask().latest(selection, fields(measurement(), "a"), 5).series()).isEmpty();
      assertThat(ask().fieldsWithValues(selection)).isEmpty();
      assertThat(ask().tagValues(selection, 5)).isEqualTo(Map.of("ch", List.of()));
    }
    assertThat(ask().query(points(from(-62_167_219_200_000L, 253_402_300_799_000L), "a")).rows())
        .isEqualTo(1);
  }

  /** Field case Q2: windows without a value do not count. */
  @Test
  void limit_countsWindowsThatHaveAValue() {
    write(
        IntStream.range(0, 12)
            .mapToObj(i -> ",ch=1 a=" + i + ".0 " + (T + i / 3 * 2000L + (i % 3) * 500L))
            .toArray(String[]::new));
    // Seconds 0, 2, 4, 6 have two points and seconds 1, 3, 5, 7 one.
    for (boolean newestFirst : List.of(false, true)) {
      for (int limit = 1; limit <= 4; limit++) {
        HistoryAnswer answer =
            ask()
                .query(
                    HistoryQuery.windows(
                        from(T, T + 10_000),
                        fields(measurement(), "a"),
                        new FixedWindows(1000),
                        Aggregation.STDDEV,
                        newestFirst,
                        limit));
        assertThat(answer.rows()).isEqualTo(limit);
        assertThat(answer.truncated()).isEqualTo(limit < 4);
        assertThat(answer.series().get(0).points().get(0).epochMicros())
            .isEqualTo((T + (newestFirst ? 6000 : 0)) * 1000);
      }
    }
  }

  /** Field case S15: whole numbers of 64 bits are exact; their sum does not wrap. */
  @Test
  void wholeNumbers_areExactAndTheirSumDoesNotWrap() {
    long large = 9_007_199_254_740_993L;
    write(
        ",ch=1 n=" + large + "i " + T,
        ",ch=1 n=" + Long.MAX_VALUE + "i " + (T + 1),
        ",ch=1 n=" + -Long.MAX_VALUE + "i " + (T + 2),
        ",ch=2 n=" + Long.MAX_VALUE + "i " + T,
        ",ch=2 n=" + Long.MAX_VALUE + "i " + (T + 1));

    assertThat(measurement().fields()).containsExactly(new Field("n", Field.Kind.INTEGER));
    assertThat(ask().query(points(from(T, T + 10), "n")).series().get(0).points())
        .containsExactly(
            point(T, large), point(T + 1, Long.MAX_VALUE), point(T + 2, -Long.MAX_VALUE));
    TagFilter first = new TagFilter("ch", List.of("1"));
    TagFilter second = new TagFilter("ch", List.of("2"));
    for (Aggregation aggregation : List.of(Aggregation.FIRST, Aggregation.MAX, Aggregation.MIN)) {
      assertThat(only(windows(from(T, T + 10, first), 1000, aggregation, "n")))
          .containsExactly(
              switch (aggregation) {
                case FIRST -> large;
                case MAX -> Long.MAX_VALUE;
                default -> -Long.MAX_VALUE;
              });
    }
    assertThat(only(windows(from(T, T + 10, second), 1000, Aggregation.SUM, "n")))
        .containsExactly(Digits.computed(2.0 * Long.MAX_VALUE));
    assertThat(only(windows(from(T, T + 10, second), 1000, Aggregation.MEAN, "n")))
        .containsExactly(Digits.computed(Long.MAX_VALUE));
    assertThat(
            ask()
                .latest(from(T, T + 1, first), fields(measurement(), "n"), 5)
                .series()
                .get(0)
                .fields())
        .isEqualTo(Map.of("n", new LatestSeries.Value(large, T * 1000)));
  }

  @Test
  void rowsWithoutAnyAskedField_areLeftOut() {
    write(",ch=1 a=1.0 " + T, ",ch=1 b=1.0 " + (T + 1), ",ch=2 b=1.0 " + T);

    assertThat(ask().query(points(from(T, T + 10), "a")).series())
        .containsExactly(new Series(Map.of("ch", "1"), List.of(point(T, 1.0))));
    for (Aggregation aggregation : Aggregation.values()) {
      HistoryAnswer answer = ask().query(windows(from(T, T + 10), 1, aggregation, "a"));
      assertThat(answer.rows())
          .as(aggregation.text())
          .isEqualTo(aggregation == Aggregation.STDDEV ? 0 : 1);
    }
  }

  @Test
  void limit_cutsAtTheFarEndAndSaysSo() {
    write(
        IntStream.range(0, 10)
            .mapToObj(i -> ",ch=1 a=" + i + ".0 " + (T + i))
            .toArray(String[]::new));

    HistoryAnswer oldest = ask().query(points(from(T, T + 10), false, 3, "a"));
    assertThat(oldest.truncated()).isTrue();
    assertThat(oldest.series().get(0).points())
        .containsExactly(point(T, 0.0), point(T + 1, 1.0), point(T + 2, 2.0));

    HistoryAnswer newest = ask().query(points(from(T, T + 10), true, 2, "a"));
    assertThat(newest.truncated()).isTrue();
    assertThat(newest.series().get(0).points())
        .containsExactly(point(T + 9, 9.0), point(T + 8, 8.0));

    assertThat(ask().query(points(from(T, T + 10), false, 10, "a")).truncated()).isFalse();
  }

  /** Field case Q1: rows from the middle of the range among those of its end. */
  @Test
  void limitedReads_repeatedWithOtherRanges_areTheRowsAskedFor() throws Exception {
    RandomReads reads = new RandomReads(m, T);
    write(m, reads.lines());

    reads.checkMany(ask(), 1, 300);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Void>> work = new ArrayList<>();
      for (int seed = 2; seed < 6; seed++) {
        long own = seed;
        work.add(
            () -> {
              reads.checkMany(ask(), own, 100);
              return null;
            });
      }
      for (Future<Void> done : threads.invokeAll(work)) {
        done.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void window_isAlignedToTheClockAndLabelledByItsStart() {
    write(
        " a=1.0 " + T,
        " a=2.0 " + (T + 299_999),
        " a=10.0 " + (T + 300_000),
        " a=20.0 " + (T + 900_000));

    assertThat(
            ask().query(windows(from(T, T + 1_200_000), 300_000, Aggregation.MEAN, "a")).series())
        .containsExactly(
            new Series(
                Map.of(),
                List.of(point(T, 1.5), point(T + 300_000, 10.0), point(T + 900_000, 20.0))));
    // Seven days do not fit the calendar: windows count from the epoch, which was a Thursday.
    long week = 604_800_000L;
    assertThat(ask().query(windows(from(T, T + 1_200_000), week, Aggregation.COUNT, "a")).series())
        .containsExactly(new Series(Map.of(), List.of(point(Math.floorDiv(T, week) * week, 4L))));
  }

  /** Field case S12: what is in which day, week, month or year, and how they are called. */
  @Test
  void calendarWindows_areThoseOfTheZone() {
    // A point an hour over two years with both changes of the clocks, and some of them twice.
    long from = Instant.parse("2023-12-30T00:00:00Z").toEpochMilli();
    int hours = 800 * 24;
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < hours; i++) {
      lines.add(m + ",ch=" + i % 2 + " v=" + i + ".5 " + (from + i * 3_600_000L));
      if (i % 50 == 0) {
        lines.add(lines.get(lines.size() - 1));
      }
    }
    write(m, lines);
    long to = from + hours * 3_600_000L;
    for (String zone : List.of("UTC", "Europe/Berlin", "Asia/Shanghai", "America/St_Johns")) {
      for (CalendarWindows.Unit unit : CalendarWindows.Unit.values()) {
        Windows windows = new CalendarWindows(unit, 1, ZoneId.of(zone));
        Map<Map<String, String>, TreeMap<Long, double[]>> expected = new HashMap<>();
        for (int i = 0; i < hours; i++) {
          double[] sums =
              expected
                  .computeIfAbsent(Map.of("ch", "" + i % 2), key -> new TreeMap<>())
                  .computeIfAbsent(
                      windows.floor(from + i * 3_600_000L), key -> new double[] {0, 0});
          sums[0]++;
          sums[1] += i + 0.5;
        }
        for (boolean newestFirst : List.of(false, true)) {
          HistoryQuery query =
              new HistoryQuery(
                  from(windows.floor(from), windows.ceil(to)),
                  List.of(
                      new Column(fields(measurement(), "v").get(0), Aggregation.COUNT),
                      new Column(fields(measurement(), "v").get(0), Aggregation.SUM)),
                  windows,
                  List.of("ch"),
                  newestFirst,
                  100_000);
          List<Series> series = ask().query(query).series();
          assertThat(series).hasSize(2);
          for (Series one : series) {
            List<Point> points = new ArrayList<>();
            expected
                .getOrDefault(one.tags(), new TreeMap<>())
                .forEach((start, sums) -> points.add(point(start, (long) sums[0], sums[1])));
            if (newestFirst) {
              Collections.reverse(points);
            }
            assertThat(one.points()).as("%s in %s", unit, zone).isEqualTo(points);
          }
        }
      }
    }
  }

  @Test
  void severalFunctions_areAnsweredAtOnce() {
    write(
        ",ch=1 a=1.0,s=\"x\" " + T,
        ",ch=1 a=4.0,b=8.0 " + (T + 1),
        ",ch=1 a=2.5,s=\"y\" " + (T + 2),
        ",ch=1 b=7.0 " + (T + 1000));
    List<Column> columns = new ArrayList<>();
    columns.add(new Column(fields(measurement(), "s").get(0), Aggregation.LAST));
    for (Aggregation function : Aggregation.values()) {
      columns.add(new Column(fields(measurement(), "a").get(0), function));
    }
    columns.add(new Column(fields(measurement(), "b").get(0), Aggregation.COUNT));

    HistoryQuery query =
        new HistoryQuery(
            from(T, T + 2000), columns, new FixedWindows(1000), List.of("ch"), false, 10);
    assertThat(ask().query(query).series())
        .containsExactly(
            new Series(
                Map.of("ch", "1"),
                List.of(
                    point(T, "y", 2.5, 1.0, 4.0, 7.5, 3L, 1.0, 2.5, 1.5, 1L),
                    point(T + 1000, null, null, null, null, null, null, null, null, null, 1L))));
  }

  /** What the service computes from the points, by definitions of its own. */
  @Test
  void functionsOfTheService_areTheSameOverEveryDatabase() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 3600; i++) {
      lines.add(
          m
              + ",ch="
              + i % 2
              + " v="
              + i * 7919 % 1009
              + ".5,n="
              + i % 1000
              + "i "
              + (T + i * 1000L));
    }
    lines.addAll(lines.subList(100, 200));
    write(m, lines);
    Selection selection = from(T, T + 3_600_000);
    List<PointScan.Computed> computed = new ArrayList<>();
    for (String name : List.of("median", "p95", "increase", "rate", "integral")) {
      computed.add(
          new PointScan.Computed(
              measurement().field(name.equals("increase") ? "n" : "v").orElseThrow(),
              PointFunctions.of(name).orElseThrow()));
    }
    Map<String, List<Double>> values = new TreeMap<>();
    new PointScan(
            selection,
            new FixedWindows(1_800_000),
            List.of("ch"),
            computed,
            100_000,
            (key, start, column, value) ->
                values
                    .computeIfAbsent(
                        key.get(0) + " " + (start - T) / 60_000, k -> new ArrayList<>())
                    .add(value))
        .run(store(), Deadline.in(Duration.ofMinutes(2)));

    assertThat(values).hasSize(4);
    assertThat(values.get("0 0"))
        .containsExactly(504.5, 958.6, 1796.0, 229.442157953, 252.455833333);
  }

  @Test
  void oneWindow_isTheWholeRange() {
    write(" a=1.0 " + (T - 1), " a=2.0 " + T, " a=4.0 " + (T + 7));
    long start = -T - 5;
    HistoryQuery query =
        HistoryQuery.windows(
            from(start, T + 7),
            fields(measurement(), "a"),
            new OneWindow(start, T + 7),
            Aggregation.SUM,
            false,
            10);

    assertThat(ask().query(query).series())
        .containsExactly(new Series(Map.of(), List.of(point(start, 3.0))));
  }

  /** The last digits of a sum depend on the order of adding; these are not shown. */
  @Test
  void computedValues_haveTwelveDigitsAndStoredOnesAll() {
    write(
        IntStream.range(0, 1000)
            .mapToObj(i -> ",ch=" + i % 7 + " a=0.1,b=220.1234567890123 " + (T + i))
            .toArray(String[]::new));
    double stored = 220.1234567890123;

    HistoryQuery sum =
        new HistoryQuery(
            from(T, T + 1000),
            columns(Aggregation.SUM, "a", "b"),
            new FixedWindows(1000),
            List.of(),
            false,
            10);
    assertThat(only(sum)).containsExactly(100.0, 220123.456789);
    HistoryQuery mean =
        new HistoryQuery(
            from(T, T + 1000),
            columns(Aggregation.MEAN, "a", "b"),
            new FixedWindows(1000),
            List.of(),
            false,
            10);
    assertThat(only(mean)).containsExactly(0.1, 220.123456789);
    for (Aggregation function :
        List.of(Aggregation.MIN, Aggregation.MAX, Aggregation.FIRST, Aggregation.LAST)) {
      HistoryQuery query =
          new HistoryQuery(
              from(T, T + 1000),
              columns(function, "b"),
              new FixedWindows(1000),
              List.of(),
              false,
              10);
      assertThat(only(query)).containsExactly(stored);
    }
  }

  /** Many series have a point at the same moment, and the limit cuts among them. */
  @Test
  void limit_cutsAmongPointsOfOneTimeByTheirTags() {
    int seconds = 14; // As many rows as a database may not be told the limit of.
    List<String> lines = new ArrayList<>();
    for (int second = 0; second < seconds; second++) {
      for (int channel = 0; channel < 400; channel++) {
        lines.add(m + ",ch=" + (1000 + channel) + " a=" + second + ".0 " + (T + second * 1000L));
      }
    }
    Collections.shuffle(lines, new Random(1));
    write(m, lines);
    for (boolean newestFirst : List.of(false, true)) {
      for (int limit : List.of(1, 399, 400, 401, 410, 800, 4999, 5000, 5001, 5599, 5600)) {
        HistoryAnswer answer = ask().query(points(from(T, T + 20_000), newestFirst, limit, "a"));
        assertThat(answer.rows()).isEqualTo(limit);
        assertThat(answer.truncated()).isEqualTo(limit < 5600);
        assertThat(answer.series().get(0).tags()).isEqualTo(Map.of("ch", "1000"));
        int last = (limit - 1) / 400;
        long lastTime = T + (newestFirst ? seconds - 1 - last : last) * 1000L;
        int cut = (limit - 1) % 400;
        assertThat(answer.series().get(cut).points())
            .last()
            .isEqualTo(point(lastTime, (lastTime - T) / 1000.0));
        if (cut < 399 && answer.series().size() > cut + 1) {
          assertThat(answer.series().get(cut + 1).points())
              .noneMatch(point -> point.epochMicros() == lastTime * 1000);
        }
      }
    }
  }

  @Test
  void scan_endsWhenNoMoreIsWanted() {
    write(
        IntStream.range(0, 20_000)
            .mapToObj(i -> ",ch=1 a=" + i + ".0 " + (T + i))
            .toArray(String[]::new));
    List<Double> seen = new ArrayList<>();
    boolean truncated =
        store()
            .scan(
                points(from(T, T + 100_000), false, 20_000, "a"),
                Deadline.in(Duration.ofMinutes(2)),
                row -> {
                  seen.add(row.number(0));
                  return seen.size() < 5;
                });

    assertThat(truncated).isFalse();
    assertThat(seen).containsExactly(0.0, 1.0, 2.0, 3.0, 4.0);
    assertThat(ask().query(points(from(T, T + 100_000), false, 20_000, "a")).rows())
        .isEqualTo(20_000);
  }

  @Test
  void series_areThoseWithAPoint() {
    write(",ch=1,ty=m a=1.0 " + T, ",ch=2 b=1.0 " + T, ",ch=2 a=2.0 " + (T + 5), " a=1.0 " + T);

    assertThat(ask().series(from(T, T + 10), 10))
        .containsExactly(Map.of(), Map.of("ch", "1", "ty", "m"), Map.of("ch", "2"));
    assertThat(ask().series(from(T + 1, T + 10), 10)).containsExactly(Map.of("ch", "2"));
    assertThat(ask().series(from(T + 6, T + 10), 10)).isEmpty();
    assertThat(ask().series(from(T, T + 10), 2)).hasSize(2);
  }

  @Test
  void window_joinsSeriesWhenAskedTo() {
    write(",ch=1,ty=m a=1.0 " + T, ",ch=1,ty=s a=3.0 " + T, ",ch=2,ty=m a=10.0 " + (T + 5));
    Selection selection = from(T, T + 1000);

    HistoryQuery byChannel =
        new HistoryQuery(
            selection,
            columns(Aggregation.MEAN, "a"),
            new FixedWindows(1000),
            List.of("ch"),
            false,
            100);
    assertThat(ask().query(byChannel).series())
        .containsExactly(
            new Series(Map.of("ch", "1"), List.of(point(T, 2.0))),
            new Series(Map.of("ch", "2"), List.of(point(T, 10.0))));
    HistoryQuery all =
        new HistoryQuery(
            selection,
            columns(Aggregation.COUNT, "a"),
            new FixedWindows(1000),
            List.of(),
            false,
            100);
    assertThat(ask().query(all).series())
        .containsExactly(new Series(Map.of(), List.of(point(T, 3L))));
  }

  @Test
  void text_canBeCountedAndTakenFirstAndLast() {
    write(" s=\"a\" " + T, " s=\"b\" " + (T + 1), " s=\"\u7535 \\\"q\\\"\" " + (T + 2));

    assertThat(only(windows(from(T, T + 10), 1000, Aggregation.FIRST, "s"))).containsExactly("a");
    assertThat(only(windows(from(T, T + 10), 1000, Aggregation.LAST, "s")))
        .containsExactly("\u7535 \"q\"");
    assertThat(only(windows(from(T, T + 10), 1000, Aggregation.COUNT, "s"))).containsExactly(3L);
  }

  private List<@Nullable Object> only(HistoryQuery query) {
    List<Series> series = ask().query(query).series();
    assertThat(series).hasSize(1);
    assertThat(series.get(0).points()).hasSize(1);
    return series.get(0).points().get(0).values();
  }

  /** Random points with repeats, gaps and late writes against plain Java over the same writes. */
  @Test
  void windows_agreeWithPlainJava() {
    long seed = 20_240_815;
    Random random = new Random(seed);
    Map<String, NavigableMap<Long, Double>> oracle = new HashMap<>();
    for (int batch = 0; batch < 8; batch++) {
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < 1500; i++) {
        String channel = "c" + random.nextInt(3);
        long time = T + random.nextInt(2400) * 250L;
        double value = Math.round(random.nextGaussian() * 1000) / 8.0;
        oracle.computeIfAbsent(channel, key -> new TreeMap<>()).put(time, value);
        lines.add(m + ",ch=" + channel + " v=" + value + ",n=1.0 " + time);
      }
      write(m, lines);
    }
    for (Aggregation aggregation : Aggregation.values()) {
      assertThat(agreeing(oracle, T, T + 600_000, aggregation, "seed " + seed)).isEqualTo(3);
    }
  }

  /** Windows of 15 s agree with plain Java; returns how many series there are. */
  private int agreeing(
      Map<String, NavigableMap<Long, Double>> oracle,
      long start,
      long end,
      Aggregation aggregation,
      String hint) {
    return agreeing(oracle, from(start, end), aggregation, hint);
  }

  private int agreeing(
      Map<String, NavigableMap<Long, Double>> oracle,
      Selection selection,
      Aggregation aggregation,
      String hint) {
    long length = 15_000;
    long start = selection.startMillis();
    long end = selection.endMillis();
    HistoryAnswer answer = ask().query(windows(selection, length, aggregation, "v"));
    for (Series series : answer.series()) {
      TreeMap<Long, List<Double>> expected = new TreeMap<>();
      oracle
          .getOrDefault(series.tags().getOrDefault("ch", ""), new TreeMap<>())
          .subMap(start, end)
          .forEach(
              (time, value) ->
                  expected
                      .computeIfAbsent(time / length * length, key -> new ArrayList<>())
                      .add(value));
      if (aggregation == Aggregation.STDDEV) {
        expected.values().removeIf(values -> values.size() < 2);
      }
      assertThat(series.points())
          .as("%s of %s, %s", aggregation, series.tags(), hint)
          .extracting(point -> point.epochMicros() / 1000)
          .containsExactlyElementsOf(expected.keySet());
      for (Point point : series.points()) {
        double value = ((Number) point.values().get(0)).doubleValue();
        double want =
            aggregate(aggregation, expected.getOrDefault(point.epochMicros() / 1000, List.of()));
        Assertions.assertThat(value)
            .as("%s of %s at %s, %s", aggregation, series.tags(), point, hint)
            .isCloseTo(want, within(aggregation.computes() ? Math.abs(1e-11 * want) : 0.0));
      }
    }
    return answer.series().size();
  }

  /**
   * Issue 14, item 9: windows over points that were written once are read without merging; a repeat
   * that comes later, in a range that was read so before, is one point all the same.
   */
  @Test
  void repeatsThatComeLater_areOnePoint() {
    Random random = new Random(9);
    long now = System.currentTimeMillis() / 15_000 * 15_000;
    for (long begin : List.of(T, now - 900_000)) {
      newMeasurement();
      Map<String, NavigableMap<Long, Double>> oracle = new HashMap<>();
      for (int round = 0; round < 6; round++) {
        List<String> lines = new ArrayList<>();
        // Once new ones, once some of them again, once late ones between them, and so on.
        long first = begin + round / 3 * 400_000L + (round % 3 == 2 ? 500 : 0);
        for (int i = 0; i < (round % 3 == 1 ? 7 : 400); i++) {
          String channel = "c" + i % 2;
          long time = first + (round % 3 == 1 ? random.nextInt(400) / 2 * 2 + i % 2 : i) * 1000L;
          double value = round * 1000 + i;
          oracle.computeIfAbsent(channel, key -> new TreeMap<>()).put(time, value);
          lines.add(m + ",ch=" + channel + " v=" + value + " " + time);
        }
        write(m, lines);
        for (long end : List.of(begin + 405_000, begin + 900_000, begin + 195_000)) {
          for (Aggregation aggregation : Aggregation.values()) {
            agreeing(oracle, begin, end, aggregation, "round " + round);
          }
        }
        agreeing(oracle, begin + 105_000, begin + 900_000, Aggregation.SUM, "round " + round);
      }
    }
  }

  /** One series of several, with repeats and without, asked in the same words for other ranges. */
  @Test
  void windowsOfOneSeries_repeatedWithOtherRanges_areThoseAskedFor() throws Exception {
    Random random = new Random(14);
    Map<String, NavigableMap<Long, Double>> oracle = new HashMap<>();
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 6000; i++) {
      String channel = "c" + i % 3;
      // The first one has no repeats, the second one some, the third one has few points.
      long second = i % 3 == 1 && i % 7 == 0 ? i / 6 : i % 3 == 2 ? i / 300 * 100 : i / 3;
      long time = T + second * 1000;
      oracle.computeIfAbsent(channel, key -> new TreeMap<>()).put(time, i + 0.5);
      lines.add(m + ",ch=" + channel + ",site=a v=" + i + ".5 " + time);
    }
    for (int from = 0; from < lines.size(); from += 1000) {
      write(m, lines.subList(from, from + 1000));
    }
    List<Aggregation> functions = List.of(Aggregation.values());
    List<Callable<Integer>> work = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      String channel = "c" + random.nextInt(3);
      long start = T + random.nextInt(3) * 15_000L;
      long end = start + (1 + random.nextInt(130)) * 15_000L;
      Aggregation function = functions.get(random.nextInt(functions.size()));
      Selection one = from(start, end, new TagFilter("ch", List.of(channel)));
      work.add(() -> agreeing(oracle, one, function, channel + " to " + end));
    }
    int series = 0;
    for (Callable<Integer> one : work.subList(0, 100)) {
      series += one.call();
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (Future<Integer> done : threads.invokeAll(work)) {
        series += done.get();
      }
      assertThat(series).isGreaterThan(300);
    } finally {
      threads.shutdownNow();
    }
  }

  private static double aggregate(Aggregation aggregation, List<Double> values) {
    var statistics = values.stream().mapToDouble(Double::doubleValue).summaryStatistics();
    return switch (aggregation) {
      case MEAN -> statistics.getAverage();
      case MIN -> statistics.getMin();
      case MAX -> statistics.getMax();
      case SUM -> statistics.getSum();
      case COUNT -> statistics.getCount();
      case FIRST -> values.get(0);
      case LAST -> values.get(values.size() - 1);
      case STDDEV -> {
        double squares = 0;
        for (double value : values) {
          squares += Math.pow(value - statistics.getAverage(), 2);
        }
        yield Math.sqrt(squares / (values.size() - 1));
      }
    };
  }

  @Test
  void latest_isTheLastValueOfEachFieldWithItsOwnTime() {
    write(",ch=1 a=1.0,b=5.0 " + T, ",ch=1 a=2.0 " + (T + 1000), ",ch=2 a=3.0,s=\"x\" " + T);
    write(",ch=1 a=2.5 " + (T + 1000), ",ch=1 a=0.5 " + (T - 1000));

    LatestAnswer answer =
        ask().latest(from(T - 5000, T + 5000), fields(measurement(), "a", "b", "s"), 10);

    assertThat(answer.truncated()).isFalse();
    assertThat(answer.series())
        .containsExactly(
            new LatestSeries(
                Map.of("ch", "1"),
                Map.of(
                    "a", new LatestSeries.Value(2.5, (T + 1000) * 1000),
                    "b", new LatestSeries.Value(5.0, T * 1000))),
            new LatestSeries(
                Map.of("ch", "2"),
                Map.of(
                    "a", new LatestSeries.Value(3.0, T * 1000),
                    "s", new LatestSeries.Value("x", T * 1000))));
    assertThat(ask().latest(from(T + 1, T + 5000), fields(measurement(), "b"), 10).series())
        .isEmpty();
    assertThat(ask().latest(from(T - 5000, T + 5000), fields(measurement(), "a"), 1).truncated())
        .isTrue();
  }

  /** Asked again and again, over ranges that move, with rows that come meanwhile, late ones too. */
  @Test
  void latest_isTrueAlsoWhenItIsAskedAgain() {
    long now = System.currentTimeMillis() / 1000 * 1000;
    for (long end : List.of(T + 3_600_000, now + 1000)) {
      newMeasurement();
      Map<String, NavigableMap<Long, double[]>> written = new TreeMap<>();
      for (int round = 0; round < 8; round++) {
        // New rows, late rows, rows again, rows of which each has one field only.
        long from = end - 3_600_000 + (round % 3 == 1 ? 0 : round * 400_000L);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
          String channel = "c" + i % 3;
          long time = from + i * 50_000L + (round % 4 == 3 ? 0 : round);
          boolean first = (i + round) % 2 == 0;
          double value = round * 10 + i;
          double[] row =
              written
                  .computeIfAbsent(channel, any -> new TreeMap<>())
                  .computeIfAbsent(time, any -> new double[] {Double.NaN, Double.NaN});
          row[first ? 0 : 1] = value;
          lines.add(m + ",ch=" + channel + " " + (first ? "a" : "b") + "=" + value + " " + time);
        }
        write(m, lines);
        if (measurement().fields().size() == 2) {
          for (long start : List.of(end - 3_600_000, end - 2_000_000, end - 600_000)) {
            assertThat(lasts(start, end)).as("round %s", round).isEqualTo(lasts(written, start));
          }
        }
      }
    }
  }

  private List<String> lasts(long start, long end) {
    List<String> found = new ArrayList<>();
    Selection selection = from(start, end);
    for (LatestSeries one : ask().latest(selection, fields(measurement(), "a", "b"), 10).series()) {
      one.fields()
          .forEach(
              (field, value) ->
                  found.add(
                      one.tags().get("ch")
                          + field
                          + value.value()
                          + "@"
                          + value.epochMicros() / 1000));
    }
    found.sort(Comparator.naturalOrder());
    return found;
  }

  private static List<String> lasts(Map<String, NavigableMap<Long, double[]>> written, long start) {
    List<String> wanted = new ArrayList<>();
    written.forEach(
        (channel, rows) -> {
          for (int field = 0; field < 2; field++) {
            for (Map.Entry<Long, double[]> row :
                rows.tailMap(start, true).descendingMap().entrySet()) {
              if (!Double.isNaN(row.getValue()[field])) {
                wanted.add(
                    channel + "ab".charAt(field) + row.getValue()[field] + "@" + row.getKey());
                break;
              }
            }
          }
        });
    return wanted;
  }

  /** Some have fields that others have never had, or not in their newest point. */
  @Test
  void latest_ofSeriesThatLackFields() {
    Map<String, Map<String, LatestSeries.Value>> wanted = new TreeMap<>();
    List<String> channels = new ArrayList<>(List.of("x y", "a/b", "1|2", "(.*)$", "\u00fc", "-"));
    for (int i = 0; i < 40; i++) {
      channels.add("c" + i);
    }
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < channels.size(); i++) {
      String series = ",ch=" + channels.get(i).replace(" ", "\\ ") + ",kind=k" + i % 2;
      Map<String, LatestSeries.Value> fields = new TreeMap<>();
      for (int j = 0; j < 4; j++) {
        String field = i % 5 == 0 ? "p" + j : "q" + j;
        long time = T + (i % 7 == 0 ? 0 : j * 1000);
        lines.add(series + " " + field + "=" + (i + j) + ".5 " + time);
        fields.put(field, new LatestSeries.Value(i + j + 0.5, time * 1000));
      }
      wanted.put(channels.get(i), fields);
    }
    write(lines.toArray(String[]::new));

    Map<String, Map<String, LatestSeries.Value>> found = new TreeMap<>();
    for (LatestSeries one : ask().latest(from(T, T + 9000), measurement().fields(), 100).series()) {
      found.put(String.valueOf(one.tags().get("ch")), new TreeMap<>(one.fields()));
    }
    assertThat(found).isEqualTo(wanted);
  }

  /** Types of devices with fields of their own, which come together, seldom, or one by one. */
  @Test
  void latest_ofManySeriesOfSeveralTypes() {
    Random random = new Random(18);
    List<String> lines = new ArrayList<>();
    Map<String, Map<String, LatestSeries.Value>> wanted = new TreeMap<>();
    for (int i = 0; i < 150; i++) {
      int type = i % 5 == 0 ? 5 + random.nextInt(60) : i % 3;
      String channel = (i % 50 == 0 ? "(.*)|" : "c") + i;
      String series = ",ch=" + channel + (i % 4 == 0 ? ",kind=k" + type : "");
      Map<String, LatestSeries.Value> fields = new TreeMap<>();
      for (int at = 0; at < 5; at++) {
        long time = T + at * 1000L;
        List<String> some = new ArrayList<>();
        for (int j = 0; j < 12; j++) {
          boolean comes =
              switch (type) {
                case 0 -> true;
                case 1 -> j / 3 == at;
                default -> random.nextInt(3) == 0;
              };
          if (comes) {
            String field = "f" + (type % 5 * 8 + j);
            some.add(field + "=" + (i * 100 + j) + "." + at);
            fields.put(
                field,
                new LatestSeries.Value(Double.parseDouble(i * 100 + j + "." + at), time * 1000));
          }
        }
        if (!some.isEmpty()) {
          lines.add(series + " " + String.join(",", some) + " " + time);
        }
      }
      wanted.put(channel, fields);
    }
    Collections.shuffle(lines, random);
    write(lines.toArray(String[]::new));

    Map<String, Map<String, LatestSeries.Value>> found = new TreeMap<>();
    for (LatestSeries one :
        ask().latest(from(T, T + 5000), measurement().fields(), 1000).series()) {
      found.put(String.valueOf(one.tags().get("ch")), new TreeMap<>(one.fields()));
    }
    assertThat(found).isEqualTo(wanted);
  }

  @Test
  void latest_ofAMeasurementWithoutTags() {
    write(" a=1.0 " + T, " a=2.0 " + (T + 1));

    assertThat(ask().latest(from(T, T + 10), fields(measurement(), "a"), 10).series())
        .containsExactly(
            new LatestSeries(Map.of(), Map.of("a", new LatestSeries.Value(2.0, (T + 1) * 1000))));
    assertThat(ask().latest(from(T + 5, T + 10), fields(measurement(), "a"), 10).series())
        .isEmpty();
  }

  @Test
  void discovery_followsTheSelection() {
    write(",ch=1,ty=m a=1.0 " + T, ",ch=2,ty=s b=1.0,s=\"x\" " + T, ",ch=3 a=1.0 " + (T + 1000));

    assertThat(ask().tagValues(from(T, T + 2000), 10))
        .isEqualTo(Map.of("ch", List.of("1", "2", "3"), "ty", List.of("", "m", "s")));
    TagFilter second = new TagFilter("ch", List.of("2"));
    assertThat(ask().tagValues(from(T, T + 2000, second), 10))
        .isEqualTo(Map.of("ch", List.of("2"), "ty", List.of("s")));
    assertThat(ask().tagValues(from(T, T + 10), 1).get("ch")).containsExactly("1");
    assertThat(ask().fieldsWithValues(from(T, T + 2000, second)))
        .extracting(Field::name)
        .containsExactlyInAnyOrder("b", "s");
    assertThat(ask().fieldsWithValues(from(T + 1, T + 2000)))
        .extracting(Field::name)
        .containsExactly("a");
  }

  @Test
  void names_mayBeWordsOfTheQueryLanguageAndOtherWriting() {
    for (String name : List.of("select", "1", "a_b", "time_s", "g0", "v0", "\u7535\u538b")) {
      String own = m + name;
      write(own, List.of(own + "," + name + "1=x " + name + "=1.0,t=2.0,ts=3.0,w=4.0 " + T));
      Measurement found = ask().measurement(own).orElseThrow();
      HistoryQuery query = points(new Selection(found, List.of(), T, T + 1), name, "t", "ts", "w");
      assertThat(ask().query(query).series())
          .as(name)
          .containsExactly(
              new Series(Map.of(name + "1", "x"), List.of(point(T, 1.0, 2.0, 3.0, 4.0))));
      assertThat(
              ask()
                  .query(
                      windows(
                          new Selection(
                              found, List.of(new TagFilter(name + "1", List.of("x"))), T, T + 1),
                          1000,
                          Aggregation.LAST,
                          name,
                          "t",
                          "ts",
                          "w"))
                  .series())
          .as(name)
          .containsExactly(
              new Series(Map.of(name + "1", "x"), List.of(point(T, 1.0, 2.0, 3.0, 4.0))));
    }
  }

  @Test
  void hundredsOfFields_areAnsweredAtOnce() {
    int count = 400;
    StringBuilder line = new StringBuilder(",ch=1 ");
    String[] names = new String[count];
    for (int i = 0; i < count; i++) {
      names[i] = "p" + i;
      line.append(i == 0 ? "" : ",").append(names[i]).append('=').append(i).append(".5");
    }
    write(line + " " + T, line.toString().replace(".5", ".25") + " " + T);

    List<@Nullable Object> values = only(points(from(T, T + 1), names));
    assertThat(values).hasSize(count);
    for (int i = 0; i < count; i++) {
      assertThat(values.get(i)).isEqualTo(i + 0.25);
    }
    assertThat(only(windows(from(T, T + 1), 1000, Aggregation.MAX, names))).isEqualTo(values);
    assertThat(
            ask().latest(from(T, T + 1), fields(measurement(), names), 5).series().get(0).fields())
        .hasSize(count);
    assertThat(ask().fieldsWithValues(from(T, T + 1)).stream().map(Field::name).toList())
        .containsExactlyInAnyOrder(names)
        .isSortedAccordingTo(
            Comparator.comparingInt(
                name -> measurement().fields().indexOf(new Field(name, Field.Kind.NUMBER))));
  }

  /** As a table of the page, or an /aggregate that names neither fields nor functions. */
  @Test
  void allFunctionsOfHundredsOfFields_areAnsweredAtOnce() {
    int count = 400;
    String[] names = IntStream.range(0, count).mapToObj(i -> "p" + i).toArray(String[]::new);
    for (int ch = 1; ch <= 2; ch++) {
      for (int second = 0; second < 2; second++) {
        StringBuilder line = new StringBuilder(",ch=" + ch + " ");
        for (int i = 0; i < count; i++) {
          // Each series has half of the fields only in its second window.
          if (second == 1 || i % 2 == ch % 2) {
            line.append(names[i]).append('=').append(i + ch * 1000 + second / 2.0).append(',');
          }
        }
        line.setLength(line.length() - 1);
        write(line + " " + (T + second * 1000L));
      }
    }
    List<Column> columns = new ArrayList<>();
    for (Aggregation function : Aggregation.values()) {
      columns.addAll(columns(function, names));
    }
    for (boolean newestFirst : new boolean[] {false, true}) {
      for (int limit : new int[] {3, 4}) {
        HistoryAnswer answer =
            ask()
                .query(
                    new HistoryQuery(
                        from(T, T + 2000),
                        columns,
                        new FixedWindows(1000),
                        List.of("ch"),
                        newestFirst,
                        limit));

        assertThat(answer.truncated()).isEqualTo(limit == 3);
        assertThat(answer.rows()).isEqualTo(limit);
        for (Series series : answer.series()) {
          int ch = Integer.parseInt(series.tags().getOrDefault("ch", ""));
          for (Point point : series.points()) {
            int second = (int) (point.epochMicros() / 1000 - T) / 1000;
            for (int i = 0; i < columns.size(); i++) {
              int field = i % count;
              double value = field + ch * 1000 + second / 2.0;
              @Nullable Object expected =
                  second == 0 && field % 2 != ch % 2
                      ? null
                      : columns.get(i).function() == Aggregation.COUNT
                          ? (Object) 1L
                          : columns.get(i).function() == Aggregation.STDDEV ? null : (Object) value;
              assertThat(point.values().get(i)).as("%s of %s", i, point).isEqualTo(expected);
            }
          }
        }
      }
    }
  }
}
