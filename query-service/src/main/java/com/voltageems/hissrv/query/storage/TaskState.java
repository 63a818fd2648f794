package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.storage.plan.Task;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The state of a task.
 *
 * @param now what it has computed in the present way
 * @param earlier what its copy holds that was computed in another way
 * @param behindMillis how much time it could have computed but has not
 * @param windows number of windows computed since this service started
 * @param rows number of rows of these windows
 * @param written number of these rows that had to be written
 * @param failures number of failures since this service started
 * @param leftOut fields of which the copy keeps nothing
 * @param message why it does not compute; null if it does
 */
public record TaskState(
    Task task,
    State state,
    Held now,
    List<Held> earlier,
    long behindMillis,
    long windows,
    long rows,
    long written,
    long failures,
    Set<String> leftOut,
    @Nullable String message) {
  public TaskState {
    earlier = List.copyOf(earlier);
    leftOut = Set.copyOf(leftOut);
  }

  /**
   * Windows in a copy.
   *
   * @param make how they were computed
   * @param lookedBack up to when late data has been included; epoch milliseconds, 0 if never
   */
  public record Held(Task.Make make, Coverage coverage, long lookedBack) {}

  /** Returns what the task has computed in the present way. */
  Coverage coverage() {
    return now.coverage();
  }

  long lookedBack() {
    return now.lookedBack();
  }

  /** Returns everything in its copy. */
  public List<Held> held() {
    return Stream.concat(Stream.of(now), earlier.stream()).toList();
  }

  /** The condition of a task. */
  public enum State {
    /** Up to date. */
    OK,
    /** There are windows to compute. */
    COMPUTING,
    /**
     * It cannot compute yet, for example because of the state of its policies; the message says
     * why.
     */
    WAITING,
    /** The last try failed; the task tries again. */
    FAILED;

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
