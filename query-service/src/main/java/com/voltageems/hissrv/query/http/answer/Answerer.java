package com.voltageems.hissrv.query.http.answer;

import com.voltageems.hissrv.query.function.PointFunction;
import com.voltageems.hissrv.query.function.PointScan;
import com.voltageems.hissrv.query.http.ask.Ask;
import com.voltageems.hissrv.query.http.ask.BadRequestException;
import com.voltageems.hissrv.query.http.ask.Fill;
import com.voltageems.hissrv.query.http.ask.Fn;
import com.voltageems.hissrv.query.http.ask.Keep;
import com.voltageems.hissrv.query.resolution.Resolutions;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.Point;
import com.voltageems.hissrv.query.store.SameTime;
import com.voltageems.hissrv.query.store.Series;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.window.Windows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Answers queries: the database computes what it can, the rest is computed here from the points,
 * and both results are joined window by window.
 */
public final class Answerer {
  /** How many rows of a series are added before the next look at the heap. */
  private static final int ROWS_BETWEEN = 64;

  private final HistoryStore store;
  private final Resolutions resolutions;
  private final int maxValues;
  private final AnswerCache cache;

  /**
   * @param resolutions answers the part that the database computes
   */
  public Answerer(HistoryStore store, Resolutions resolutions, int maxValues, AnswerCache cache) {
    this.store = store;
    this.resolutions = resolutions;
    this.maxValues = maxValues;
    this.cache = cache;
  }

  /**
   * Returns the answer, from memory if it is there and may be used.
   *
   * @param wish whether the answer may come from memory, and is to be kept there
   * @param raw whether only the samples may be used
   */
  public HistoryAnswer answer(Ask ask, Keep wish, boolean raw, Deadline deadline) {
    // Queries for points end at the present moment, so the same query hardly comes again.
    HistoryAnswer answer =
        wish == Keep.NO || raw || ask.windows() == null
            ? made(ask, raw, deadline)
            : cache.get(ask, wish, deadline, part -> made(part, false, deadline));
    return told(ask, answer);
  }

  /** Returns the facts that accompany an answer of points, without its rows. */
  public HistoryAnswer told(Ask ask) {
    return told(ask, new HistoryAnswer(List.of(), false));
  }

  private HistoryAnswer told(Ask ask, HistoryAnswer answer) {
    HistoryAnswer told = resolutions.told(answer, ask.selection());
    List<Field> fields = ask.outputs().stream().map(Ask.Output::field).toList();
    return told.kept(resolutions.kept(ask.selection(), fields, told));
  }

  private HistoryAnswer made(Ask ask, boolean raw, Deadline deadline) {
    Windows windows = ask.windows();
    HistoryAnswer answer =
        windows == null || ask.isStores()
            ? resolutions.query(store, ask.query(ask.limit()), raw, deadline)
            : joined(ask, windows, deadline);
    return windows == null || ask.fill().kind() == Fill.Kind.NONE
        ? answer
        : Filling.filled(ask, windows, answer, maxValues);
  }

  private HistoryAnswer joined(Ask ask, Windows windows, Deadline deadline) {
    int columns = ask.outputs().size();
    Map<List<String>, NavigableMap<Long, @Nullable Object[]>> rows =
        new TreeMap<>(SameTime::compareKeys);
    List<PointScan.Computed> computed = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    List<Integer> storePlaces = new ArrayList<>();
    for (int i = 0; i < columns; i++) {
      Ask.Output output = ask.outputs().get(i);
      Fn function = output.function();
      PointFunction byPoint = function == null ? null : function.byPoint();
      if (byPoint == null) {
        storePlaces.add(i);
      } else {
        computed.add(new PointScan.Computed(output.field(), byPoint));
        places.add(i);
      }
    }
    if (!storePlaces.isEmpty()) {
      store.scan(
          ask.query(Integer.MAX_VALUE - 1000),
          deadline,
          row -> {
            @Nullable Object[] values = row(rows, row.key(), row.epochMicros(), columns);
            for (int i = 0; i < storePlaces.size(); i++) {
              values[storePlaces.get(i)] = row.value(i);
            }
            return true;
          });
    }
    PointScan scan =
        new PointScan(
            ask.selection(),
            windows,
            ask.groupBy(),
            computed,
            maxValues,
            (key, start, column, value) ->
                row(rows, key, start * 1000, columns)[places.get(column)] = value);
    try {
      scan.run(store, deadline);
    } catch (PointScan.TooManyException e) {
      throw new BadRequestException(
          "interval",
          "",
          "shorter windows or fewer fields for functions that sort (query.max.values is "
              + maxValues
              + ")");
    }
    return cut(ask, rows);
  }

  private static @Nullable Object[] row(
      Map<List<String>, NavigableMap<Long, @Nullable Object[]>> rows,
      List<String> key,
      long micros,
      int columns) {
    NavigableMap<Long, @Nullable Object[]> series =
        rows.computeIfAbsent(key, any -> new TreeMap<>());
    if (series.size() % ROWS_BETWEEN == ROWS_BETWEEN - 1) {
      StoreException.requireHeap();
    }
    return series.computeIfAbsent(micros, any -> new @Nullable Object[columns]);
  }

  /** Applies the limit to all series together: it cuts rows at the far end of the time order. */
  private static HistoryAnswer cut(
      Ask ask, Map<List<String>, NavigableMap<Long, @Nullable Object[]>> rows) {
    long count = rows.values().stream().mapToLong(Map::size).sum();
    boolean truncated = count > ask.limit();
    Comparator<Long> order =
        ask.newestFirst() ? Comparator.reverseOrder() : Comparator.naturalOrder();
    Map<Long, Integer> left = new TreeMap<>(order);
    rows.values()
        .forEach(series -> series.keySet().forEach(time -> left.merge(time, 1, Integer::sum)));
    TreeSet<Long> whole = new TreeSet<>(order);
    int room = ask.limit();
    Long last = null;
    for (Map.Entry<Long, Integer> time : left.entrySet()) {
      if (time.getValue() > room) {
        last = time.getKey();
        break;
      }
      room -= time.getValue();
      whole.add(time.getKey());
    }
    List<Series> series = new ArrayList<>();
    for (var one : rows.entrySet()) {
      List<Point> points = new ArrayList<>();
      for (var row :
          (ask.newestFirst() ? one.getValue().descendingMap() : one.getValue()).entrySet()) {
        boolean cutHere = row.getKey().equals(last) && room > 0;
        if (cutHere) {
          room--;
        }
        if (cutHere || whole.contains(row.getKey())) {
          points.add(new Point(row.getKey(), Arrays.asList(row.getValue())));
        }
      }
      if (!points.isEmpty()) {
        series.add(new Series(Series.tags(ask.groupBy(), one.getKey()), points));
      }
    }
    return new HistoryAnswer(series, truncated);
  }
}
