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
 * What a task may read and has to write, at a moment.
 *
 * @param now epoch milliseconds
 * @param arrived up to when the database has all that was sent; {@link Long#MIN_VALUE} where that
 *     is not known
 * @param source from when on what it reads is all there
 * @param target from when on what it writes is kept
 * @param why why it must not compute now; null when it may
 */
record Bounds(long now, long arrived, Kept source, Kept target, @Nullable String why) {
  /** The first window that can be computed and kept. */
  long first(Windows windows) {
    return windows.ceil(Math.max(0, Math.max(source.from(), target.from())));
  }

  /** Why there is none before. */
  String shortest() {
    return source.from() >= target.from()
        ? source.what() + ": of older windows samples are gone, and computed again they were poorer"
        : target.what() + ": older windows would be deleted as soon as they are written";
  }

  /**
   * How far back something is kept.
   *
   * @param from epoch milliseconds; the earliest of all for ever
   * @param what that is, in words
   */
  record Kept(long from, String what) {
    /** By the place that keeps for the shortest time. */
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

    /** By what the file says. */
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
