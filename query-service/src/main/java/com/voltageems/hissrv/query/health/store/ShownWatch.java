package com.voltageems.hissrv.query.health.store;

import com.voltageems.hissrv.query.health.store.Shown.Mark;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.StoreException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects that a database no longer shows what it showed before: nothing of it, or not the newest
 * part. A database that was emptied, that started with another data folder, or that was restored
 * from a backup answers and accepts writes as usual. Remembers some points and checks whether they
 * still exist. After a deletion by hand or by a retention something remains that a database with an
 * older state would not have, or lacks what it would have; this is not reported. About the time
 * before this process it knows what the memory has kept. For one thread.
 */
final class ShownWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ShownWatch.class);

  /** Shortest time between two checks; each makes a few small queries. */
  private static final Duration PAUSE = Duration.ofSeconds(30);

  /** After this time newer points are remembered as well. */
  private static final Duration RENEW = Duration.ofMinutes(2);

  /** Shortest time between two writes to the memory while nothing is wrong. */
  private static final Duration KEEP = Duration.ofMinutes(10);

  /** What is missing within less may be a few points that somebody has deleted. */
  private static final Duration SHORTEST = Duration.ofMinutes(1);

  /**
   * In how many parts of the missing range to look for points; where most have some, the rest was
   * deleted by hand, a device for example.
   */
  private static final int SLICES = 8;

  /** How many timeouts all marks may take, when some are gone. */
  private static final int MANY = 3;

  private final StoreLook store;
  private final ShownMemory memory;
  private final Clock clock;
  private volatile boolean recalled;
  private Marks marks = Marks.NONE;
  private @Nullable Instant looked;
  private Instant taken = Instant.EPOCH;
  private Instant kept = Instant.EPOCH;

  /** When all marks were found to be gone; null if they are not. */
  private @Nullable Instant gone;

  /** Whether the newest part seemed to be gone at the last look: the next one has to confirm it. */
  private boolean suspected;

  /** The newest part, where it is gone; null if it is not. */
  private @Nullable Missing missing;

  /** When any of these was first reported, by this process or one before it. */
  private @Nullable Instant told;

  private @Nullable Instant seen;

  /** Why the last question was refused; null if it was not. */
  private @Nullable String hindrance;

  /** What the last look left, for a watch that replaces this one; null if nothing. */
  private volatile @Nullable Shown known;

  /**
   * @param before another watch of the same database, which this one replaces while the service
   *     runs on; null if there is none
   */
  ShownWatch(HistoryStore store, ShownMemory memory, Clock clock, @Nullable ShownWatch before) {
    this.store = new StoreLook(store);
    this.memory = memory;
    this.clock = clock;
    Shown shown = before == null ? null : before.known;
    if (before != null && shown != null) {
      recalled = before.recalled;
      take(shown);
    }
  }

  private void take(Shown shown) {
    marks = new Marks(shown.marks());
    seen = shown.seen();
    told = shown.told();
    suspected = told != null;
    known = shown;
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
        look(now, Deadline.in(timeout), Deadline.in(timeout.multipliedBy(MANY)));
        hindrance = null;
      } catch (StoreException e) {
        // The database is too busy or down: other checks report that, and the earlier result stays.
        boolean passes =
            e.kind() == StoreException.Kind.UNAVAILABLE || e.kind() == StoreException.Kind.TIMEOUT;
        hindrance = passes ? hindrance : e.getMessage();
        LOG.debug("Whether the database still shows what it did is not known", e);
      }
    }
    known = marks.isEmpty() || seen == null ? null : new Shown(marks.all(), seen, told);
    return words();
  }

  /**
   * Returns why the database cannot be asked whether it still shows what it did; empty if it can,
   * or does not answer at all.
   */
  Optional<String> hindrance() {
    return Optional.ofNullable(hindrance);
  }

  /** Returns the newest part of the data, where it is gone. */
  Optional<Missing> missing() {
    return Optional.ofNullable(missing);
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
              take(one);
              taken = Instant.EPOCH;
              looked = null;
            },
            () -> {
              if (before.isPresent()) {
                LOG.info(
                    "What the database had shown up to {} is forgotten: {} points",
                    before.get().seen(),
                    before.get().marks().size());
              }
              keep(now);
            });
  }

  private void keep(Instant now) {
    if (recalled && !marks.isEmpty() && seen != null) {
      kept = now;
      memory.keep(new Shown(marks.all(), seen, told).text());
    }
  }

  /**
   * @param patience for many questions; below the time after which the part counts as down
   */
  private void look(Instant now, Deadline deadline, Deadline patience) {
    Missing part = missing;
    if (part != null) {
      if (store.there(part.marks(), patience).size() == part.marks().size()) {
        back(now);
      }
      return;
    }
    List<Mark> newest = marks.newest();
    Set<Mark> there = store.there(newest, deadline);
    if (!newest.isEmpty() && there.size() == newest.size()) {
      seen = now;
      back(now);
      if (Duration.between(taken, now).abs().compareTo(RENEW) >= 0) {
        take(now, deadline);
      }
    } else if (there.isEmpty() && !newest.isEmpty() && !hasOlder(newest, deadline)) {
      if (gone == null) {
        told = told == null ? now : told;
        gone = told;
        keep(now);
        LOG.warn("The database shows nothing any more of what it showed at {}", seen);
      }
    } else if (gone != null || marks.isEmpty()) {
      forget(Set.of(), now, deadline);
    } else {
      judge(now, patience);
    }
  }

  /** Some of the newest marks are gone. */
  private void judge(Instant now, Deadline deadline) {
    Set<Mark> there = store.there(marks.all(), deadline);
    Missing found = missing(marks.cut(there, now), there, told == null ? now : told, deadline);
    if (found == null) {
      forget(there, now, deadline);
    } else if (!suspected) {
      suspected = true;
    } else {
      missing = found;
      told = found.noticed();
      keep(now);
      LOG.warn("The database has an older state: {}", found.words());
    }
  }

  /**
   * Returns what an older state of the database would explain.
   *
   * @param cut the marks that it would not have
   */
  private @Nullable Missing missing(
      List<Mark> cut, Set<Mark> there, Instant noticed, Deadline deadline) {
    List<Mark> counted = new ArrayList<>();
    long from = Long.MIN_VALUE;
    for (Mark newest : new Marks(cut).newest()) {
      List<Mark> own =
          cut.stream().filter(one -> one.measurement().equals(newest.measurement())).toList();
      long first = own.stream().mapToLong(Mark::millis).min().orElseThrow();
      long known =
          there.stream()
              .filter(one -> one.measurement().equals(newest.measurement()))
              .mapToLong(Mark::millis)
              .filter(millis -> millis < first)
              .max()
              .orElse(0);
      Long older = store.newest(newest.measurement(), known, first, deadline);
      if (older != null) {
        counted.addAll(own);
        from = Math.max(from, older);
      }
    }
    return Marks.span(counted).compareTo(SHORTEST) < 0 || isMostlyThere(counted, deadline)
        ? null
        : new Missing(counted, Instant.ofEpochMilli(from), noticed);
  }

  private boolean isMostlyThere(List<Mark> counted, Deadline deadline) {
    long start = counted.stream().mapToLong(Mark::millis).min().orElseThrow();
    long end = start + Marks.span(counted).toMillis() + 1;
    return new Marks(counted)
        .newest().stream()
            .anyMatch(
                one -> store.filled(one.measurement(), start, end, SLICES, deadline) >= SLICES / 2);
  }

  /** Forgets the marks that are gone, because a deletion or a retention explains it. */
  private void forget(Set<Mark> there, Instant now, Deadline deadline) {
    gone = null;
    told = null;
    suspected = false;
    marks = marks.only(there);
    take(now, deadline);
  }

  private void back(Instant now) {
    boolean wasTold = gone != null || told != null;
    gone = null;
    told = null;
    missing = null;
    suspected = false;
    if (wasTold) {
      keep(now);
    }
  }

  /** Returns whether any of the measurements has a point that is older than the remembered one. */
  private boolean hasOlder(List<Mark> newest, Deadline deadline) {
    for (Mark mark : newest) {
      if (store.newest(mark.measurement(), 0, mark.millis(), deadline) != null) {
        return true;
      }
    }
    return false;
  }

  /** Remembers the newest points, too. */
  private void take(Instant now, Deadline deadline) {
    List<Mark> found = store.take(now, deadline);
    if (!found.isEmpty()) {
      marks = marks.plus(found, now);
      taken = now;
      seen = now;
      if (Duration.between(kept, now).abs().compareTo(KEEP) >= 0) {
        keep(now);
      }
    }
  }

  private Optional<String> words() {
    if (missing != null) {
      return Optional.of(missing.words());
    }
    if (gone == null) {
      return Optional.empty();
    }
    Mark one = marks.all().get(0);
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
