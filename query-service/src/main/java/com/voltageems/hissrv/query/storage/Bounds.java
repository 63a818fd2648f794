package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.storage.plan.Lengths;
import com.voltageems.hissrv.query.storage.plan.Policy;
import com.voltageems.hissrv.query.store.tier.Place;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a task may read and must write at a given moment.
 *
 * @param now epoch milliseconds
 * @param arrived up to when the database has all data that was sent; {@link Long#MIN_VALUE} if this
 *     is not known
 * @param gone from when on data is gone that the database had; {@link Long#MAX_VALUE} if none is
 * @param source from when on the data that the task reads is complete
 * @param target from when on the data that the task writes is kept
 * @param why why the task must not compute now; null if it may
 */
record Bounds(long now, long arrived, long gone, Kept source, Kept target, @Nullable String why) {
  /** Returns the start of the first window that can be computed and kept. */
  long first(Windows windows) {
    return windows.ceil(Math.max(0, Math.max(source.from(), target.from())));
  }

  /** Returns why earlier windows cannot be computed. */
  String shortest() {
    return source.from() >= target.from()
        ? source.what() + ": of older windows samples are gone, and computed again they were poorer"
        : target.what() + ": older windows would be deleted as soon as they are written";
  }

  /**
   * How far back data is kept.
   *
   * @param from epoch milliseconds; {@link Long#MIN_VALUE} if it is kept for ever
   * @param what the same in words
   */
  record Kept(long from, String what) {
    /** Returns the limit of the place that keeps its data for the shortest time. */
    static Kept of(String policy, List<Place> places, long now) {
      return places.stream()
          .filter(one -> one.keep() != null)
          .min(Comparator.comparing(one -> Objects.requireNonNull(one.keep())))
          .map(
              one ->
                  new Kept(
                      now - Objects.requireNonNull(one.keep()).toMillis(),
                      "the policy %s keeps %s of %s"
                          .formatted(policy, Lengths.text(one.keep()), one.name())))
          .orElse(ever(policy));
    }

    /** Returns the limit according to the file. */
    static Kept wanted(Policy policy, long now) {
      Duration keep = policy.keep();
      return keep == null
          ? ever(policy.name())
          : new Kept(
              now - keep.toMillis(),
              "the policy %s keeps %s".formatted(policy.name(), Lengths.text(keep)));
    }

    private static Kept ever(String policy) {
      return new Kept(Long.MIN_VALUE, "the policy " + policy + " keeps for ever");
    }
  }
}
