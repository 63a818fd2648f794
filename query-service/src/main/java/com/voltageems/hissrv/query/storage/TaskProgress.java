package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.storage.plan.Task;
import com.voltageems.hissrv.query.store.StoreException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The progress of a task, in memory and in its copy, where it outlives the service. For one thread.
 */
final class TaskProgress {
  private final Task task;
  private final Task.Make make;
  private final Ledger ledger;
  private Coverage coverage = Coverage.NONE;
  private List<TaskState.Held> earlier = List.of();
  private @Nullable List<TaskState.Held> known;
  private long lookedBack;

  /**
   * @param make how the task computes windows now
   */
  TaskProgress(Task task, Task.Make make, Ledger ledger) {
    this.task = task;
    this.make = make;
    this.ledger = ledger;
  }

  /** Returns the ranges that the task has computed. */
  Coverage coverage() {
    return coverage;
  }

  /** Returns when the task last looked for late data; 0 if never. */
  long lookedBack() {
    return lookedBack;
  }

  /** Returns the windows in the copy that were computed in another way. */
  List<TaskState.Held> earlier() {
    return earlier;
  }

  /** Returns what the task has computed in the present way. */
  TaskState.Held now() {
    return new TaskState.Held(make, coverage, lookedBack);
  }

  /**
   * Reads the copy's stored progress. Adopts it if it differs from what is known here: another
   * service has written to the copy, or the copy was deleted or restored.
   *
   * @return true if it differed
   * @throws StoreException if the database does not answer as expected
   */
  boolean load() {
    List<TaskState.Held> there = ledger.read(task);
    if (there.equals(known)) {
      return false;
    }
    known = there;
    take(there);
    return true;
  }

  private void take(List<TaskState.Held> there) {
    coverage = Coverage.NONE;
    lookedBack = 0;
    earlier = List.of();
    if (otherWindows().isPresent()) {
      return;
    }
    for (TaskState.Held one : there) {
      if (one.make().equals(make)) {
        coverage = one.coverage();
        lookedBack = one.lookedBack();
      }
    }
    earlier = without(there);
  }

  /**
   * Returns why the task must not write into its copy: windows of different lengths are never
   * mixed. Empty if it may write.
   */
  Optional<String> otherWindows() {
    return (known == null ? List.<TaskState.Held>of() : known)
        .stream()
            .filter(one -> !one.make().windows().equals(make.windows()))
            .findFirst()
            .map(
                one ->
                    task.target()
                        + " has windows of "
                        + one.make().windows()
                        + ", not of "
                        + make.windows()
                        + "; give the task another target, or delete what is there");
  }

  /** Returns what was computed in another way and not yet computed again in the present way. */
  private List<TaskState.Held> without(List<TaskState.Held> there) {
    return there.stream()
        .filter(one -> !one.make().equals(make))
        .map(
            one -> new TaskState.Held(one.make(), one.coverage().minus(coverage), one.lookedBack()))
        .toList();
  }

  /** Returns the part computed in another way that reaches furthest; empty if there is none. */
  Optional<TaskState.Held> latestEarlier() {
    return earlier.stream()
        .filter(one -> !one.coverage().isEmpty())
        .max(Comparator.comparingLong(one -> one.coverage().last().end()));
  }

  /** Returns the ranges of a task's copy from which the other task can compute. */
  static Coverage feeding(TaskState state, Task.Make other) {
    Coverage all = state.coverage();
    for (TaskState.Held one : state.earlier()) {
      all = one.make().feeds(other, state.task()) ? all.plus(one.coverage()) : all;
    }
    return all;
  }

  /** Drops what is before this time, because it has expired. */
  void expire(long before) {
    coverage = coverage.from(before);
  }

  /**
   * Drops what is after this time, because it has not ended: it was computed before the clock was
   * set back.
   */
  void endBy(long now) {
    coverage = coverage.until(now);
  }

  void computed(long start, long end) {
    coverage = coverage.plus(start, end);
  }

  void lookedBack(long time) {
    lookedBack = time;
  }

  /**
   * Stores the progress.
   *
   * @return false if the copy has changed since it was last read; its content was adopted instead
   */
  boolean keep() {
    List<TaskState.Held> there = ledger.read(task);
    if (!there.equals(known)) {
      known = there;
      take(there);
      return false;
    }
    List<TaskState.Held> less = without(earlier);
    for (TaskState.Held one : less) {
      if (!there.contains(one)) {
        ledger.write(task, one);
      }
    }
    earlier = less.stream().filter(one -> !one.coverage().isEmpty()).toList();
    ledger.write(task, now());
    List<TaskState.Held> all = new ArrayList<>();
    all.add(now());
    all.addAll(earlier);
    known = Ledger.sorted(all);
    return true;
  }
}
