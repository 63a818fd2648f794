package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.health.Redaction;
import com.voltageems.hissrv.query.storage.plan.Lengths;
import com.voltageems.hissrv.query.storage.plan.Policy;
import com.voltageems.hissrv.query.storage.plan.StoragePlan;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.tier.Place;
import com.voltageems.hissrv.query.store.tier.Tiers;
import com.voltageems.hissrv.query.store.tier.Wish;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares how the database keeps the data of each policy with the configuration, and changes it.
 * It deletes no existing data without a confirmation: a shorter time is applied at once only if
 * there is no older data. Thread-safe.
 */
final class Retention {
  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

  private final Tiers tiers;
  private final StoragePlan plan;
  private final Duration timeout;
  private final Clock clock;
  private volatile List<PolicyState> states;

  /**
   * @param timeout longest time of one query to the database
   */
  Retention(Tiers tiers, StoragePlan plan, Duration timeout, Clock clock) {
    this.tiers = tiers;
    this.plan = plan;
    this.timeout = timeout;
    this.clock = clock;
    this.states =
        plan.policies().stream()
            .map(
                policy ->
                    state(
                        policy,
                        plan.isUsed(policy) ? PolicyState.State.UNKNOWN : PolicyState.State.UNUSED,
                        List.of(),
                        null))
            .toList();
  }

  /** Returns the states of the policies at the last check. */
  List<PolicyState> states() {
    return states;
  }

  /** Returns the state of the policy with this name. */
  Optional<PolicyState> state(String policy) {
    return states.stream().filter(one -> one.policy().name().equals(policy)).findFirst();
  }

  /**
   * Checks all policies.
   *
   * @param change true to also change what differs from the configuration
   */
  synchronized void look(boolean change) {
    List<PolicyState> seen = new ArrayList<>();
    for (Policy policy : plan.policies()) {
      seen.add(plan.isUsed(policy) ? look(policy, change, false) : unused(policy));
    }
    take(seen);
  }

  /**
   * Shortens a policy to the duration in the file, although this deletes existing data.
   *
   * @return its state afterwards
   */
  synchronized PolicyState shorten(Policy policy) {
    LOG.warn(
        "Storage: {} is made as short as {}, as somebody asked for",
        policy.name(),
        Lengths.text(policy.keep()));
    PolicyState done = look(policy, true, true);
    List<PolicyState> all = new ArrayList<>(states);
    all.replaceAll(one -> one.policy().equals(policy) ? done : one);
    take(all);
    return done;
  }

  private void take(List<PolicyState> seen) {
    for (PolicyState now : seen) {
      Optional<PolicyState> before = state(now.policy().name());
      String message = now.message();
      if (message != null
          && before.map(one -> !message.equals(one.message())).orElse(true)
          && now.state() != PolicyState.State.UNUSED
          // The service that has the lease sets it. If none has it, the lease itself tells why.
          && now.state() != PolicyState.State.DIFFERS) {
        LOG.warn("Storage: {} is {}: {}", now.policy().name(), now.state().text(), message);
      }
    }
    states = List.copyOf(seen);
  }

  private PolicyState unused(Policy policy) {
    return state(
        policy,
        PolicyState.State.UNUSED,
        List.of(),
        "no task writes into it, and the samples are kept by " + plan.raw());
  }

  private PolicyState state(
      Policy policy, PolicyState.State state, List<Place> places, @Nullable String message) {
    return new PolicyState(policy, policy.name().equals(plan.raw()), state, places, message);
  }

  private PolicyState look(Policy policy, boolean change, boolean shorten) {
    Wish wish = plan.wish(policy);
    List<Place> places = List.of();
    try {
      Optional<String> refusal = tiers.refusal(wish, soon());
      places = tiers.places(wish, soon());
      if (refusal.isPresent()) {
        return state(policy, PolicyState.State.REFUSED, places, refusal.get());
      }
      List<String> pending = new ArrayList<>();
      List<String> differing = new ArrayList<>();
      boolean changed = false;
      for (Place place : places) {
        Change needed = change(wish, place);
        boolean due =
            switch (needed) {
              case NONE -> false;
              case CREATE, ALTER -> true;
              case SHORTEN -> {
                boolean waits = !shorten && hasOlder(wish, place);
                if (waits) {
                  pending.add(place.name() + " keeps " + Lengths.text(place.keep()) + " of data");
                }
                yield !waits;
              }
            };
        if (due && !change) {
          differing.add(needed.words(wish, place, reachable(wish, place)));
        } else if (due) {
          tiers.keep(told(wish, place), place, soon());
          changed = true;
          LOG.info(
              "Storage: {} is {}: keeps {}",
              place.name(),
              place.exists() ? "changed" : "made",
              Lengths.text(reachable(wish, place)));
        }
      }
      if (changed) {
        places = tiers.places(wish, soon());
      }
      if (!pending.isEmpty()) {
        return state(policy, PolicyState.State.PENDING, places, waiting(policy, pending));
      }
      return differing.isEmpty()
          ? state(policy, PolicyState.State.OK, places, null)
          : state(policy, PolicyState.State.DIFFERS, places, String.join("; ", differing));
    } catch (StoreException e) {
      // What it keeps is not another thing because it cannot be asked now: samples that are gone
      // would look like a silence.
      List<Place> known =
          places.isEmpty() ? state(policy.name()).map(PolicyState::places).orElse(places) : places;
      return state(policy, PolicyState.State.FAILED, known, words(e));
    }
  }

  private static String waiting(Policy policy, List<String> pending) {
    return String.join(", ", pending)
        + "; what is older than "
        + Lengths.text(policy.keep())
        + " would be deleted: POST /storage/apply {\"policy\":\""
        + policy.name()
        + "\",\"duration\":\""
        + Lengths.text(policy.keep())
        + "\"} does it";
  }

  /** Returns the failure's message together with the database's own words. */
  static String words(StoreException e) {
    Throwable cause = e.getCause();
    String own = Redaction.oneLine(String.valueOf(e.getMessage()));
    return cause == null || cause.getMessage() == null
        ? own
        : own + ": " + Redaction.oneLine(cause.getMessage());
  }

  private Change change(Wish wish, Place place) {
    return Change.of(wish, place, reachable(wish, place));
  }

  private @Nullable Duration reachable(Wish wish, Place place) {
    Duration keep = wish.keep();
    return keep == null ? null : tiers.reachable(keep, place);
  }

  /** Keeps the present duration of the samples if the site does not configure one. */
  private static Wish told(Wish wish, Place place) {
    return wish.keep() == null && wish.tier().isRaw()
        ? new Wish(wish.tier(), place.keep(), wish.shard(), wish.copies(), wish.measurements())
        : wish;
  }

  private Deadline soon() {
    return Deadline.in(timeout);
  }

  /** Returns true if the place holds any data that would be deleted. */
  private boolean hasOlder(Wish wish, Place place) {
    Duration keep = reachable(wish, place);
    if (keep == null) {
      return false;
    }
    Instant cut = clock.instant().minus(keep);
    // Asks the store itself: the tiers treat an unreadable copy as one that does not exist yet.
    for (Measurement one : tiers.store(wish.tier()).measurements(soon())) {
      if (tiers.holds(place, one) && tiers.hasOlder(wish.tier(), one, cut, soon())) {
        return true;
      }
    }
    return false;
  }
}
