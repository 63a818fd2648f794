package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.storage.plan.Policy;
import com.voltageems.hissrv.query.store.tier.Place;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The state of a policy in the database.
 *
 * @param raw true for the policy of the samples
 * @param places where its data is, as of the last check
 * @param message why it is not as configured; null if there is nothing to report
 */
public record PolicyState(
    Policy policy, boolean raw, State state, List<Place> places, @Nullable String message) {
  public PolicyState {
    places = List.copyOf(places);
  }

  /** The condition of a policy. */
  public enum State {
    /** As configured. */
    OK,
    /** Not as configured; this service may not change it, since it lacks the lease. */
    DIFFERS,
    /** The configured time is shorter than the age of existing data: waits for a confirmation. */
    PENDING,
    /** The database does not support it. */
    REFUSED,
    /** The database refused, or could not be reached. */
    FAILED,
    /** Nothing writes into it. */
    UNUSED,
    /** Not checked yet. */
    UNKNOWN;

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Returns the same state with the reason why nothing is done about it, if it differs. */
  PolicyState because(String reason) {
    return state == State.DIFFERS
        ? new PolicyState(policy, raw, state, places, message + "; " + reason)
        : this;
  }

  /** Returns the shortest time that any of its places keeps data; null for ever. */
  public @Nullable Duration kept() {
    return places.stream()
        .map(Place::keep)
        .flatMap(keep -> Stream.ofNullable(keep))
        .min(Duration::compareTo)
        .orElse(null);
  }

  /** Returns the size of all places; null if any of them is unknown. */
  public @Nullable Long bytes() {
    List<Long> sizes = places.stream().map(Place::bytes).filter(Objects::nonNull).toList();
    return places.isEmpty() || sizes.size() < places.size()
        ? null
        : (Long) sizes.stream().mapToLong(Long::longValue).sum();
  }
}
