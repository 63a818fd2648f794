package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.window.CalendarWindows;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
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
  private static final long QUICK_NANOS = 500_000_000;
  private static final long SLOW_NANOS = 2_000_000_000;
  private static final int MOST_WINDOWS = 4096;
  private static final long MOST_ROWS = 20_000;
  private static final long FIRST_RETRY_MS = 1_000;
  private static final long LONGEST_RETRY_MS = 300_000;

  private final Task task;
  private final @Nullable TaskRun source;
  private final Windows windows;
  private final StoragePlan.Pace pace;
  private final Copier copier;
  private final Ledger ledger;
  private Coverage coverage = Coverage.NONE;
  private long lookedBack;
  private long begun;
  private long cursor;
  private int size = 1;
  private long counted;
  private long rows;
  private long written;
  private long failures;
  private int tries;
  private long nextTry;
  private final Set<String> leftOut = new TreeSet<>();
  private @Nullable String message = "not looked at yet";
  private boolean blocked = true;
  private long behind;
  private volatile TaskState state;

  /**
   * What a task may read and has to write, at a moment.
   *
   * @param now epoch milliseconds
   * @param sourceFrom from when on what it reads is all there
   * @param targetFrom from when on what it writes is kept
   * @param why why it must not compute now; null when it may
   */
  record Bounds(long now, long sourceFrom, long targetFrom, @Nullable String why) {
    /** The first window that can be computed and kept. */
    long first(Windows windows) {
      return windows.ceil(Math.max(0, Math.max(sourceFrom, targetFrom)));
    }
  }

  /**
   * @param source the task that writes what is read; null where it is the samples
   */
  TaskRun(
      Task task,
      @Nullable TaskRun source,
      Windows windows,
      StoragePlan.Pace pace,
      Copier copier,
      Ledger ledger) {
    this.task = task;
    this.source = source;
    this.windows = windows;
    this.pace = pace;
    this.copier = copier;
    this.ledger = ledger;
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

  /** Which windows they are, days with their zone. */
  private String windowsText() {
    return windows instanceof CalendarWindows calendar
        ? task.interval() + " " + calendar.zone()
        : task.interval();
  }

  private String outputsText() {
    return task.outputs().stream()
        .map(one -> one.function().text() + "=" + one.alias())
        .collect(Collectors.joining(","));
  }

  /**
   * Takes what is kept of it, as a service does that begins to look after it, or only shows it.
   *
   * @throws StoreException when the database does not tell
   */
  void load() {
    Ledger.Entry entry = ledger.read(task).orElse(null);
    cursor = 0;
    if (entry == null) {
      coverage = Coverage.NONE;
      lookedBack = 0;
    } else if (!entry.windows().equals(windowsText()) && !entry.coverage().isEmpty()) {
      blocked = true;
      message =
          task.target()
              + " has windows of "
              + entry.windows()
              + ", not of "
              + windowsText()
              + "; give the task another target, or delete what is there";
      state = seen();
      return;
    } else if (!entry.outputs().equals(outputsText())) {
      // What is there has other fields: these are computed from now on, earlier ones by a backfill.
      coverage = Coverage.NONE;
      lookedBack = 0;
    } else {
      coverage = entry.coverage();
      lookedBack = entry.lookedBack();
    }
    blocked = false;
    message = null;
    state = seen();
  }

  private TaskState seen() {
    TaskState.State word =
        message == null
            ? behind > 0 ? TaskState.State.COMPUTING : TaskState.State.OK
            : tries > 0 ? TaskState.State.FAILED : TaskState.State.WAITING;
    return new TaskState(
        task,
        word,
        coverage,
        lookedBack,
        behind,
        counted,
        rows,
        written,
        failures,
        leftOut,
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
      failed(Retention.words(e), bounds.now());
      return false;
    } finally {
      state = seen();
    }
  }

  private void failed(String why, long now) {
    failures++;
    tries++;
    size = Math.max(1, size / 4);
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
    return source.coverage.isEmpty()
        ? Long.MIN_VALUE
        : Math.min(end, windows.floor(source.coverage.last().end()));
  }

  /** From when on windows can be computed. */
  long from(Bounds bounds) {
    long first = bounds.first(windows);
    return source == null || source.coverage.isEmpty()
        ? first
        : Math.max(first, windows.ceil(source.coverage.last().start()));
  }

  /** Where a task begins that has computed nothing: one window at least. */
  private long firstOf(Bounds bounds, long until) {
    return Math.min(windows.floor(bounds.now() - pace.late().toMillis()), windows.floor(until - 1));
  }

  private boolean forward(Bounds bounds, BooleanSupplier goOn) {
    coverage = coverage.from(bounds.targetFrom());
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
    long end = compute(next, until, goOn);
    coverage = coverage.plus(next, end);
    behind = until - end;
    keep();
    return true;
  }

  /** For late data. */
  private boolean back(Bounds bounds, BooleanSupplier goOn) {
    if (coverage.isEmpty()) {
      return false;
    }
    if (cursor == 0) {
      long now = source == null ? bounds.now() : Math.min(bounds.now(), source.lookedBack);
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
      cursor = compute(cursor, until, goOn);
    }
    if (cursor >= until) {
      lookedBack = begun;
      cursor = 0;
      keep();
      return false;
    }
    return true;
  }

  private void keep() {
    ledger.write(task, new Ledger.Entry(windowsText(), outputsText(), coverage, lookedBack));
  }

  /**
   * Computes some windows from {@code start}.
   *
   * @return up to where
   */
  private long compute(long start, long until, BooleanSupplier goOn) {
    long end = start;
    int count = 0;
    while (count < size && end < until) {
      end = windows.next(end);
      count++;
    }
    aligned(start);
    aligned(end);
    long begin = System.nanoTime();
    Copier.Done done = copier.copy(task, start, end, goOn);
    long took = System.nanoTime() - begin;
    counted += count;
    rows += done.rows();
    written += done.written();
    leftOut.clear();
    leftOut.addAll(done.leftOut());
    if (took > SLOW_NANOS || done.rows() > 2 * MOST_ROWS) {
      size = Math.max(1, size / 2);
    } else if (took < QUICK_NANOS && done.rows() < MOST_ROWS) {
      size = Math.min(MOST_WINDOWS, size * 2);
    }
    return end;
  }

  /** Days of a zone half an hour off do not begin with an hour of UTC. */
  private void aligned(long boundary) {
    if (source != null && source.windows.floor(boundary) != boundary) {
      throw new StoreException(
          StoreException.Kind.FAILED,
          "windows of "
              + windowsText()
              + " do not begin where those of "
              + source.windowsText()
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
  Backfill fill(Backfill backfill, Bounds bounds, BooleanSupplier goOn) {
    long at = Math.max(backfill.at(), bounds.first(windows));
    if (at >= backfill.end()) {
      return backfill.upTo(backfill.end(), 0);
    }
    long until = backfill.end();
    if (source != null) {
      until = Math.min(until, windows.floor(source.coverage.endFrom(at)));
      if (until <= at) {
        throw new StoreException(
            StoreException.Kind.FAILED,
            "the task " + source.task.name() + " has not computed this range; backfill it first",
            new IllegalStateException("from " + Instant.ofEpochMilli(at)));
      }
    }
    long before = written;
    long end = compute(at, until, goOn);
    coverage = coverage.plus(at, end);
    keep();
    state = seen();
    return backfill.upTo(end, written - before);
  }
}
