package com.voltageems.hissrv.query.completeness;

import java.util.Arrays;

/**
 * Counts the distances between consecutive samples of a day. It needs at most a few kilobytes for
 * any distances, because there is one such object for each series and day.
 */
final class Steps {
  /** Largest number of different distances; beyond it, distances close to each other are merged. */
  static final int MOST = 512;

  /** Distances that differ by less than this share of their size are merged first. */
  private static final double NEAR = 0.001;

  /** A distance that occurred this many times as often as its neighbour keeps its exact value. */
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

  /** Merges neighbouring distances, the closest first, until half of the space is free. */
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

  /** Returns the number of different distances now. */
  int kinds() {
    return size;
  }

  /** Returns the median distance; 0 if there is none. */
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
