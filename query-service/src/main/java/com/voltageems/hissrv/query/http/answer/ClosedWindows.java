package com.voltageems.hissrv.query.http.answer;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import com.voltageems.hissrv.query.http.ask.Ask;
import com.voltageems.hissrv.query.http.ask.Fill;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Point;
import com.voltageems.hissrv.query.store.SameTime;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.Series;
import com.voltageems.hissrv.query.store.TagFilter;
import com.voltageems.hissrv.query.store.window.OneWindow;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Ended windows of earlier answers, kept under everything that was asked except the range. A range
 * that overlaps kept windows queries only the rest. So a chart that moves on with time queries its
 * last windows instead of a whole day. All windows of an entry are read again after the time for
 * which closed windows are kept, counted from the oldest of them; windows that differ then contain
 * late data, and are counted. Thread-safe.
 */
final class ClosedWindows {
  /** Entries are remembered for this many times the keeping time, to recognize late data. */
  private static final int MEMORY = 30;

  private final long keptNanos;
  private final Ticker ticker;
  private final Cache<Shape, Piece> pieces;
  private final LongAdder parts = new LongAdder();
  private final LongAdder late = new LongAdder();

  /** Everything that is asked, except the range. */
  private record Shape(
      Measurement measurement,
      List<TagFilter> filters,
      List<Ask.Output> outputs,
      Windows windows,
      List<String> groupBy) {}

  /** Whole windows from a start (inclusive) to an end (exclusive). */
  private record Piece(long startMillis, long endMillis, long readNanos, HistoryAnswer answer) {}

  /**
   * @param values limit for the values of all entries together; 0 keeps nothing
   * @param kept how long ended windows are kept
   */
  ClosedWindows(long values, Duration kept, Ticker ticker) {
    this.keptNanos = kept.toNanos();
    this.ticker = ticker;
    this.pieces =
        Caffeine.newBuilder()
            .maximumWeight(values)
            .weigher(
                (Shape shape, Piece piece) ->
                    16 + piece.answer().rows() * (1 + shape.outputs().size()))
            .expireAfterWrite(keptNanos * MEMORY, TimeUnit.NANOSECONDS)
            .executor(Runnable::run)
            .ticker(ticker)
            .build();
  }

  /** Returns how many answers were joined from kept windows and a query for the rest. */
  long parts() {
    return parts.sum();
  }

  /** Returns how many windows had changed although they had ended: late data. */
  long late() {
    return late.sum();
  }

  /**
   * Returns the answer, joined from kept windows and a query for the rest if possible.
   *
   * @param closedMillis windows that end by this time have ended for good
   * @param make queries the database
   */
  HistoryAnswer answer(Ask ask, long closedMillis, Function<Ask, HistoryAnswer> make) {
    Windows windows = ask.windows();
    if (windows == null || keptNanos == 0 || !isMadeOfWindows(ask, windows)) {
      return make.apply(ask);
    }
    Selection selection = ask.selection();
    Shape shape = shape(ask, windows);
    Piece known = pieces.getIfPresent(shape);
    boolean fresh = known != null && ticker.read() - known.readNanos() < keptNanos;
    if (known != null && fresh && isWorthIt(known, selection)) {
      HistoryAnswer joined = joined(ask, known, closedMillis, shape, make);
      if (joined != null) {
        return joined;
      }
    }
    HistoryAnswer whole = make.apply(ask);
    long end = closedEnd(windows, selection, closedMillis);
    if (!whole.truncated() && end > selection.startMillis()) {
      Piece piece =
          new Piece(
              selection.startMillis(),
              end,
              ticker.read(),
              cut(whole, selection.startMillis(), end));
      if (known != null && !fresh) {
        countLate(known, piece);
      }
      pieces.put(shape, piece);
    }
    return whole;
  }

