package com.voltageems.hissrv.query.resolution;

import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.window.Windows;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides which part of a range is answered from which copy. Each requested window is answered as a
 * whole, from the coarsest copy that divides it evenly and is computed there. Pure.
 */
final class Split {
  private Split() {}

  /**
   * @param copy null for the samples
   */
  record Part(long start, long end, @Nullable Copy copy) {}

  /**
   * Returns the parts in the order of time.
   *
   * @param copies the coarsest first
   */
  static List<Part> of(HistoryQuery query, List<Copy> copies) {
    long start = query.selection().startMillis();
    long end = query.selection().endMillis();
    Windows windows = query.windows();
    String measurement = query.selection().measurement().name();
    List<Copy> able =
        windows == null
            ? List.of()
            : copies.stream()
                .filter(copy -> copy.has(measurement))
                .filter(copy -> copy.windows().shortestMillis() <= windows.longestMillis())
                .filter(copy -> query.columns().stream().allMatch(copy::gives))
                .toList();
    if (windows == null || able.isEmpty()) {
      return List.of(new Part(start, end, null));
    }
    List<Part> parts = new ArrayList<>();
    long from = start;
    @Nullable Copy current = null;
    for (long at = start; at < end; at = windows.next(at)) {
      Copy best = best(able, at, windows.floor(at), windows.next(at), end);
      if (at > from && !Objects.equals(best, current)) {
        parts.add(new Part(from, at, current));
        from = at;
      }
      current = best;
    }
    parts.add(new Part(from, end, current));
    return parts;
  }

  /**
   * Returns the copy for a window; null for the samples, which also answer a window that the range
   * cuts off.
   */
  private static @Nullable Copy best(List<Copy> able, long at, long start, long next, long end) {
    if (at != start || next > end) {
      return null;
    }
    return able.stream()
        .filter(copy -> copy.isBoundary(start) && copy.isBoundary(next))
        .filter(copy -> copy.coverage().contains(start, next))
        .findFirst()
        .orElse(null);
  }
}
