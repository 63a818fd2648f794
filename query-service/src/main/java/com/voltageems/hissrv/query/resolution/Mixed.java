package com.voltageems.hissrv.query.resolution;

import com.voltageems.hissrv.query.storage.Coverage;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Point;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.Series;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Merges answers with windows of different lengths into one. Where two answers cover the same time,
 * the one that was added first is used. For one call.
 */
final class Mixed {
  private final Map<Map<String, String>, NavigableMap<Long, Point>> rows = new LinkedHashMap<>();
  private final List<HistoryAnswer.Part> parts = new ArrayList<>();
  private final Comparator<Long> order;
  private Coverage told = Coverage.NONE;
  private boolean truncated;

  Mixed(HistoryQuery query) {
    this.order = query.newestFirst() ? Comparator.reverseOrder() : Comparator.naturalOrder();
  }

  void add(HistoryQuery query, HistoryAnswer answer) {
    Selection asked = query.selection();
    Coverage range = Coverage.NONE.plus(asked.startMillis(), asked.endMillis());
    Coverage wanted = range.minus(told);
    for (Series one : answer.series()) {
      for (Point point : one.points()) {
        long time = Math.floorDiv(point.epochMicros(), 1000L);
        if (wanted.contains(time, time + 1)) {
          rows.computeIfAbsent(one.tags(), any -> new TreeMap<>(order))
              .put(point.epochMicros(), point);
        }
      }
    }
    for (HistoryAnswer.Part part : parts(answer, asked)) {
      Coverage left = Coverage.NONE.plus(part.startMillis(), part.endMillis()).minus(told);
      for (Coverage.Range one : left.ranges()) {
        parts.add(new HistoryAnswer.Part(part.resolution(), one.start(), one.end()));
      }
    }
    truncated |= answer.truncated();
    told = told.plus(range);
  }

  private static List<HistoryAnswer.Part> parts(HistoryAnswer answer, Selection asked) {
    return answer.parts().isEmpty()
        ? List.of(
            new HistoryAnswer.Part(HistoryAnswer.Part.RAW, asked.startMillis(), asked.endMillis()))
        : answer.parts();
  }

  HistoryAnswer answer() {
    List<Series> series = new ArrayList<>();
    rows.forEach((tags, points) -> series.add(new Series(tags, List.copyOf(points.values()))));
    parts.sort(Comparator.comparingLong(HistoryAnswer.Part::startMillis));
    return new HistoryAnswer(series, truncated, parts, null);
  }
}
