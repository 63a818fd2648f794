package com.voltageems.hissrv.query.health.store;

import com.voltageems.hissrv.query.health.store.Shown.Mark;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Points that a database has shown, the newest first: close together for the last minutes, farther
 * apart the older they are. Pure.
 */
record Marks(List<Mark> all) {
  static final Marks NONE = new Marks(List.of());

  /** Two marks of a measurement are apart by about this part of the newer one's age. */
  private static final int PART_OF_AGE = 4;

  private static final int MOST = 200;

  Marks {
    all =
        all.stream()
            .distinct()
            .sorted(
                Comparator.comparingLong(Mark::millis).reversed().thenComparing(Mark::measurement))
            .toList();
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** Returns the newest mark of each measurement. */
  List<Mark> newest() {
    Map<String, Mark> newest = new LinkedHashMap<>();
    all.forEach(mark -> newest.putIfAbsent(mark.measurement(), mark));
    return List.copyOf(newest.values());
  }

  /** Returns these marks and the others, without those that are too old or too close together. */
  Marks plus(Collection<Mark> others, Instant now) {
    Map<String, List<Mark>> byName = new LinkedHashMap<>();
    List<Mark> both = new ArrayList<>(all);
    both.addAll(others);
    for (Mark mark : new Marks(both).all()) {
      if (now.toEpochMilli() - mark.millis() <= Shown.LONGEST.toMillis()) {
        byName.computeIfAbsent(mark.measurement(), name -> new ArrayList<>()).add(mark);
      }
    }
    List<Mark> kept = new ArrayList<>();
    byName.values().forEach(one -> kept.addAll(thinned(one, now)));
    List<Mark> newest = new Marks(kept).all();
    return new Marks(newest.subList(0, Math.min(MOST, newest.size())));
  }

  /** Leaves out marks without which their neighbours are still close together for their age. */
  private static List<Mark> thinned(List<Mark> marks, Instant now) {
    List<Mark> kept = new ArrayList<>();
    long newer = now.toEpochMilli();
    for (int i = 0; i < marks.size(); i++) {
      long age = now.toEpochMilli() - newer;
      boolean isNeeded =
          i == 0
              || i == marks.size() - 1
              || (newer - marks.get(i + 1).millis()) * PART_OF_AGE > age;
      if (isNeeded) {
        kept.add(marks.get(i));
        newer = marks.get(i).millis();
      }
    }
    return kept;
  }

  /** Returns those of these marks that are in the set. */
  Marks only(Set<Mark> some) {
    return new Marks(all.stream().filter(some::contains).toList());
  }

  /**
   * Returns the marks that an older state of the database would lack: the newest ones, all of which
   * are gone, while all older ones are there, except those that a retention may have deleted.
   * Returns none where something else explains better what is gone, such as a deletion by hand.
   *
   * @param there those of these marks that the database still shows
   */
  List<Mark> cut(Set<Mark> there, Instant now) {
    long newestThere = there.stream().mapToLong(Mark::millis).max().orElse(Long.MIN_VALUE);
    List<Mark> behind = new ArrayList<>();
    for (Mark mark : all) {
      if (there.contains(mark) || mark.millis() > now.toEpochMilli()) {
        continue;
      }
      if (mark.millis() > newestThere) {
        behind.add(mark);
      } else if (hasOlder(there, mark)) {
        return List.of();
      }
    }
    return behind;
  }

  private static boolean hasOlder(Set<Mark> there, Mark mark) {
    return there.stream()
        .anyMatch(
            one -> one.measurement().equals(mark.measurement()) && one.millis() < mark.millis());
  }

  /** Returns how much time the marks span. */
  static Duration span(List<Mark> marks) {
    long first = marks.stream().mapToLong(Mark::millis).min().orElse(0);
    long last = marks.stream().mapToLong(Mark::millis).max().orElse(0);
    return Duration.ofMillis(last - first);
  }
}
