package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.store.tier.Place;
import com.voltageems.hissrv.query.store.tier.Wish;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The change that a place needs to match the configuration. Pure. */
enum Change {
  NONE,
  CREATE,
  /** A change that deletes nothing. */
  ALTER,
  /** A change that deletes older data. */
  SHORTEN;

  /**
   * @param reachable how long the place would really keep data if asked; null for ever
   */
  static Change of(Wish wish, Place place, @Nullable Duration reachable) {
    if (!place.exists()) {
      return CREATE;
    }
    // If the site does not configure the samples, they stay as the database keeps them.
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
