package com.voltageems.hissrv.query.health;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a part now.
 *
 * @param checked when it was last looked at; null before the first time, and where it is off
 * @param since since when it has been in this state
 */
public record PartState(
    String name, State state, Report report, @Nullable Instant checked, Instant since) {
  /** In which state a part can be. */
  public enum State {
    UP,
    /** It answers, but does not do all of its work: something waits and does not move. */
    DEGRADED,
    DOWN,
    /** Not looked at yet. */
    UNKNOWN,
    /** Not configured: nobody expects it to work. */
    OFF;

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The clock was set by so much. */
  PartState moved(Duration step) {
    return new PartState(
        name, state, report, checked == null ? null : checked.plus(step), since.plus(step));
  }

  /** Whether it keeps the whole from being healthy. */
  public boolean isTrouble() {
    return state == State.DOWN || state == State.UNKNOWN || state == State.DEGRADED;
  }
}