  /**
   * Returns for how long an answer that was just given may be kept: no longer than its windows, if
   * any are kept.
   *
   * @param most for how long at most
   */
  Duration fresh(Ask ask, Duration most) {
    Windows windows = ask.windows();
    Piece known = windows == null ? null : pieces.getIfPresent(shape(ask, windows));
    if (known == null) {
      return most;
    }
    Duration left = Duration.ofNanos(keptNanos - (ticker.read() - known.readNanos()));
    // Windows whose time is over were not used.
    return left.isNegative() || left.isZero() || left.compareTo(most) > 0 ? most : left;
  }

  private static Shape shape(Ask ask, Windows windows) {
    Selection selection = ask.selection();
    return new Shape(
        selection.measurement(), selection.filters(), ask.outputs(), windows, ask.groupBy());
  }

  /** Returns whether each window can be computed independently of its neighbours. */
  private static boolean isMadeOfWindows(Ask ask, Windows windows) {
    return ask.isStores()
        && ask.fill().kind() == Fill.Kind.NONE
        && !ask.newestFirst()
        && !(windows instanceof OneWindow);
  }

  /**
   * Returns whether the kept windows cover at least half of the range. Otherwise one query for the
   * whole range is better than two for its parts.
   */
  private static boolean isWorthIt(Piece known, Selection asked) {
    long from = Math.max(known.startMillis(), asked.startMillis());
    long to = Math.min(known.endMillis(), asked.endMillis());
    return 2 * (to - from) >= asked.endMillis() - asked.startMillis();
  }

  private static long closedEnd(Windows windows, Selection selection, long closedMillis) {
    return closedMillis >= selection.endMillis()
        ? selection.endMillis()
        : windows.floor(Math.max(closedMillis, selection.startMillis()));
  }

  /** Joins kept windows with queries for the rest. Null if the limit would cut the answer. */
  private @Nullable HistoryAnswer joined(
      Ask ask, Piece known, long closedMillis, Shape shape, Function<Ask, HistoryAnswer> make) {
    Selection selection = ask.selection();
    List<Piece> all = new ArrayList<>();
    if (selection.startMillis() < known.startMillis()) {
      all.add(read(ask, selection.startMillis(), known.startMillis(), make));
    }
    long from = Math.max(selection.startMillis(), known.startMillis());
    long to = Math.min(selection.endMillis(), known.endMillis());
    all.add(new Piece(from, to, known.readNanos(), cut(known.answer(), from, to)));
    if (known.endMillis() < selection.endMillis()) {
      all.add(read(ask, known.endMillis(), selection.endMillis(), make));
    }
    if (all.stream().anyMatch(piece -> piece.answer().truncated())) {
      return null;
    }
    HistoryAnswer joined = one(ask.groupBy(), all);
    if (joined.rows() > ask.limit()) {
      return null;
    }
    parts.increment();
    long end = closedEnd(shape.windows(), selection, closedMillis);
    if (selection.startMillis() < known.startMillis() || end > known.endMillis()) {
      // Windows before this start are forgotten: charts move on and do not ask for them again.
      HistoryAnswer closed = cut(joined, selection.startMillis(), end);
      pieces.put(shape, new Piece(selection.startMillis(), end, known.readNanos(), closed));
    }
    return joined;
  }

  private Piece read(Ask ask, long startMillis, long endMillis, Function<Ask, HistoryAnswer> make) {
    Selection whole = ask.selection();
    Ask part =
        new Ask(
            whole.within(startMillis, endMillis),
            ask.outputs(),
            ask.windows(),
            ask.groupBy(),
            false,
            ask.limit(),
            ask.fill());
    return new Piece(startMillis, endMillis, ticker.read(), make.apply(part));
  }

