package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.storage.plan.StoragePlan;
import com.voltageems.hissrv.query.storage.plan.Task;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From when on and up to when a task can compute windows: by the clock, by what the database keeps,
 * and by what the task has computed that it reads from.
 */
final class Reach {
  private final Windows windows;
  private final Task.Make make;
  private final StoragePlan.Pace pace;
  private final @Nullable TaskRun source;

  /**
   * @param windows of the task
   * @param source the task that writes what is read; null where it is the samples
   */
  Reach(Windows windows, Task.Make make, StoragePlan.Pace pace, @Nullable TaskRun source) {
    this.windows = windows;
    this.make = make;
    this.pace = pace;
    this.source = source;
  }

  /** What the source has of use here; none where it is the samples. */
  private Coverage read() {
    return source == null ? Coverage.NONE : TaskProgress.feeding(source.state(), make);
  }

  /** From when on windows can be computed. */
  long from(Bounds bounds) {
    long first = bounds.first(windows);
    Coverage from = read();
    return from.isEmpty() ? first : Math.max(first, windows.ceil(from.last().start()));
  }

  /** Up to where windows can be computed now; {@link Long#MIN_VALUE} for none. */
  long until(Bounds bounds) {
    long end = windows.floor(bounds.now() - pace.grace().toMillis());
    if (source == null) {
      return end;
    }
    Coverage from = read();
    return from.isEmpty() ? Long.MIN_VALUE : Math.min(end, windows.floor(from.last().end()));
  }

  /**
   * Up to where a range can be computed that begins there.
   *
   * @throws StoreException where the source has nothing there
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
   * Where a task begins that has computed nothing: one window at least.
   *
   * @param before what was computed otherwise
   */
  long first(Bounds bounds, long until, Optional<TaskState.Held> before) {
    long late = pace.late().toMillis();
    long first = Math.min(bounds.now() - late, until - 1);
    if (before.isPresent()) {
      // What was computed otherwise is joined without a hole, and late data is still taken in.
      TaskState.Held held = before.get();
      long settled =
          held.lookedBack() == 0 ? held.coverage().last().start() : held.lookedBack() - late;
      first = Math.min(first, Math.min(settled, held.coverage().last().end()));
    }
    return windows.floor(first);
  }

  /** Up to when late data can be taken in of what is read. */
  long settled(Bounds bounds) {
    return source == null
        ? bounds.arrived()
        : Math.min(bounds.arrived(), source.state().lookedBack());
  }

  /**
   * The windows that are others once the task's source has computed that range, as far as it has
   * all of them then. For any thread.
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
   * Days of a zone half an hour off do not begin with an hour of UTC.
   *
   * @throws StoreException where this boundary is not one of the source's, too
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
