package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs backfills piece by piece, the oldest first. After each piece it pauses for as long as the
 * piece took, so that half of the database's time is left for others. Thread-safe.
 */
final class Backfills {
  private static final Logger LOG = LoggerFactory.getLogger(Backfills.class);
  private static final int MOST_RUNNING = 20;
  private static final long RETRY_NANOS = 5_000_000_000L;

  /** Separates the id of a backfill from the number of a backfill that follows it. */
  private static final String FOLLOWS = "-";

  private final Ledger ledger;
  private final List<TaskRun> runs;
  private final Clock clock;
  private volatile List<Backfill> all = List.of();
  private long pauseUntil = System.nanoTime();

  Backfills(Ledger ledger, List<TaskRun> runs, Clock clock) {
    this.ledger = ledger;
    this.runs = List.copyOf(runs);
    this.clock = clock;
  }

  /** Returns all backfills, the newest first. */
  List<Backfill> all() {
    return all;
  }

  /** Reads the stored backfills: those of an earlier run of the service, and of other services. */
  synchronized void load() {
    Map<String, Backfill> known = new LinkedHashMap<>();
    ledger.backfills().forEach(one -> known.put(one.id(), one));
    // The stored state may be a little behind the state known here.
    all.stream()
        .filter(
            one ->
                !known.containsKey(one.id())
                    || (known.get(one.id()).at() <= one.at()
                        && known.get(one.id()).state() != Backfill.State.CANCELLED))
        .forEach(one -> known.put(one.id(), one));
    // The first backfill of a group is written last: without it, the group has not begun or is not
    // completely written yet.
    take(
        known.values().stream()
            .filter(
                one -> one.state() != Backfill.State.RUNNING || known.containsKey(first(one.id())))
            .toList());
  }

  /** Returns the id of the backfill that this one follows, or its own id. */
  private static String first(String id) {
    int at = id.indexOf(FOLLOWS);
    return at < 0 ? id : id.substring(0, at);
  }

  private void take(List<Backfill> backfills) {
    all = backfills.stream().sorted((a, b) -> Long.compare(b.created(), a.created())).toList();
  }

  private synchronized void replace(Backfill backfill) {
    Map<String, Backfill> known = new LinkedHashMap<>();
    all.forEach(one -> known.put(one.id(), one));
    Backfill before = known.get(backfill.id());
    boolean cancelled = before != null && before.state() == Backfill.State.CANCELLED;
    known.put(backfill.id(), cancelled ? before : backfill);
    take(List.copyOf(known.values()));
  }

  /**
   * Starts a backfill over whole windows, followed by backfills of the tasks that read what it
   * writes.
   */
  Backfill begin(TaskRun run, String id, long from, long to, Function<TaskRun, Bounds> of)
      throws StorageException {
    Bounds bounds = of.apply(run);
    Windows windows = run.windows();
    long start = windows.floor(from);
    long end = Math.min(windows.ceil(to), windows.floor(bounds.now()));
    long first = bounds.first(windows);
    if (start < first) {
      throw conflict(
          "start: not before " + Instant.ofEpochMilli(first) + ", since " + bounds.shortest());
    }
    if (end <= start) {
      throw conflict("end: no window of " + run.task().interval() + " has ended in this range");
    }
    List<Backfill> begun = new ArrayList<>();
    begun.add(Backfill.begun(id, run.task().name(), clock.millis(), start, end));
    follow(run, start, end, of, begun);
    long running = all.stream().filter(one -> one.state() == Backfill.State.RUNNING).count();
    if (running + begun.size() > MOST_RUNNING) {
      throw conflict(MOST_RUNNING + " backfills are under way; wait, or cancel one");
    }
    for (int i = begun.size() - 1; i >= 0; i--) {
      ledger.write(begun.get(i));
    }
    for (Backfill one : begun) {
      replace(one);
      LOG.info(
          "Storage: backfill {} of the task {} from {} to {}",
          one.id(),
          one.task(),
          Instant.ofEpochMilli(one.start()),
          Instant.ofEpochMilli(one.end()));
    }
    return begun.get(0);
  }

