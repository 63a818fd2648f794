package com.voltageems.hissrv.query.completeness;

import java.util.Map;
import java.util.TreeMap;

/** Distances between neighbouring samples of a day, counted. */
final class Steps {
  /** Kinds of distances that are told apart; further ones count as the nearest. */
  private static final int MOST = 5000;

  private final TreeMap<Long, Integer> counts = new TreeMap<>();
  private int count;

  void add(long micros) {
    count++;
    if (counts.size() < MOST || counts.containsKey(micros)) {
      counts.merge(micros, 1, Integer::sum);
      return;
    }
    Long nearest = counts.floorKey(micros);
    counts.merge(nearest == null ? counts.firstKey() : nearest, 1, Integer::sum);
  }

  /** The median; 0 where there is no distance. */
  long usual() {
    int left = (count + 1) / 2;
    for (Map.Entry<Long, Integer> one : counts.entrySet()) {
      left -= one.getValue();
      if (left <= 0) {
        return one.getKey();
      }
    }
    return 0;
  }
}
