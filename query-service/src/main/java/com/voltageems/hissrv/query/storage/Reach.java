package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.storage.plan.StoragePlan;
import com.voltageems.hissrv.query.storage.plan.Task;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The time range in which a task can compute windows. It depends on the clock, on what the database
 * keeps, and on what the source task has computed.
 */
final class Reach {
  private final Windows windows;
  private final Task.Make make;
  private final StoragePlan.Pace pace;
  private final @Nullable TaskRun source;

  /**
   * @param windows of the task
   * @param source the task that writes what this task reads; null if it reads the samples
   */
  Reach(Windows windows, Task.Make make, StoragePlan.Pace pace, @Nullable TaskRun source) {
    this.windows = windows;
    this.make = make;
    this.pace = pace;
    this.source = source;
  }

  /**
   * Returns what the source task has computed that can be used here; empty if the samples are read.
   */
  private Coverage read() {
    return source == null ? Coverage.NONE : TaskProgress.feeding(source.state(), make);
  }

  /** Returns from which time on windows can be computed. */
  long from(Bounds bounds) {
    long first = bounds.first(windows);
    Coverage from = read();
    return from.isEmpty() ? first : Math.max(first, windows.ceil(from.last().start()));
  }

  /**
   * Returns up to which time windows can be computed now; {@link Long#MIN_VALUE} if there are none.
   */
  long until(Bounds bounds) {
    long end = windows.floor(bounds.now() - pace.grace().toMillis());
    if (source == null) {
      return end;
    }
    Coverage from = read();
    return from.isEmpty() ? Long.MIN_VALUE : Math.min(end, windows.floor(from.last().end()));
  }

  /**
   * Returns up to which time a range that begins at {@code at} can be computed.
   *
   * @throws StoreException if the source has nothing there
   */
  long until(long at, long end) {
    if (source == null) {
      return end;
    }
    long until = Math.min(end, windows.floor(read().endFrom(at)));
    if (until <= at) {
      throw new StoreException(
          StoreException.Kind.FAILED,
          "the task " + source.task().name() + " has not computed this range; backfill it first",
          new IllegalStateException("from " + Instant.ofEpochMilli(at)));
    }
    return until;
  }

  /**
   * Returns where a task begins that has computed nothing: it computes at least one window.
   *
   * @param before what was computed in another way
   */
  long first(Bounds bounds, long until, Optional<TaskState.Held> before) {
    long late = pace.late().toMillis();
    long first = Math.min(bounds.now() - late, until - 1);
    if (before.isPresent()) {
      // Continues without a gap after what was computed in another way, and still includes late
      // data.
      TaskState.Held held = before.get();
      long settled =
          held.lookedBack() == 0 ? held.coverage().last().start() : held.lookedBack() - late;
      first = Math.min(first, Math.min(settled, held.coverage().last().end()));
    }
    return windows.floor(first);
  }

  /** Returns up to which time late data of the source is complete. */
  long settled(Bounds bounds) {
    long settled = Math.min(bounds.arrived(), bounds.gone());
    return source == null ? settled : Math.min(settled, source.state().lookedBack());
  }

  /**
   * Returns the windows of this task that change once the source task has computed the given range,
   * limited to those whose source is then complete. For any thread.
   */
  Optional<Coverage.Range> following(TaskRun from, long start, long end, Bounds bounds) {
    if (source != from) {
      return Optional.empty();
    }
    for (Coverage.Range one : read().plus(start, end).ranges()) {
      if (one.start() <= start && end <= one.end()) {
        long whole = Math.max(windows.ceil(one.start()), bounds.first(windows));
        long first = Math.max(windows.floor(start), whole);
        long last = Math.min(windows.ceil(end), windows.floor(one.end()));
        return first < last ? Optional.of(new Coverage.Range(first, last)) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  /**
   * Checks that the boundary is also a boundary of the source's windows: days of a time zone that
   * is half an hour off do not begin with an hour of UTC.
   *
   * @throws StoreException if it is not
   */
  void aligned(long boundary) {
    if (source != null && source.windows().floor(boundary) != boundary) {
      throw new StoreException(
          StoreException.Kind.FAILED,
          "windows of "
              + make.windows()
              + " do not begin where those of "
              + source.make().windows()
              + " do; give the task "
              + source.task().name()
              + " a shorter interval, such as 30m or 15m",
          new IllegalArgumentException(Instant.ofEpochMilli(boundary).toString()));
    }
  }
}
