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
 * The tiers of a database: how long each is kept, what stands in it, and writing into the coarser
 * ones. Safe for many threads. Every call that asks the database throws {@link
 * com.voltageems.hissrv.query.store.StoreException} when it does not answer as it should, with
 * words that name the setting where a right is missing.
 */
public interface Tiers extends AutoCloseable {
  /**
   * Why the database cannot keep a tier so; empty when it can. The words complete "duration: ...".
   */
  Optional<String> refusal(Wish wish, Deadline deadline);

  /**
   * Where the tier stands now; one that is not there yet where it will be made by {@link #keep}.
   */
  List<Place> places(Wish wish, Deadline deadline);

  /** How long the place would keep if it were told to: as long as that, or a little longer. */
  default Duration reachable(Duration keep, Place place) {
    return keep;
  }

  /** Whether the measurement, one of {@link #measurements}, stands in that place. */
  default boolean holds(Place place, Measurement measurement) {
    return true;
  }

  /**
   * Whether the measurement, one of that tier as its store knows it, has anything older than that;
   * true where that cannot be told, since what is older may be deleted.
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
   * The measurement that alone stands in that place, by its name among the samples; empty where all
   * of them do.
   */
  default Optional<String> only(Tier tier, Place place) {
    return Optional.empty();
  }

  /** Makes the place, or changes how it is kept. */
  void keep(Wish wish, Place place, Deadline deadline);

  /** The measurements of a tier, as {@link #store} knows them, by their names among the samples. */
  Map<String, Measurement> measurements(Tier tier, Deadline deadline);

  /** The measurement of that name among the samples; null where the tier has none. */
  @Nullable Measurement measurement(Tier tier, String name, Deadline deadline);

  /**
   * Whether the database does not describe a measurement any more of which everything has expired.
   */
  default boolean forgetsExpired() {
    return true;
  }

  /** Reads a tier. It is closed with this. */
  HistoryStore store(Tier tier);

  /**
   * Writes into a tier that is not the samples', so that they can be read when it returns. A row
   * that is there already gets the new values.
   */
  void write(Wish wish, TierRows rows, Deadline deadline);

  /**
   * Ends the calls under way, as far as an interruption of their threads does not; from another
   * thread, before it waits for them.
   */
  default void cancel() {}

  @Override
  void close();
}
