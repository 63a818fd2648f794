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
 * A running task. It computes windows soon after they have ended; then it repeatedly computes the
 * recent windows again, to include late data. It works in pieces, each sized to take a few seconds.
 * For one thread; {@link #state} is for any thread.
 */
final class TaskRun {
  private static final Logger LOG = LoggerFactory.getLogger(TaskRun.class);

  /** Message of a task before its first check. */
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
   * @param source the task that writes what this task reads; null if it reads the samples
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

  /** Returns how the windows are computed, which distinguishes copies. */
  Task.Make make() {
    return make;
  }

  TaskState state() {
    return state;
  }

  /**
   * Reads the copy's stored progress. Adopts it if it differs from what is known here: another
   * service has written to the copy, or the copy was deleted or restored.
   *
   * @throws StoreException if the database does not answer as expected
   */
  void load() {
    if (progress.load()) {
      taken();
    }
  }

  /** Discards the work in progress, which is no longer valid. */
  private void taken() {
    cursor = 0;
    Optional<String> other = progress.otherWindows();
    blocked = other.isPresent();
    message = other.orElse(null);
    state = seen();
  }

  /**
   * Returns the windows of this task that change once the source task has computed the given range,
   * limited to those whose source is then complete. For any thread.
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
   * Computes one piece, if there is one to compute.
   *
   * @return true if there is more
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
      // Otherwise it was broken off on purpose.
      if (!blocked && goOn.getAsBoolean()) {
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

  /** Returns from which time on windows can be computed. */
  long from(Bounds bounds) {
    return reach.from(bounds);
  }

  /** Adjusts to a clock that was set by this much. */
  void moved(Duration step) {
    nextTry += step.toMillis();
  }

  private boolean forward(Bounds bounds, BooleanSupplier goOn) {
    progress.expire(bounds.target().from());
    progress.endBy(windows.floor(bounds.now()));
    long until = reach.until(bounds);
    if (until == Long.MIN_VALUE) {
      return false;
    }
    long next = next(bounds, until);
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

  /**
   * Notes how far the copy is behind while another service computes it.
   *
   * @param least less than this may have been computed since the copy was read
   */
  void watch(Bounds bounds, Duration least) {
    long until = reach.until(bounds);
    long late = blocked || until == Long.MIN_VALUE ? 0 : until - next(bounds, until);
    behind = late > least.toMillis() ? late : 0;
    state = seen();
  }

  /** Returns the start of the first window that is not computed and can be. */
  private long next(Bounds bounds, long until) {
    Coverage coverage = progress.coverage();
    return Math.max(
        from(bounds),
        coverage.isEmpty()
            ? reach.first(bounds, until, progress.latestEarlier())
            : coverage.last().end());
  }

  /** Computes windows again, for late data. */
  private boolean back(Bounds bounds, BooleanSupplier goOn) {
    Coverage coverage = progress.coverage();
    long lookedBack = progress.lookedBack();
    if (coverage.isEmpty()) {
      return false;
    }
    if (bounds.gone() < lookedBack - pace.late().toMillis()) {
      // The database has lost data that was there, and may get it back: until then it is answered
      // from the samples, and afterwards computed again.
      lookedBack = bounds.gone();
      progress.lookedBack(lookedBack);
      cursor = 0;
      keep();
    }
    if (cursor == 0) {
      // After an outage, data on its way is later than usual. The look back that includes it waits
      // until it has arrived; meanwhile queries are answered from the samples.
      long now = reach.settled(bounds);
      if (now == Long.MIN_VALUE) {
        return false;
      }
      // True if the clock was set back after the last look back.
      boolean ahead = lookedBack > bounds.now();
      if (!ahead && now < lookedBack + pace.lateEvery().toMillis()) {
        return false;
      }
      begun = now;
      // Includes data that came late while nothing looked for it.
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

  /** Returns true if the task must not compute at all. */
  boolean isBlocked() {
    return blocked;
  }

  /**
   * Computes a piece of a backfill.
   *
   * @throws StoreException if the database refuses, or the range cannot be computed now
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
      // Otherwise the task would continue after this range, and the windows before it would never
      // be computed.
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
