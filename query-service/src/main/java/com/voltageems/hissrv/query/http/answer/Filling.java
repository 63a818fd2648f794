package com.voltageems.hissrv.query.http.answer;

import com.voltageems.hissrv.query.http.ask.Ask;
import com.voltageems.hissrv.query.http.ask.BadRequestException;
import com.voltageems.hissrv.query.http.ask.Fill;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.Point;
import com.voltageems.hissrv.query.store.Series;
import com.voltageems.hissrv.query.store.window.Digits;
import com.voltageems.hissrv.query.store.window.Run;
import com.voltageems.hissrv.query.store.window.Windows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Fills windows that have no value, in the way that the client asks for. Pure. */
final class Filling {
  private static final String TEXT = "fill";

  private Filling() {}

  /**
   * Adds every window of the range to every series; in a cut answer only the windows that it
   * reaches.
   */
  static HistoryAnswer filled(Ask ask, Windows windows, HistoryAnswer answer, int maxValues) {
    Long cut = answer.truncated() ? farEnd(ask, answer) : null;
    List<Long> starts = starts(ask, windows, cut);
    long values = (long) starts.size() * answer.series().size() * ask.outputs().size();
    if (values > maxValues) {
      throw new BadRequestException(
          TEXT, "", "longer windows or fewer series: these are " + values + " values");
    }
    List<Series> series = new ArrayList<>();
    for (Series one : answer.series()) {
      series.add(new Series(one.tags(), filled(ask, starts, cut, one)));
    }
    return answer.with(series);
  }

  /**
   * Returns the time of the last row, where the limit may have cut off rows of other series; null
   * if there are no rows.
   */
  private static @Nullable Long farEnd(Ask ask, HistoryAnswer answer) {
    Long cut = null;
    for (Series series : answer.series()) {
      long end = series.points().get(series.points().size() - 1).epochMicros();
      boolean farther = cut == null || (ask.newestFirst() ? end < cut : end > cut);
      cut = farther ? Long.valueOf(end) : cut;
    }
    return cut;
  }

  /** Returns the starts of the windows in the order of time, in epoch microseconds. */
  private static List<Long> starts(Ask ask, Windows windows, @Nullable Long cut) {
    long first = cut != null && ask.newestFirst() ? cut : Long.MIN_VALUE;
    long last = cut != null && !ask.newestFirst() ? cut : Long.MAX_VALUE;
    List<Long> starts = new ArrayList<>();
    for (Run run : windows.runs(ask.selection().startMillis(), ask.selection().endMillis())) {
      for (long i = 0; i < run.count(); i++) {
        long start = (run.startMillis() + i * run.lengthMillis()) * 1000;
        if (start >= first && start <= last) {
          starts.add(start);
        }
      }
    }
    return starts;
  }

  private static List<Point> filled(Ask ask, List<Long> all, @Nullable Long cut, Series series) {
    Map<Long, Point> known = new HashMap<>();
    series.points().forEach(point -> known.put(point.epochMicros(), point));
    // If a series has no row at this time, we cannot know whether it has none or the limit cut it
    // off.
    List<Long> starts =
        cut == null || known.containsKey(cut)
            ? all
            : all.stream().filter(start -> !start.equals(cut)).toList();
    int columns = ask.outputs().size();
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (long start : starts) {
      Point point = known.get(start);
      rows.add(point == null ? new @Nullable Object[columns] : point.values().toArray());
    }
    for (int column = 0; column < columns; column++) {
      switch (ask.fill().kind()) {
        case PREVIOUS -> previous(rows, column);
        case LINEAR -> linear(starts, rows, column);
        case VALUE -> constant(rows, column, ask.fill());
        case NULL, NONE -> {
          // An empty row is all that is needed.
        }
      }
    }
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      points.add(new Point(starts.get(i), Arrays.asList(rows.get(i))));
    }
    if (ask.newestFirst()) {
      Collections.reverse(points);
    }
    return points;
  }

  private static void constant(List<@Nullable Object[]> rows, int column, Fill fill) {
    for (@Nullable Object[] row : rows) {
      if (row[column] == null) {
        row[column] = fill.value();
      }
    }
  }

  private static void previous(List<@Nullable Object[]> rows, int column) {
    Object last = null;
    for (@Nullable Object[] row : rows) {
      if (row[column] == null) {
        row[column] = last;
      }
      last = row[column];
    }
  }

  private static void linear(List<Long> starts, List<@Nullable Object[]> rows, int column) {
    int before = -1;
    for (int i = 0; i < rows.size(); i++) {
      if (!(rows.get(i)[column] instanceof Number here)) {
        continue;
      }
      if (before >= 0 && rows.get(before)[column] instanceof Number there) {
        double rise = here.doubleValue() - there.doubleValue();
        double span = starts.get(i) - starts.get(before);
        for (int j = before + 1; j < i; j++) {
          double part = (starts.get(j) - starts.get(before)) / span;
          rows.get(j)[column] = Digits.computed(there.doubleValue() + rise * part);
        }
      }
      before = i;
    }
  }
}
