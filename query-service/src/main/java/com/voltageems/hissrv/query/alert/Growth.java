package com.voltageems.hissrv.query.alert;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Growth of a number within a given time, as far as it was observed. A count that fell began anew;
 * what waits also falls, and may be less than before. Keeps about a hundred values for any length
 * of time. For one thread.
 */
final class Growth {
  private static final int KEPT = 100;

  private record At(Instant time, double value) {}

  private final Duration within;
  private final Duration step;
  private final boolean counts;
  private final Deque<At> kept = new ArrayDeque<>();

  /** Null before the first value. */
  private @Nullable Instant begun;

  /**
   * @param counts whether the number is a count, which never falls unless it begins anew
   */
  Growth(Duration within, boolean counts) {
    this.within = within;
    this.counts = counts;
    this.step = within.dividedBy(KEPT);
  }

  /** Moves the remembered times after the clock was set. */
  void moved(Duration by) {
    List<At> moved = kept.stream().map(at -> new At(at.time().plus(by), at.value())).toList();
    kept.clear();
    kept.addAll(moved);
    begun = begun == null ? null : begun.plus(by);
  }

  /** Forgets everything, because the count was not observed for a while. */
  void forget() {
    kept.clear();
    begun = null;
  }

  /** Returns whether the whole time was observed. */
  boolean isWhole(Instant now) {
    return begun != null && !now.isBefore(begun.plus(within));
  }

  double seen(double value, Instant now) {
    begun = begun == null ? now : begun;
    if (counts && !kept.isEmpty() && value < kept.getLast().value()) {
      kept.clear();
    }
    At last = kept.peekLast();
    if (last == null || Duration.between(last.time(), now).compareTo(step) >= 0) {
      kept.addLast(new At(now, value));
    }
    Instant from = now.minus(within);
    // The last value before the beginning of the time stays: growth is counted from it.
    while (kept.size() > 1) {
      At first = kept.removeFirst();
      if (kept.getFirst().time().isAfter(from)) {
        kept.addFirst(first);
        break;
      }
    }
    return value - kept.getFirst().value();
  }
}
