package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.storage.plan.Task;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a task stands.
 *
 * @param now what it has computed
 * @param earlier what stands in its copy and was computed otherwise
 * @param behindMillis how much time it could have computed and has not
 * @param windows computed since this service began
 * @param rows likewise, of all windows
 * @param written of those, the ones that were not right already
 * @param failures likewise
 * @param leftOut fields of which it keeps nothing
 * @param message why it does not compute; null where it does
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
   * Windows that stand in a copy.
   *
   * @param make as what they were computed
   * @param lookedBack when late data was looked for last, and all of it taken in; epoch
   *     milliseconds, 0 for never
   */
  public record Held(Task.Make make, Coverage coverage, long lookedBack) {}

  /** What it has computed. */
  Coverage coverage() {
    return now.coverage();
  }

  long lookedBack() {
    return now.lookedBack();
  }

  /** All that stands in its copy. */
  public List<Held> held() {
    return Stream.concat(Stream.of(now), earlier.stream()).toList();
  }

  /** In which state it can be. */
  public enum State {
    /** Up to date. */
    OK,
    /** It has windows to compute. */
    COMPUTING,
    /** Its policies are not as they should be. */
    WAITING,
    /** The last try failed; it tries again. */
    FAILED;

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
