package com.voltageems.hissrv.query.health.store;

import com.voltageems.hissrv.query.health.store.Shown.Mark;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The questions of {@link ShownWatch} to the database. */
final class StoreLook {
  /** How far back to look for a point to remember: first the shorter time, then the longer one. */
  private static final List<Duration> REACH = List.of(Duration.ofMinutes(10), Duration.ofHours(1));

  /**
   * How many measurements are examined, how many points are remembered, and how many fields are
   * queried at first.
   */
  private static final int MOST_ASKED = 10;

  private static final int MOST = 3;
  private static final int MOST_FIELDS = 5;

  private final HistoryStore store;

  StoreLook(HistoryStore store) {
    this.store = store;
  }

  boolean isThere(Mark mark, Deadline deadline) {
    return newest(mark.measurement(), mark.millis(), mark.millis() + 1, deadline) != null;
  }

  Set<Mark> there(List<Mark> marks, Deadline deadline) {
    Set<Mark> there = new HashSet<>();
    for (Mark mark : marks) {
      if (isThere(mark, deadline)) {
        there.add(mark);
      }
    }
    return there;
  }

  /** Returns the newest points of some measurements. */
  List<Mark> take(Instant now, Deadline deadline) {
    List<Measurement> all = store.measurements(deadline);
    long end = now.toEpochMilli() + 1;
    for (Duration reach : REACH) {
      List<Mark> found = new ArrayList<>();
      for (Measurement one : all.subList(0, Math.min(MOST_ASKED, all.size()))) {
        Long millis =
            found.size() < MOST ? newest(one, end - reach.toMillis(), end, deadline) : null;
        if (millis != null) {
          found.add(new Mark(one.name(), millis));
        }
      }
      if (!found.isEmpty()) {
        return found;
      }
    }
    return List.of();
  }

  /** Returns in how many of the slices of the range a measurement has a point. */
  int filled(String measurement, long start, long end, int slices, Deadline deadline) {
    int filled = 0;
    for (int i = 0; i < slices; i++) {
      long from = start + (end - start) * i / slices;
      long to = start + (end - start) * (i + 1) / slices;
      filled += newest(measurement, from, to, deadline) == null ? 0 : 1;
    }
    return filled;
  }

  /** Returns the time of the newest point in the range; null if there is none. */
  @Nullable Long newest(String measurement, long start, long end, Deadline deadline) {
    return store
        .measurement(measurement, deadline)
        .map(one -> newest(one, start, end, deadline))
        .orElse(null);
  }

  /** Looks at a few fields first, which every point of most measurements has. */
  private @Nullable Long newest(Measurement measurement, long start, long end, Deadline deadline) {
    List<Field> fields = measurement.fields();
    List<Field> few = fields.subList(0, Math.min(MOST_FIELDS, fields.size()));
    Long found = newest(measurement, few, start, end, deadline);
    return found == null && few.size() < fields.size()
        ? newest(measurement, fields, start, end, deadline)
        : found;
  }

  private @Nullable Long newest(
      Measurement measurement, List<Field> fields, long start, long end, Deadline deadline) {
    if (fields.isEmpty() || end <= start) {
      return null;
    }
    List<Long> found = new ArrayList<>();
    boolean unused =
        store.scan(
            HistoryQuery.points(new Selection(measurement, List.of(), start, end), fields, true, 1),
            deadline,
            row -> {
              found.add(Math.floorDiv(row.epochMicros(), 1000));
              return true;
            });
    return found.isEmpty() ? null : found.get(0);
  }
}
