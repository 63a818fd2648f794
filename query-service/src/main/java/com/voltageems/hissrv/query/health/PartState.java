package com.voltageems.hissrv.query.health;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The present state of a part.
 *
 * @param checked when the part was last checked; null before the first time, and if it is off
 * @param since since when it has been in this state
 */
public record PartState(
    String name, State state, Report report, @Nullable Instant checked, Instant since) {
  /** The states of a part. */
  public enum State {
    UP,
    /** The part answers, but does not do all of its work: something waits and does not move. */
    DEGRADED,
    DOWN,
    /** Not checked yet. */
    UNKNOWN,
    /** Not configured, so it is not expected to work. */
    OFF;

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Returns the state with its times moved, after the clock was set. */
  PartState moved(Duration step) {
    return new PartState(
        name, state, report, checked == null ? null : checked.plus(step), since.plus(step));
  }

  /** Returns whether this part makes the whole service unhealthy. */
  public boolean isTrouble() {
    return state == State.DOWN || state == State.UNKNOWN || state == State.DEGRADED;
  }
}
