package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.storage.plan.Task;
import com.voltageems.hissrv.query.store.StoreException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a task has computed, here and in its copy, where it outlives the service. For one thread.
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
   * @param make as what it computes windows now
   */
  TaskProgress(Task task, Task.Make make, Ledger ledger) {
    this.task = task;
    this.make = make;
    this.ledger = ledger;
  }

  /** Up to where it has computed, and from where on. */
  Coverage coverage() {
    return coverage;
  }

  /** When late data was looked for last; 0 for never. */
  long lookedBack() {
    return lookedBack;
  }

  /** What stands in its copy and was computed otherwise. */
  List<TaskState.Held> earlier() {
    return earlier;
  }

  /** What it has computed. */
  TaskState.Held now() {
    return new TaskState.Held(make, coverage, lookedBack);
  }

  /**
   * Takes what stands in the copy, where it is not what is known of it: another service has written
   * there, or the copy has been deleted or restored.
   *
   * @return whether it was not
   * @throws StoreException when the database does not tell
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

  /** Why it must not write there: windows of different lengths are never mixed. */
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

  /** What was computed otherwise, and has not been computed again as it is to be now. */
  private List<TaskState.Held> without(List<TaskState.Held> there) {
    return there.stream()
        .filter(one -> !one.make().equals(make))
        .map(
            one -> new TaskState.Held(one.make(), one.coverage().minus(coverage), one.lookedBack()))
        .toList();
  }

  /** What was computed otherwise, up to the latest. */
  Optional<TaskState.Held> latestEarlier() {
    return earlier.stream()
        .filter(one -> !one.coverage().isEmpty())
        .max(Comparator.comparingLong(one -> one.coverage().last().end()));
  }

  /** What stands in a task's copy that another one can be computed from. */
  static Coverage feeding(TaskState state, Task.Make other) {
    Coverage all = state.coverage();
    for (TaskState.Held one : state.earlier()) {
      all = one.make().feeds(other, state.task()) ? all.plus(one.coverage()) : all;
    }
    return all;
  }

  /** What lies before has expired. */
  void expire(long before) {
    coverage = coverage.from(before);
  }

  /** What lies after has not ended: it was computed by a clock that has been set back since. */
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
   * Writes down how far it is.
   *
   * @return false when the copy is not as it was left, and what stands there was taken instead
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
