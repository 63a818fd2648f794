package com.voltageems.hissrv.influx.mapping;

import com.voltageems.hissrv.influx.point.Point;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sorts by name and caches the order: record after record has the same names in the same order,
 * which is rarely alphabetical. Thread-safe: a cached order never changes, and a thread that does
 * not see it yet sorts by itself.
 */
final class NameOrder {
  /** The size of the cache, a power of two. */
  private static final int MOST = 64;

  private final @Nullable Known[] known = new @Nullable Known[MOST];

  /**
   * A cached order.
   *
   * @param names the names in the order in which they came
   * @param ranks the position of each name after sorting
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by hand, never handed out
  private record Known(String[] names, int[] ranks) {
    boolean fits(List<Point.Field> fields) {
      if (fields.size() != names.length) {
        return false;
      }
      for (int i = 0; i < names.length; i++) {
        if (!names[i].equals(fields.get(i).name())) {
          return false;
        }
      }
      return true;
    }
  }

  /** Sorts tags; there are so few of them that no order is cached. */
  void sortTags(List<Point.Tag> tags) {
    if (tags.size() > 1) {
      tags.sort(Comparator.comparing(Point.Tag::name));
    }
  }

  /** Sorts fields; fields of the same name keep their order. */
  void sortFields(List<Point.Field> fields) {
    int count = fields.size();
    if (count < 2) {
      return;
    }
    int slot = (31 * fields.get(0).name().hashCode() + count) & (MOST - 1);
    Known order = known[slot];
    if (order == null || !order.fits(fields)) {
      order = order(fields);
      known[slot] = order;
    }
    Point.Field[] sorted = new Point.Field[count];
    for (int i = 0; i < count; i++) {
      sorted[order.ranks()[i]] = fields.get(i);
    }
    for (int i = 0; i < count; i++) {
      fields.set(i, sorted[i]);
    }
  }

  private static Known order(List<Point.Field> fields) {
    String[] names = fields.stream().map(Point.Field::name).toArray(String[]::new);
    Integer[] sorted = new Integer[names.length];
    Arrays.setAll(sorted, i -> i);
    Arrays.sort(sorted, Comparator.comparing(i -> names[i]));
    int[] ranks = new int[names.length];
    for (int rank = 0; rank < ranks.length; rank++) {
      ranks[sorted[rank]] = rank;
    }
    return new Known(names, ranks);
  }
}
