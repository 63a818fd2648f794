package com.voltageems.hissrv.query.resolution;

import com.voltageems.hissrv.query.storage.Coverage;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.window.Windows;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Which parts of a range, where the samples are gone and no copy has windows that the asked ones
 * are made of, a copy can tell by its own longer windows. Pure.
 */
final class Coarser {
  private Coarser() {}

  /** By its windows, from its start to before its end, which are boundaries of them. */
  record Part(long start, long end, Copy copy) {
    Windows windows() {
      return copy.windows();
    }
  }

  /**
   * The parts, in the order of time; of several copies the finest.
   *
   * @param answered where what was asked came from; none: all of it from the samples
   * @param expired before this time the samples are gone
   * @param copies the coarsest first
   */
  static List<Part> of(
      HistoryQuery query, List<HistoryAnswer.Part> answered, long expired, List<Copy> copies) {
    long start = query.selection().startMillis();
    Coverage gone = gone(query, answered, expired);
    List<Part> parts = new ArrayList<>();
    for (int i = copies.size() - 1; i >= 0; i--) {
      Copy copy = copies.get(i);
      if (copy.has(query.selection().measurement().name())
          && query.columns().stream().allMatch(copy::gives)) {
        for (Coverage.Range one : gone.ranges()) {
          // A window that the range begins or the samples end in is told as a whole.
          long from = one.start() == start ? copy.windows().floor(start) : one.start();
          long to = one.end() == expired ? copy.windows().ceil(expired) : one.end();
          for (Coverage.Range has : copy.coverage().from(from).until(to).ranges()) {
            long first = copy.windows().ceil(has.start());
            long last = copy.windows().floor(has.end());
            if (last > first) {
              parts.add(new Part(first, last, copy));
              gone = gone.minus(Coverage.NONE.plus(first, last));
            }
          }
        }
      }
    }
    parts.sort(Comparator.comparingLong(Part::start));
    return parts;
  }

  private static Coverage gone(
      HistoryQuery query, List<HistoryAnswer.Part> answered, long expired) {
    Coverage all =
        Coverage.NONE.plus(query.selection().startMillis(), query.selection().endMillis());
    for (HistoryAnswer.Part part : answered) {
      if (!part.resolution().equals(HistoryAnswer.Part.RAW)) {
        all = all.minus(Coverage.NONE.plus(part.startMillis(), part.endMillis()));
      }
    }
    return all.until(expired);
  }
}
