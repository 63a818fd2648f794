package com.voltageems.hissrv.query.completeness;

import java.util.Arrays;

/**
 * Distances between neighbouring samples of a day, counted. Some kilobytes at most, whatever they
 * are: there is one of these for each series and day.
 */
final class Steps {
  /** Kinds of distances that are told apart; of more, those that are near to each other are one. */
  static final int MOST = 512;

  /** So near are those that become one first, by their size. */
  private static final double NEAR = 0.001;

  /** One that came so many times as often as its neighbour stays as it is. */
  private static final int FAR_MORE = 10;

  private long[] kinds = new long[8];
  private int[] counts = new int[8];
  private int size;
  private int count;

  void add(long micros) {
    count++;
    int at = Arrays.binarySearch(kinds, 0, size, micros);
    if (at < 0 && size == MOST) {
      join();
      at = Arrays.binarySearch(kinds, 0, size, micros);
    }
    if (at < 0) {
      at = -at - 1;
      insert(at, micros);
    }
    counts[at]++;
  }

  private void insert(int at, long micros) {
    if (size == kinds.length) {
      kinds = Arrays.copyOf(kinds, 2 * size);
      counts = Arrays.copyOf(counts, 2 * size);
    }
    System.arraycopy(kinds, at, kinds, at + 1, size - at);
    System.arraycopy(counts, at, counts, at + 1, size - at);
    kinds[at] = micros;
    counts[at] = 0;
    size++;
  }

  /** Makes one of neighbours, nearer ones first, until there is room for as many again. */
  private void join() {
    for (double near = NEAR; size > MOST / 2; near *= 2) {
      int last = 0;
      long first = kinds[0];
      for (int i = 1; i < size; i++) {
        if (kinds[i] - first <= near * kinds[i]) {
          kinds[last] = joined(last, i);
          counts[last] += counts[i];
        } else {
          last++;
          first = kinds[i];
          kinds[last] = kinds[i];
          counts[last] = counts[i];
        }
      }
      size = last + 1;
    }
  }

  private long joined(int a, int b) {
    if (counts[a] >= FAR_MORE * (long) counts[b]) {
      return kinds[a];
    }
    if (counts[b] >= FAR_MORE * (long) counts[a]) {
      return kinds[b];
    }
    double share = (double) counts[b] / (counts[a] + (long) counts[b]);
    return kinds[a] + Math.round((kinds[b] - kinds[a]) * share);
  }

  /** How many kinds are told apart now. */
  int kinds() {
    return size;
  }

  /** The median; 0 where there is no distance. */
  long usual() {
    int left = (count + 1) / 2;
    for (int i = 0; i < size; i++) {
      left -= counts[i];
      if (left <= 0) {
        return kinds[i];
      }
    }
    return 0;
  }
}
