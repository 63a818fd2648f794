package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.storage.plan.StoragePlan;
import com.voltageems.hissrv.query.storage.plan.Task;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task at work: windows that have ended, as soon as they have; then, again and again, those of
 * the last while, for late data. A piece at a time, each as large as can be done in about a second.
 * For one thread; {@link #state} for all.
 */
final class TaskRun {
  private static final Logger LOG = LoggerFactory.getLogger(TaskRun.class);

  /** Of a task of which nothing is known yet. */
  static final String NOT_YET = "not looked at yet";

  private static final long FIRST_RETRY_MS = 1_000;
  private static final long LONGEST_RETRY_MS = 300_000;

  private final Task task;
  private final @Nullable TaskRun source;
  private final Windows windows;
  private final Task.Make make;
  private final StoragePlan.Pace pace;
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
    this.source = source;
    this.windows = task.windows(zone);
    this.make = plan.make(task, zone);
    this.pace = plan.pace();
    this.pieces = new Pieces(task, windows, copier, this::aligned);
    this.progress = new TaskProgress(task, make, ledger);
    this.state = seen();
  }

  Task task() {
    return task;
  }

  Windows windows() {
    return windows;
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
    if (source != from || blocked) {
      return Optional.empty();
    }
    Coverage all = TaskProgress.feeding(from.state, make).plus(start, end);
    for (Coverage.Range one : all.ranges()) {
      if (one.start() <= start && end <= one.end()) {
        long whole = Math.max(windows.ceil(one.start()), bounds.first(windows));
        long first = Math.max(windows.floor(start), whole);
        long last = Math.min(windows.ceil(end), windows.floor(one.end()));
        return first < last ? Optional.of(new Coverage.Range(first, last)) : Optional.empty();
      }
    }
    return Optional.empty();
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

  /** Up to where windows can be computed now. */
  private long until(Bounds bounds) {
    long end = windows.floor(bounds.now() - pace.grace().toMillis());
    if (source == null) {
      return end;
    }
    Coverage from = TaskProgress.feeding(source.state, make);
    return from.isEmpty() ? Long.MIN_VALUE : Math.min(end, windows.floor(from.last().end()));
  }

  /** From when on windows can be computed. */
  long from(Bounds bounds) {
    long first = bounds.first(windows);
    Coverage from = source == null ? Coverage.NONE : TaskProgress.feeding(source.state, make);
    return from.isEmpty() ? first : Math.max(first, windows.ceil(from.last().start()));
  }

  /** Where a task begins that has computed nothing: one window at least. */
  private long firstOf(Bounds bounds, long until) {
    long late = pace.late().toMillis();
    long first = Math.min(bounds.now() - late, until - 1);
    TaskState.Held before = progress.latestEarlier().orElse(null);
    if (before != null) {
      // What was computed otherwise is joined without a hole, and late data is still taken in.
      long settled =
          before.lookedBack() == 0 ? before.coverage().last().start() : before.lookedBack() - late;
      first = Math.min(first, Math.min(settled, before.coverage().last().end()));
    }
    return windows.floor(first);
  }

  private boolean forward(Bounds bounds, BooleanSupplier goOn) {
    progress.expire(bounds.target().from());
    Coverage coverage = progress.coverage();
    long until = until(bounds);
    if (until == Long.MIN_VALUE) {
      return false;
    }
    long next =
        Math.max(from(bounds), coverage.isEmpty() ? firstOf(bounds, until) : coverage.last().end());
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
      long now = source == null ? bounds.now() : Math.min(bounds.now(), source.state.lookedBack());
      if (now < lookedBack + pace.lateEvery().toMillis()) {
        return false;
      }
      begun = now;
      // What came late while nobody looked is taken in, too.
      long last = lookedBack == 0 ? now : lookedBack;
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

  /** Days of a zone half an hour off do not begin with an hour of UTC. */
  private void aligned(long boundary) {
    if (source != null && source.windows.floor(boundary) != boundary) {
      throw new StoreException(
          StoreException.Kind.FAILED,
          "windows of "
              + make.windows()
              + " do not begin where those of "
              + source.make.windows()
              + " do; give the task "
              + source.task.name()
              + " a shorter interval, such as 30m or 15m",
          new IllegalArgumentException(Instant.ofEpochMilli(boundary).toString()));
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
    long until = backfill.end();
    if (source != null) {
      until = Math.min(until, windows.floor(TaskProgress.feeding(source.state, make).endFrom(at)));
      if (until <= at) {
        throw new StoreException(
            StoreException.Kind.FAILED,
            "the task " + source.task.name() + " has not computed this range; backfill it first",
            new IllegalStateException("from " + Instant.ofEpochMilli(at)));
      }
    }
    long before = pieces.written();
    long end = pieces.compute(at, until, goOn);
    progress.computed(at, end);
    keep();
    state = seen();
    return backfill.upTo(end, pieces.written() - before);
  }
}
