package com.voltageems.hissrv.query.alert;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The series that one question of the alerts has seen lately, and when: it saves asking the
 * database for a whole day each time. Bounded by the number of series that a question may have. For
 * one thread.
 */
final class SeenSeries {
  private final Map<Map<String, String>, Long> lastMillis = new HashMap<>();
  private boolean complete;

  /**
   * Takes down the series that have samples now, and forgets those without any since {@code
   * fromMillis}.
   *
   * @param present the tags of each series
   * @param nowMillis the present moment, epoch ms
   * @return whether a series that was there is not among them, or nobody knows what was there
   */
  boolean mayLack(Set<Map<String, String>> present, long nowMillis, long fromMillis) {
    present.forEach(tags -> lastMillis.put(tags, nowMillis));
    lastMillis.values().removeIf(last -> last < fromMillis);
    return !complete || lastMillis.size() > present.size();
  }

  /** Returns whether {@link #add} has ever been called. */
  boolean isComplete() {
    return complete;
  }

  /** Takes down the series that had samples before, as the database says. */
  void add(Collection<Map<String, String>> before, long millis) {
    before.forEach(tags -> lastMillis.putIfAbsent(tags, millis));
    complete = true;
  }
}