  /** Adds backfills of coarser windows over the range, task by task. */
  private void follow(
      TaskRun run, long start, long end, Function<TaskRun, Bounds> of, List<Backfill> begun) {
    for (TaskRun next : runs) {
      Optional<Coverage.Range> range = next.following(run, start, end, of.apply(next));
      if (range.isPresent()) {
        // Created a little later, so that it runs after the one that it waits for.
        begun.add(
            Backfill.begun(
                begun.get(0).id() + FOLLOWS + begun.size(),
                next.task().name(),
                begun.get(0).created() + begun.size(),
                range.get().start(),
                range.get().end()));
        follow(next, range.get().start(), range.get().end(), of, begun);
      }
    }
  }

  private static StorageException conflict(String message) {
    return new StorageException(StorageException.Kind.CONFLICT, message);
  }

  /** Cancels a backfill and those that follow it, which would otherwise wait in vain. */
  Backfill cancel(String id) throws StorageException {
    Backfill found =
        all.stream()
            .filter(one -> one.id().equals(id))
            .findFirst()
            .orElseThrow(
                () ->
                    new StorageException(
                        StorageException.Kind.MISSING, "there is no backfill " + id));
    if (found.state() != Backfill.State.RUNNING) {
      return found;
    }
    // Cancels this one last: if the database refuses, it can be cancelled again.
    all.stream()
        .filter(one -> one.id().startsWith(id + FOLLOWS))
        .filter(one -> one.state() == Backfill.State.RUNNING)
        .map(Backfill::cancelled)
        .forEach(this::end);
    Backfill cancelled = found.cancelled();
    end(cancelled);
    return cancelled;
  }

  private void end(Backfill cancelled) {
    ledger.write(cancelled);
    replace(cancelled);
  }

  /**
   * Computes one piece of the oldest backfill that can proceed.
   *
   * @return true if there is more
   */
  boolean step(Function<TaskRun, Bounds> bounds, BooleanSupplier goOn) {
    List<Backfill> running =
        all.stream().filter(one -> one.state() == Backfill.State.RUNNING).toList();
    if (running.isEmpty()) {
      return false;
    }
    if (pauseUntil - System.nanoTime() > 0) {
      return true;
    }
    // A later backfill may be the one that an earlier one waits for.
    for (int i = running.size() - 1; i >= 0; i--) {
      Backfill next = running.get(i);
      Optional<TaskRun> run =
          runs.stream().filter(one -> one.task().name().equals(next.task())).findFirst();
      if (run.isPresent()
          && !run.get().isBlocked()
          && !waits(next, run.get(), running)
          && piece(next, run.get(), bounds, goOn)) {
        return true;
      }
    }
    pauseUntil = System.nanoTime() + RETRY_NANOS;
    return true;
  }

  /**
   * Returns true if the backfill has to wait for one that writes what it reads; otherwise it would
   * have to be computed again.
   */
  private boolean waits(Backfill next, TaskRun run, List<Backfill> running) {
    Optional<Backfill> before =
        running.stream()
            .filter(one -> one.at() < next.end() && one.end() > next.at())
            .filter(
                one ->
                    runs.stream()
                        .map(TaskRun::task)
                        .anyMatch(
                            task ->
                                task.name().equals(one.task())
                                    && task.target().equals(run.task().source())))
            .findFirst();
    before.ifPresent(one -> replace(next.failed("waits for the backfill " + one.id())));
    return before.isPresent();
  }

  private boolean piece(
      Backfill next, TaskRun run, Function<TaskRun, Bounds> bounds, BooleanSupplier goOn) {
    Bounds now = bounds.apply(run);
    if (now.why() != null) {
      replace(next.failed(now.why()));
      return false;
    }
    long begin = System.nanoTime();
    try {
      Backfill done = run.fill(next, now, goOn);
      // If it was cancelled meanwhile, it remains cancelled.
      ledger.write(done);
      replace(done);
      long end = System.nanoTime();
      pauseUntil = end + (end - begin);
      if (done.state() == Backfill.State.DONE) {
        LOG.info("Storage: backfill {} is done: {} rows were not there", done.id(), done.rows());
      }
      return true;
    } catch (StoreException e) {
      if (!goOn.getAsBoolean()) {
        // Broken off on purpose: whoever goes on continues it.
        return false;
      }
      String words = Retention.words(e);
      if (!words.equals(next.error())) {
        LOG.warn("Storage: backfill {} does not move, and tries again: {}", next.id(), words);
      }
      replace(next.failed(words));
      return false;
    }
  }
}
