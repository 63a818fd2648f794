package com.voltageems.hissrv.query.storage;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a task stands.
 *
 * @param coverage what it has computed
 * @param lookedBack when late data was looked for last, epoch milliseconds; 0 for never
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
    Coverage coverage,
    long lookedBack,
    long behindMillis,
    long windows,
    long rows,
    long written,
    long failures,
    Set<String> leftOut,
    @Nullable String message) {
  public TaskState {
    leftOut = Set.copyOf(leftOut);
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
