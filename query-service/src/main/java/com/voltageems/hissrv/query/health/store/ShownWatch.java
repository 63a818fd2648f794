package com.voltageems.hissrv.query.health.store;

import com.voltageems.hissrv.query.health.store.Shown.Mark;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.StoreException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects that a database no longer shows anything that it showed before. An emptied database, or
 * one that started with another data folder, answers and accepts writes as usual. Remembers a point
 * of some measurements and checks whether it still exists. After a deletion by hand or by a
 * retention there is still something older or another measurement; this is not reported. About the
 * time before this process it knows what the memory has kept. For one thread.
 */
final class ShownWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ShownWatch.class);

  /** Shortest time between two checks; each makes two small queries. */
  private static final Duration PAUSE = Duration.ofSeconds(30);

  /**
   * After this time newer points are remembered instead, because a retention may reach the old
   * ones.
   */
  private static final Duration RENEW = Duration.ofMinutes(10);

  /** How far back to look for a point to remember: first the shorter time, then the longer one. */
  private static final List<Duration> REACH = List.of(Duration.ofMinutes(10), Duration.ofHours(1));

  /**
   * How many measurements are examined, how many points are remembered, and how many fields are
   * queried.
   */
  private static final int MOST_ASKED = 10;

  private static final int MOST = 3;
  private static final int MOST_FIELDS = 5;

  private final HistoryStore store;
  private final ShownMemory memory;
  private final Clock clock;
  private boolean recalled;
  private List<Mark> marks = List.of();
  private @Nullable Instant looked;
  private Instant taken = Instant.EPOCH;

  /** When the marks were found to be gone; null if they are not. */
  private @Nullable Instant gone;

  /** When this was first reported, by this process or one before it. */
  private @Nullable Instant told;

  private @Nullable Instant seen;

  ShownWatch(HistoryStore store, ShownMemory memory, Clock clock) {
    this.store = store;
    this.memory = memory;
    this.clock = clock;
  }

  /** Returns what is wrong; empty if nothing is, or if unknown. */
  Optional<String> look(Duration timeout) {
    Instant now = clock.instant();
    if (!recalled && memory.isKnown()) {
      recall(now);
    }
    if (looked == null || Duration.between(looked, now).abs().compareTo(PAUSE) >= 0) {
      looked = now;
      try {
        look(now, Deadline.in(timeout));
      } catch (StoreException e) {
        // The database is too busy or down: other checks report that, and the earlier result stays.
        LOG.debug("Whether the database still shows what it did is not known", e);
      }
    }
    return words();
  }

  /**
   * Takes over the marks of earlier processes: they count more than what this process has found so
   * far.
   */
  private void recall(Instant now) {
    recalled = true;
    Optional<Shown> before = Optional.ofNullable(memory.before()).flatMap(Shown::of);
    before
        .filter(one -> one.counts(now))
        .ifPresentOrElse(
            one -> {
              marks = one.marks();
              seen = one.seen();
              told = one.told();
              taken = Instant.EPOCH;
              looked = null;
            },
            () -> {
              if (before.isPresent()) {
                LOG.info("What the database had shown before is forgotten: {}", before.get());
              }
              keep();
            });
  }

  private void keep() {
    if (recalled && !marks.isEmpty() && seen != null) {
      memory.keep(new Shown(marks, seen, told).text());
    }
  }

  private void look(Instant now, Deadline deadline) {
    if (isThere(deadline)) {
      seen = now;
      back();
      if (Duration.between(taken, now).abs().compareTo(RENEW) >= 0) {
        take(now, deadline);
      }
    } else if (marks.isEmpty() || hasOlder(deadline)) {
      gone = null;
      told = null;
      marks = List.of();
      take(now, deadline);
    } else if (gone == null) {
      gone = now;
      told = told == null ? now : told;
      keep();
      LOG.warn("The database shows nothing any more of what it showed at {}", seen);
    }
  }

  private void back() {
    if (gone != null || told != null) {
      gone = null;
      told = null;
      keep();
    }
  }

  private boolean isThere(Deadline deadline) {
    for (Mark mark : marks) {
      if (newest(mark.measurement(), mark.millis(), mark.millis() + 1, deadline) != null) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether any of the measurements has a point that is older than the remembered one. */
  private boolean hasOlder(Deadline deadline) {
    for (Mark mark : marks) {
      if (newest(mark.measurement(), 0, mark.millis(), deadline) != null) {
        return true;
      }
    }
    return false;
  }

  /** Remembers the newest points; keeps the old marks if there are none. */
  private void take(Instant now, Deadline deadline) {
    List<Mark> found = new ArrayList<>();
    List<Measurement> all = store.measurements(deadline);
    for (Duration reach : REACH) {
      for (Measurement one : all.subList(0, Math.min(MOST_ASKED, all.size()))) {
        long end = now.toEpochMilli() + 1;
        Long millis = newest(one, end - reach.toMillis(), end, deadline);
        if (millis != null && found.size() < MOST) {
          found.add(new Mark(one.name(), millis));
        }
      }
      if (!found.isEmpty()) {
        marks = List.copyOf(found);
        taken = now;
        seen = now;
        keep();
        return;
      }
    }
  }

  private @Nullable Long newest(String measurement, long start, long end, Deadline deadline) {
    return store
        .measurement(measurement, deadline)
        .map(one -> newest(one, start, end, deadline))
        .orElse(null);
  }

  private @Nullable Long newest(Measurement measurement, long start, long end, Deadline deadline) {
    List<Field> fields = measurement.fields();
    if (fields.isEmpty()) {
      return null;
    }
    List<Long> found = new ArrayList<>();
    boolean unused =
        store.scan(
            HistoryQuery.points(
                new Selection(measurement, List.of(), start, end),
                fields.subList(0, Math.min(MOST_FIELDS, fields.size())),
                true,
                1),
            deadline,
            row -> {
              found.add(Math.floorDiv(row.epochMicros(), 1000));
              return true;
            });
    return found.isEmpty() ? null : found.get(0);
  }

  private Optional<String> words() {
    if (gone == null) {
      return Optional.empty();
    }
    Mark one = marks.get(0);
    return Optional.of(
        "all data up to "
            + seen
            + ", such as "
            + one.measurement()
            + " at "
            + Instant.ofEpochMilli(one.millis())
            + " (noticed "
            + gone
            + ") is gone: the database was emptied, or is a different one at the same "
            + "address, as after a volume that was not mounted; "
            + (memory == ShownMemory.NONE
                ? "bring it back, or restart this service if it is meant to be empty, for "
                    + "example because nothing came for longer than its retention"
                : "bring it back, or restart this service at least ten minutes after that "
                    + "if it is meant to be empty, for example because nothing came for longer "
                    + "than its retention"));
  }
}
