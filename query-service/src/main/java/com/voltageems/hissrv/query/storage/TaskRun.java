package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.storage.plan.StoragePlan;
import com.voltageems.hissrv.query.storage.plan.Task;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task at work: windows that have ended, as soon as they have; then, again and again, those of
 * the last while, for late data. A piece at a time, each as large as can be done in some seconds.
 * For one thread; {@link #state} for all.
 */
final class TaskRun {
  private static final Logger LOG = LoggerFactory.getLogger(TaskRun.class);

  /** Of a task of which nothing is known yet. */
  static final String NOT_YET = "not checked yet";

  private static final long FIRST_RETRY_MS = 1_000;
  private static final long LONGEST_RETRY_MS = 300_000;

  private final Task task;
  private final Windows windows;
  private final Task.Make make;
  private final StoragePlan.Pace pace;
  private final Reach reach;
  private final Pieces pieces;
  private final TaskProgress progress;
  private long begun;
  private long cursor;
  private long failures;
  private int tries;
  private long nextTry;
  private @Nullable String message = NOT_YET;
  private volatile boolean blocked = true;
  private long behind;
  private volatile TaskState state;

  /**
   * @param source the task that writes what is read; null where it is the samples
   */
  TaskRun(
      Task task,
      @Nullable TaskRun source,
      ZoneId zone,
      StoragePlan plan,
      Copier copier,
      Ledger ledger) {
    this.task = task;
    this.windows = task.windows(zone);
    this.make = plan.make(task, zone);
    this.pace = plan.pace();
    this.reach = new Reach(windows, make, pace, source);
    this.pieces = new Pieces(task, windows, copier, reach::aligned);
    this.progress = new TaskProgress(task, make, ledger);
    this.state = seen();
  }

  Task task() {
    return task;
  }

  Windows windows() {
    return windows;
  }

  /** How its windows are made, by which copies are told apart. */
  Task.Make make() {
    return make;
  }

  TaskState state() {
    return state;
  }

  /**
   * Takes what stands in the copy, where it is not what is known of it: another service has written
   * there, or the copy has been deleted or restored.
   *
   * @throws StoreException when the database does not tell
   */
  void load() {
    if (progress.load()) {
      taken();
    }
  }

  /** What was under way is of no use any more. */
  private void taken() {
    cursor = 0;
    Optional<String> other = progress.otherWindows();
    blocked = other.isPresent();
    message = other.orElse(null);
    state = seen();
  }

  /**
   * The windows that are others once the task's source has computed that range, as far as it has
   * all of them then. For any thread.
   */
  Optional<Coverage.Range> following(TaskRun from, long start, long end, Bounds bounds) {
    return blocked ? Optional.empty() : reach.following(from, start, end, bounds);
  }

  private TaskState seen() {
    TaskState.State word =
        message == null
            ? behind > 0 ? TaskState.State.COMPUTING : TaskState.State.OK
            : tries > 0 ? TaskState.State.FAILED : TaskState.State.WAITING;
    return new TaskState(
        task,
        word,
        progress.now(),
        progress.earlier(),
        behind,
        pieces.counted(),
        pieces.rows(),
        pieces.written(),
        failures,
        pieces.leftOut(),
        message);
  }

  /**
   * Computes a piece, where there is one to compute.
   *
   * @return whether there is more
   */
  boolean step(Bounds bounds, BooleanSupplier goOn) {
    if (blocked || bounds.now() < nextTry) {
      return false;
    }
    if (bounds.why() != null) {
      message = bounds.why();
      state = seen();
      return false;
    }
    try {
      boolean more = forward(bounds, goOn) || back(bounds, goOn);
      tries = 0;
      message = null;
      return more;
    } catch (StoreException e) {
      if (!blocked) {
        failed(Retention.words(e), bounds.now());
      }
      return false;
    } finally {
      state = seen();
    }
  }

  private void failed(String why, long now) {
    failures++;
    tries++;
    pieces.failed();
    nextTry = now + Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS << Math.min(tries - 1, 10));
    if (!why.equals(message)) {
      LOG.warn("Storage: the task {} failed, and tries again: {}", task.name(), why);
    }
    message = why;
  }

  /** From when on windows can be computed. */
  long from(Bounds bounds) {
    return reach.from(bounds);
  }

  /** The clock was set by so much. */
  void moved(Duration step) {
    nextTry += step.toMillis();
  }

  private boolean forward(Bounds bounds, BooleanSupplier goOn) {
    progress.expire(bounds.target().from());
    progress.endBy(windows.floor(bounds.now()));
    Coverage coverage = progress.coverage();
    long until = reach.until(bounds);
    if (until == Long.MIN_VALUE) {
      return false;
    }
    long next =
        Math.max(
            from(bounds),
            coverage.isEmpty()
                ? reach.first(bounds, until, progress.latestEarlier())
                : coverage.last().end());
    behind = Math.max(0, until - next);
    if (next >= until) {
      return false;
    }
    long end = pieces.compute(next, until, goOn);
    progress.computed(next, end);
    behind = until - end;
    keep();
    return true;
  }

  /** For late data. */
  private boolean back(Bounds bounds, BooleanSupplier goOn) {
    Coverage coverage = progress.coverage();
    long lookedBack = progress.lookedBack();
    if (coverage.isEmpty()) {
      return false;
    }
    if (cursor == 0) {
      // What waits on its way, after an outage, is late by more than usual: until it is there, the
      // look back that takes it in stays open, and questions are answered from the samples.
      long now = reach.settled(bounds);
      if (now == Long.MIN_VALUE) {
        return false;
      }
      // By a clock that has been set back since.
      boolean ahead = lookedBack > bounds.now();
      if (!ahead && now < lookedBack + pace.lateEvery().toMillis()) {
        return false;
      }
      begun = now;
      // What came late while nobody looked is taken in, too.
      long last = lookedBack == 0 || ahead ? now : lookedBack;
      cursor = windows.floor(last - pace.late().toMillis());
    }
    cursor = Math.max(cursor, Math.max(coverage.last().start(), from(bounds)));
    long until = coverage.last().end();
    if (cursor < until) {
      cursor = pieces.compute(cursor, until, goOn);
    }
    if (cursor >= until) {
      progress.lookedBack(begun);
      cursor = 0;
      keep();
      return false;
    }
    return true;
  }

  private void keep() {
    if (!progress.keep()) {
      taken();
      throw new StoreException(
          StoreException.Kind.FAILED,
          task.target() + " is not as this service left it; it begins from what is there",
          new IllegalStateException("another service, or somebody, has changed it"));
    }
  }

  /** Whether it may compute at all. */
  boolean isBlocked() {
    return blocked;
  }

  /**
   * Computes a piece of a backfill.
   *
   * @throws StoreException when the database refuses
   */
  Backfill fill(Backfill asked, Bounds bounds, BooleanSupplier goOn) {
    long first = bounds.first(windows);
    long at = Math.max(asked.at(), first);
    Backfill backfill = at > asked.at() ? asked.leftOut(Math.min(first, asked.end())) : asked;
    if (at >= backfill.end()) {
      return backfill.upTo(backfill.end(), 0);
    }
    Coverage coverage = progress.coverage();
    if (!coverage.isEmpty() && at > coverage.last().end()) {
      // Else the task would go on behind it, and what lies between were never computed.
      throw new StoreException(
          StoreException.Kind.FAILED,
          "the task itself is on its way there; it goes on when the task has come that far",
          new IllegalStateException("at " + Instant.ofEpochMilli(coverage.last().end())));
    }
    long until = reach.until(at, backfill.end());
    long before = pieces.written();
    long end = pieces.compute(at, until, goOn);
    progress.computed(at, end);
    keep();
    state = seen();
    return backfill.upTo(end, pieces.written() - before);
  }
}
