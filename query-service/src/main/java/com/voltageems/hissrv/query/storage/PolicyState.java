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
 * How a policy stands in the database.
 *
 * @param places where its data is, as it was looked at last
 * @param message why it is not as it should be; null where nothing is to be said
 */
public record PolicyState(
    Policy policy, boolean raw, State state, List<Place> places, @Nullable String message) {
  public PolicyState {
    places = List.copyOf(places);
  }

  /** In which state a policy can be. */
  public enum State {
    /** As it should be. */
    OK,
    /** Shorter than the database keeps data that is there: waits for somebody's word. */
    PENDING,
    /** The database cannot do it. */
    REFUSED,
    /** The database refused, or was not to be reached. */
    FAILED,
    /** Nothing writes into it. */
    UNUSED,
    /** Not looked at yet. */
    UNKNOWN;

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The shortest time that any of its places keeps; null for ever. */
  public @Nullable Duration kept() {
    return places.stream()
        .map(Place::keep)
        .flatMap(keep -> Stream.ofNullable(keep))
        .min(Duration::compareTo)
        .orElse(null);
  }

  /** The size of all places; null where any does not tell. */
  public @Nullable Long bytes() {
    List<Long> sizes = places.stream().map(Place::bytes).filter(Objects::nonNull).toList();
    return places.isEmpty() || sizes.size() < places.size()
        ? null
        : (Long) sizes.stream().mapToLong(Long::longValue).sum();
  }
}
