package com.voltageems.hissrv.redis.source.list;

import com.voltageems.hissrv.redis.source.sample.Sample;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Gives times to a claim's elements that have none of their own: the claim's time, plus one
 * millisecond each time the same field of the same series comes again. With one time for all
 * elements the database would keep only the last one, and elements that waited in Redis would be
 * lost. The same claim always gives the same times.
 */
final class UntimedElements {
  private String claim = "";
  private final Map<String, Latest> latest = new HashMap<>();

  /** Field names of a series at its latest time. */
  private static final class Latest {
    long offset;
    Set<String> names = new HashSet<>();
  }

  /** Starts a claim from its first element, perhaps again. */
  void begin() {
    claim = "";
  }

  /** Returns the element with its time; call it in the order of the elements. */
  Sample timed(String claimId, Sample sample) {
    if (!claim.equals(claimId)) {
      claim = claimId;
      latest.clear();
    }
    Latest at = latest.computeIfAbsent(sample.series().key(), key -> new Latest());
    if (isThere(at.names, sample)) {
      at.offset++;
      at.names = new HashSet<>();
    }
    at.names.addAll(sample.fields().keySet());
    at.names.addAll(sample.texts().keySet());
    return at.offset == 0
        ? sample
        : new Sample(
            sample.series(), sample.fields(), sample.texts(), sample.epochMillis() + at.offset);
  }

  private static boolean isThere(Set<String> names, Sample sample) {
    return sample.fields().keySet().stream().anyMatch(names::contains)
        || sample.texts().keySet().stream().anyMatch(names::contains);
  }
}
