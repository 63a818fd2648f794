package com.voltageems.hissrv.query.resolution;

import com.voltageems.hissrv.query.storage.Coverage;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.window.Windows;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Finds the parts of a range where the samples are gone and no copy has windows that fit into the
 * requested ones, but a copy can answer with its own, longer windows. Pure.
 */
final class Coarser {
  private Coarser() {}

  /** A part from its start to its exclusive end, both boundaries of the copy's windows. */
  record Part(long start, long end, Copy copy) {
    Windows windows() {
      return copy.windows();
    }
  }

  /**
   * Returns the parts in the order of time; if several copies have a part, the finest.
   *
   * @param answered the sources of the answer so far; empty if all of it is from the samples
   * @param expired time before which the samples are gone
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
          // The windows in which the range begins or the samples end are included as a whole.
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
