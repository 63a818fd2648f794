package com.voltageems.hissrv.query.store.tier;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tiers of a database: reads and changes how long each is kept, lists what is in it, and writes
 * into the coarser ones. Thread-safe. Every call that asks the database throws {@link
 * com.voltageems.hissrv.query.store.StoreException} if the database does not answer as expected; if
 * a permission is missing, the message names the setting.
 */
public interface Tiers extends AutoCloseable {
  /**
   * Returns why the database cannot keep a tier in this way; empty if it can. The text begins with
   * the policy's key that is at fault, for example {@code replication: ...}.
   */
  Optional<String> refusal(Wish wish, Deadline deadline);

  /**
   * Returns the places of the tier in their current state. A place that does not exist yet is
   * included if {@link #keep} can create it.
   */
  List<Place> places(Wish wish, Deadline deadline);

  /**
   * Returns how long the place would really keep data if asked for this duration: as long, or a
   * little longer.
   */
  default Duration reachable(Duration keep, Place place) {
    return keep;
  }

  /** Returns true if the place holds this measurement, which is one of {@link #measurements}. */
  default boolean holds(Place place, Measurement measurement) {
    return true;
  }

  /**
   * Returns true if the measurement has any data older than this time. Also true if the back end
   * cannot tell, because such older data might be deleted. The measurement is one of the tier, as
   * the tier's store describes it.
   */
  default boolean hasOlder(Tier tier, Measurement one, Instant than, Deadline deadline) {
    if (one.fields().isEmpty()) {
      return true;
    }
    Selection older = new Selection(one, List.of(), Long.MIN_VALUE, than.toEpochMilli());
    boolean[] any = {false};
    boolean more =
        store(tier)
            .scan(
                HistoryQuery.points(older, one.fields(), false, 1),
                deadline,
                row -> {
                  any[0] = true;
                  return false;
                });
    return any[0] || more;
  }

  /**
   * Returns the only measurement in this place, by its name among the samples; empty if the place
   * holds all measurements.
   */
  default Optional<String> only(Tier tier, Place place) {
    return Optional.empty();
  }

  /** Creates the place, or changes how long it keeps data. */
  void keep(Wish wish, Place place, Deadline deadline);

  /**
   * Returns the measurements of a tier, as {@link #store} describes them, by their names among the
   * samples.
   */
  Map<String, Measurement> measurements(Tier tier, Deadline deadline);

  /**
   * Returns the measurement with this name among the samples, as {@link #store} describes it; null
   * if the tier does not have it.
   */
  @Nullable Measurement measurement(Tier tier, String name, Deadline deadline);

  /** Returns true if the database stops listing a measurement once all its data has expired. */
  default boolean forgetsExpired() {
    return true;
  }

  /** Returns the store that reads a tier. Closing this object closes it, too. */
  HistoryStore store(Tier tier);

  /**
   * Writes into a tier other than the samples. The rows can be read once the call returns. A row
   * that already exists gets the new values.
   */
  void write(Wish wish, TierRows rows, Deadline deadline);

  /**
   * Ends the running call of a thread if an interruption does not reach it. Called from another
   * thread before it waits for that one. Calls of other threads continue.
   */
  default void cancel(Thread caller) {}

  @Override
  void close();
}
