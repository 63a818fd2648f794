package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.store.tier.Place;
import com.voltageems.hissrv.query.store.tier.Wish;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What has to be done at a place so that it is as it should be. Pure. */
enum Change {
  NONE,
  CREATE,
  /** Nothing is lost by it. */
  ALTER,
  /** What is older is deleted by it. */
  SHORTEN;

  /**
   * @param reachable how long the place would keep if it were told to; null for ever
   */
  static Change of(Wish wish, Place place, @Nullable Duration reachable) {
    if (!place.exists()) {
      return CREATE;
    }
    // The samples of a site that does not say are kept as the database does.
    Duration wanted = wish.tier().isRaw() && wish.keep() == null ? place.keep() : reachable;
    Duration kept = place.keep();
    if (wanted != null && (kept == null || wanted.compareTo(kept) < 0)) {
      return SHORTEN;
    }
    boolean longer = kept != null && (wanted == null || wanted.compareTo(kept) > 0);
    boolean otherShard = wish.shard() != null && !wish.shard().equals(place.shard());
    boolean otherCopies = wish.copies() > 0 && wish.copies() != place.copies();
    return longer || otherShard || otherCopies ? ALTER : NONE;
  }
}
