package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.tier.Place;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
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

  private static final long QUICK_NANOS = 500_000_000;
  private static final long SLOW_NANOS = 2_000_000_000;
  private static final int MOST_WINDOWS = 4096;
  private static final long MOST_ROWS = 20_000;
  private static final long FIRST_RETRY_MS = 1_000;
  private static final long LONGEST_RETRY_MS = 300_000;

  private final Task task;
  private final @Nullable TaskRun source;
  private final Windows windows;
  private final Task.Make make;
  private final StoragePlan.Pace pace;
  private final Copier copier;
  private final Ledger ledger;
  private Coverage coverage = Coverage.NONE;
  private List<TaskState.Held> earlier = List.of();
  private @Nullable List<TaskState.Held> known;
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
  private @Nullable String message = NOT_YET;
  private volatile boolean blocked = true;
  private long behind;
  private volatile TaskState state;

  /**
   * What a task may read and has to write, at a moment.
   *
   * @param now epoch milliseconds
   * @param source from when on what it reads is all there
   * @param target from when on what it writes is kept
   * @param why why it must not compute now; null when it may
   */
  record Bounds(long now, Kept source, Kept target, @Nullable String why) {
    /** The first window that can be computed and kept. */
    long first(Windows windows) {
      return windows.ceil(Math.max(0, Math.max(source.from(), target.from())));
    }

    /** Why there is none before. */
    String shortest() {
      return source.from() >= target.from()
          ? source.what()
              + ": of older windows samples are gone, and computed again they were poorer"
          : target.what() + ": older windows would be deleted as soon as they are written";
    }
  }

  /**
   * How far back something is kept.
   *
   * @param from epoch milliseconds; the earliest of all for ever
   * @param what that is, in words
   */
  record Kept(long from, String what) {
    /** By the place that keeps for the shortest time. */
    static Kept of(String policy, Stream<Place> places, long now) {
      return places
          .filter(one -> one.keep() != null)
          .min(Comparator.comparing(one -> Objects.requireNonNull(one.keep())))
          .map(
              one ->
                  new Kept(
                      now - Objects.requireNonNull(one.keep()).toMillis(),
                      "the policy %s keeps %s of %s"
                          .formatted(policy, Lengths.text(one.keep()), one.name())))
          .orElse(new Kept(Long.MIN_VALUE, "the policy " + policy + " keeps for ever"));
    }
  }

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

  /**
   * Takes what stands in the copy, where it is not what is known of it: another service has written
   * there, or the copy has been deleted or restored.
   *
   * @throws StoreException when the database does not tell
   */
  void load() {
    List<TaskState.Held> there = ledger.read(task);
    if (!there.equals(known)) {
      known = there;
      take(there);
    }
  }

  private void take(List<TaskState.Held> there) {
    cursor = 0;
    coverage = Coverage.NONE;
    lookedBack = 0;
    earlier = List.of();
    Optional<TaskState.Held> other =
        there.stream().filter(one -> !one.make().windows().equals(make.windows())).findFirst();
    blocked = other.isPresent();
    message =
        other
            .map(
                one ->
                    task.target()
                        + " has windows of "
                        + one.make().windows()
                        + ", not of "
                        + make.windows()
                        + "; give the task another target, or delete what is there")
            .orElse(null);
    if (!blocked) {
      for (TaskState.Held one : there) {
        if (one.make().equals(make)) {
          coverage = one.coverage();
          lookedBack = one.lookedBack();
        }
      }
      earlier = without(there);
    }
    state = seen();
  }

  /** What was computed otherwise, and has not been computed again as it is to be now. */
  private List<TaskState.Held> without(List<TaskState.Held> there) {
    return there.stream()
        .filter(one -> !one.make().equals(make))
        .map(
            one -> new TaskState.Held(one.make(), one.coverage().minus(coverage), one.lookedBack()))
        .toList();
  }

  private List<TaskState.Held> held() {
    List<TaskState.Held> all = new ArrayList<>();
    all.add(new TaskState.Held(make, coverage, lookedBack));
    all.addAll(earlier);
    return Ledger.sorted(all);
  }

  /** What of it another task can be computed from. */
  private Coverage feeding(Task.Make other) {
    return feeding(coverage, earlier, other);
  }

  private Coverage feeding(Coverage own, List<TaskState.Held> before, Task.Make other) {
    Coverage all = own;
    for (TaskState.Held one : before) {
      all = one.make().feeds(other, task) ? all.plus(one.coverage()) : all;
    }
    return all;
  }

  /**
   * The windows that are others once the task's source has computed that range, as far as it has
   * all of them then. For any thread.
   */
  Optional<Coverage.Range> following(TaskRun from, long start, long end, Bounds bounds) {
    if (source != from || blocked) {
      return Optional.empty();
    }
    TaskState there = from.state;
    Coverage all = from.feeding(there.coverage(), there.earlier(), make).plus(start, end);
    return all.ranges().stream()
        .filter(one -> one.start() <= start && end <= one.end())
        .map(
            one -> {
              long whole = Math.max(windows.ceil(one.start()), bounds.first(windows));
              return new long[] {
                Math.max(windows.floor(start), whole),
                Math.min(windows.ceil(end), windows.floor(one.end()))
              };
            })
        .filter(range -> range[0] < range[1])
        .map(range -> new Coverage.Range(range[0], range[1]))
        .findFirst();
  }

  private TaskState seen() {
    TaskState.State word =
        message == null
            ? behind > 0 ? TaskState.State.COMPUTING : TaskState.State.OK
            : tries > 0 ? TaskState.State.FAILED : TaskState.State.WAITING;
    return new TaskState(
        task,
        word,
        new TaskState.Held(make, coverage, lookedBack),
        earlier,
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
    Coverage from = source.feeding(make);
    return from.isEmpty() ? Long.MIN_VALUE : Math.min(end, windows.floor(from.last().end()));
  }

  /** From when on windows can be computed. */
  long from(Bounds bounds) {
    long first = bounds.first(windows);
    Coverage from = source == null ? Coverage.NONE : source.feeding(make);
    return from.isEmpty() ? first : Math.max(first, windows.ceil(from.last().start()));
  }

  /** Where a task begins that has computed nothing: one window at least. */
  private long firstOf(Bounds bounds, long until) {
    long late = pace.late().toMillis();
    long first = Math.min(bounds.now() - late, until - 1);
    TaskState.Held before =
        earlier.stream()
            .filter(one -> !one.coverage().isEmpty())
            .max(Comparator.comparingLong(one -> one.coverage().last().end()))
            .orElse(null);
    if (before != null) {
      // What was computed otherwise is joined without a hole, and late data is still taken in.
      long settled =
          before.lookedBack() == 0 ? before.coverage().last().start() : before.lookedBack() - late;
      first = Math.min(first, Math.min(settled, before.coverage().last().end()));
    }
    return windows.floor(first);
  }

  private boolean forward(Bounds bounds, BooleanSupplier goOn) {
    coverage = coverage.from(bounds.target().from());
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
    List<TaskState.Held> there = ledger.read(task);
    if (!there.equals(known)) {
      known = there;
      take(there);
      throw new StoreException(
          StoreException.Kind.FAILED,
          task.target() + " is not as this service left it; it begins from what is there",
          new IllegalStateException("another service, or somebody, has changed it"));
    }
    List<TaskState.Held> less = without(earlier);
    for (TaskState.Held one : less) {
      if (!there.contains(one)) {
        ledger.write(task, one);
      }
    }
    earlier = less.stream().filter(one -> !one.coverage().isEmpty()).toList();
    ledger.write(task, new TaskState.Held(make, coverage, lookedBack));
    known = held();
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
    if (!coverage.isEmpty() && at > coverage.last().end()) {
      // Else the task would go on behind it, and what lies between were never computed.
      throw new StoreException(
          StoreException.Kind.FAILED,
          "the task itself is on its way there; it goes on when the task has come that far",
          new IllegalStateException("at " + Instant.ofEpochMilli(coverage.last().end())));
    }
    long until = backfill.end();
    if (source != null) {
      until = Math.min(until, windows.floor(source.feeding(make).endFrom(at)));
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
