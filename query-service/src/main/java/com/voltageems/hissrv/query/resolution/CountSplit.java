package com.voltageems.hissrv.query.resolution;

import com.voltageems.hissrv.query.storage.Coverage;
import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.window.FixedWindows;
import com.voltageems.hissrv.query.store.window.Windows;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides which parts of a range are counted from a copy: windows of a day or longer, which need
 * not be exact to the minute, and the time where the samples are gone. Pure.
 */
final class CountSplit {
  /** Length of a day on which the clocks go forward. */
  private static final long DAY = 23 * 3_600_000L;

  /**
   * A requested window consists of at least this many windows of the copy, so that silences are
   * located precisely enough.
   */
  private static final int LEAST = 20;

  /**
   * Copies with shorter windows are counted by the hour: that is enough for days, and a series has
   * fewer hours.
   */
  private static final long SHORT = 15 * 60_000L;

  /**
   * Longest window of a copy that shows how many samples are usual: with longer ones, a day has too
   * few windows.
   */
  private static final long LONGEST = 6 * 3_600_000L;

  private static final FixedWindows HOURS = new FixedWindows(3_600_000L);

  private CountSplit() {}

  /**
   * A part of the range.
   *
   * @param copy null for the samples
   * @param windows in which the copy counts; null for the samples
   */
  record Part(long start, long end, @Nullable Copy copy, @Nullable Windows windows) {
    /** Returns true if the windows are too long to show what is usual. */
    boolean isCoarse() {
      return windows != null && windows.longestMillis() > LONGEST;
    }

    private boolean continues(Part before) {
      return before.end() == start && Objects.equals(before.copy(), copy);
    }
  }

  /**
   * Returns the parts in the order of time.
   *
   * @param windows the requested windows
   * @param copies the coarsest first
   * @param expired time before which the samples are gone; null if none are
   */
  static List<Part> of(
      Selection selection, Windows windows, List<Copy> copies, @Nullable Long expired) {
    long start = selection.startMillis();
    long end = selection.endMillis();
    boolean always = windows.shortestMillis() >= DAY;
    long until = always ? end : Math.min(end, expired == null ? start : expired);
    List<Copy> able = new ArrayList<>();
    List<Copy> coarse = new ArrayList<>();
    for (Copy copy : copies) {
      if (copy.has(selection.measurement().name())
          && copy.task().output(Aggregation.COUNT).isPresent()) {
        Windows own = counting(copy, always);
        long longest = own.longestMillis();
        if (longest * LEAST <= windows.shortestMillis() && longest <= LONGEST) {
          able.add(copy);
        } else if (own.shortestMillis() <= windows.longestMillis()) {
          // The finest copy comes first: where the samples are gone, it is the most precise source.
          coarse.add(0, copy);
        }
      }
    }
    List<Part> parts = new ArrayList<>();
    if (!able.isEmpty() || !coarse.isEmpty()) {
      for (long at = start; at < until; at = windows.next(at)) {
        long next = Math.min(windows.next(at), end);
        Part best = best(able, at, next, always, always ? null : expired);
        if (best == null && expired != null && at < expired) {
          best = best(coarse, at, next, always, expired);
        }
        if (best != null) {
          add(parts, best);
        }
      }
    }
    return withSamples(parts, start, end);
  }

  private static Windows counting(Copy copy, boolean always) {
    Windows own = copy.windows();
    return always && own.longestMillis() < SHORT && HOURS.lengthMillis() % own.longestMillis() == 0
        ? HOURS
        : own;
  }

  /**
   * Returns the part from the copy that has most of the window; the first such copy if there are
   * several.
   *
   * @param expired limits the part to this time, rounded up to the end of the copy's window that
   *     contains it, because part of that window's samples is gone, too; null for no limit
   */
  private static @Nullable Part best(
      List<Copy> able, long start, long end, boolean always, @Nullable Long expired) {
    Part best = null;
    for (Copy copy : able) {
      Windows windows = counting(copy, always);
      long until = expired == null ? end : Math.min(end, windows.ceil(expired));
      for (Coverage.Range range : copy.counted().ranges()) {
        long from = windows.ceil(Math.max(start, range.start()));
        long to = windows.floor(Math.min(until, range.end()));
        if (to > from && (best == null || to - from > best.end() - best.start())) {
          best = new Part(from, to, copy, windows);
        }
      }
    }
    return best;
  }

  private static void add(List<Part> parts, Part next) {
    Part last = parts.isEmpty() ? null : parts.get(parts.size() - 1);
    if (last != null && next.continues(last)) {
      parts.set(parts.size() - 1, new Part(last.start(), next.end(), next.copy(), next.windows()));
    } else {
      parts.add(next);
    }
  }

  private static List<Part> withSamples(List<Part> counted, long start, long end) {
    List<Part> parts = new ArrayList<>();
    long at = start;
    for (Part part : counted) {
      if (part.start() > at) {
        parts.add(new Part(at, part.start(), null, null));
      }
      parts.add(part);
      at = part.end();
    }
    if (end > at) {
      parts.add(new Part(at, end, null, null));
    }
    return parts;
  }
}