  /** Returns the rows of a range, without the series that have no row in it. */
  private static HistoryAnswer cut(HistoryAnswer answer, long startMillis, long endMillis) {
    List<Series> series = new ArrayList<>();
    for (Series one : answer.series()) {
      List<Point> points =
          one.points().stream()
              .filter(point -> isWithin(point.epochMicros(), startMillis, endMillis))
              .toList();
      if (!points.isEmpty()) {
        series.add(new Series(one.tags(), points));
      }
    }
    List<HistoryAnswer.Part> resolutions = new ArrayList<>();
    for (HistoryAnswer.Part part : answer.parts()) {
      long start = Math.max(part.startMillis(), startMillis);
      long end = Math.min(part.endMillis(), endMillis);
      if (start < end) {
        resolutions.add(new HistoryAnswer.Part(part.resolution(), start, end));
      }
    }
    return new HistoryAnswer(series, false, resolutions, answer.expiredBefore());
  }

  private static boolean isWithin(long micros, long startMillis, long endMillis) {
    return micros >= startMillis * 1000 && micros < endMillis * 1000;
  }

  /** Joins answers that follow each other in time, with the series in the order of a store. */
  private static HistoryAnswer one(List<String> groupBy, List<Piece> pieces) {
    Map<List<String>, List<Point>> points = new TreeMap<>(SameTime::compareKeys);
    for (Piece piece : pieces) {
      for (Series series : piece.answer().series()) {
        List<String> key =
            groupBy.stream().map(tag -> series.tags().getOrDefault(tag, "")).toList();
        points.computeIfAbsent(key, any -> new ArrayList<>()).addAll(series.points());
      }
    }
    List<Series> all = new ArrayList<>();
    points.forEach((key, rows) -> all.add(new Series(Series.tags(groupBy, key), rows)));
    return new HistoryAnswer(all, false, resolutions(pieces), null);
  }

  /**
   * Returns which resolution each part of the range comes from; empty if everything comes from the
   * samples.
   */
  private static List<HistoryAnswer.Part> resolutions(List<Piece> pieces) {
    List<HistoryAnswer.Part> all = new ArrayList<>();
    if (pieces.stream().allMatch(piece -> piece.answer().parts().isEmpty())) {
      return all;
    }
    for (Piece piece : pieces) {
      List<HistoryAnswer.Part> own =
          piece.answer().parts().isEmpty()
              ? List.of(
                  new HistoryAnswer.Part(
                      HistoryAnswer.Part.RAW, piece.startMillis(), piece.endMillis()))
              : piece.answer().parts();
      for (HistoryAnswer.Part part : own) {
        HistoryAnswer.Part last = all.isEmpty() ? null : all.get(all.size() - 1);
        if (last != null && last.resolution().equals(part.resolution())) {
          all.set(
              all.size() - 1,
              new HistoryAnswer.Part(last.resolution(), last.startMillis(), part.endMillis()));
        } else {
          all.add(part);
        }
      }
    }
    return all;
  }

  private void countLate(Piece before, Piece now) {
    long start = Math.max(before.startMillis(), now.startMillis());
    long end = Math.min(before.endMillis(), now.endMillis());
    Map<Map<String, String>, Map<Long, Point>> seen = byTime(before, start, end);
    Map<Map<String, String>, Map<Long, Point>> found = byTime(now, start, end);
    long different = 0;
    for (Map.Entry<Map<String, String>, Map<Long, Point>> series : found.entrySet()) {
      Map<Long, Point> old = seen.getOrDefault(series.getKey(), Collections.emptyMap());
      for (Point point : series.getValue().values()) {
        if (!Objects.equals(old.get(point.epochMicros()), point)) {
          different++;
        }
      }
    }
    late.add(different);
  }

  private static Map<Map<String, String>, Map<Long, Point>> byTime(
      Piece piece, long startMillis, long endMillis) {
    Map<Map<String, String>, Map<Long, Point>> all = new LinkedHashMap<>();
    for (Series series : cut(piece.answer(), startMillis, endMillis).series()) {
      Map<Long, Point> points = new LinkedHashMap<>();
      series.points().forEach(point -> points.put(point.epochMicros(), point));
      all.put(series.tags(), points);
    }
    return all;
  }
}
