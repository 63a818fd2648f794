package com.voltageems.hissrv.query.storage;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A past range that a task is to compute, as far as it is.
 *
 * @param start epoch milliseconds, like all times here: a window's start
 * @param at up to where it is computed
 * @param rows that differed from what was there
 * @param error why it does not move now; null for nothing
 */
public record Backfill(
    String id,
    String task,
    long created,
    long start,
    long end,
    long at,
    long rows,
    State state,
    @Nullable String error) {
  /** In which state it can be. */
  public enum State {
    RUNNING,
    DONE,
    CANCELLED;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    static State of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }
  }

  static Backfill begun(String id, String task, long created, long start, long end) {
    return new Backfill(id, task, created, start, end, start, 0, State.RUNNING, null);
  }

  /** Computed up to a later time. */
  Backfill upTo(long time, long more) {
    State now = time >= end ? State.DONE : State.RUNNING;
    return new Backfill(id, task, created, start, end, time, rows + more, now, null);
  }

  Backfill failed(String why) {
    return new Backfill(id, task, created, start, end, at, rows, state, why);
  }

  Backfill cancelled() {
    return new Backfill(id, task, created, start, end, at, rows, State.CANCELLED, null);
  }

  /** Which part of it is computed, from 0 to 1. */
  double progress() {
    return Math.round(1000.0 * (at - start) / (end - start)) / 1000.0;
  }
}
