package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.storage.plan.Lengths;
import com.voltageems.hissrv.query.store.tier.Place;
import com.voltageems.hissrv.query.store.tier.Wish;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
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

  /**
   * Returns how the place differs from what is wished, for people; empty for {@link #NONE}.
   *
   * @param reachable as in {@link #of}
   */
  String words(Wish wish, Place place, @Nullable Duration reachable) {
    if (this == CREATE) {
      return "not there yet: " + place.name();
    }
    List<String> words = new ArrayList<>();
    boolean asIs = wish.tier().isRaw() && wish.keep() == null;
    if (!asIs && !Objects.equals(reachable, place.keep())) {
      words.add("keeps " + Lengths.text(place.keep()) + ", not " + Lengths.text(reachable));
    }
    Duration shard = place.shard();
    if (wish.shard() != null && !wish.shard().equals(shard)) {
      words.add(
          "has shards of "
              + (shard == null ? "an unknown length" : Lengths.text(shard))
              + ", not of "
              + Lengths.text(wish.shard()));
    }
    if (wish.copies() > 0 && wish.copies() != place.copies()) {
      words.add("has " + place.copies() + " copies, not " + wish.copies());
    }
    return words.stream().map(one -> place.name() + " " + one).collect(Collectors.joining("; "));
  }
}
