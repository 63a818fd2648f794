package com.voltageems.hissrv.query.storage;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A past range that a task should compute, with its progress.
 *
 * @param start epoch milliseconds, like all times here; the start of a window
 * @param at up to where it is computed
 * @param rows number of rows that differed from the existing ones
 * @param error why it does not proceed now, and what it left out; null if neither applies
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
  private static final String LEFT_OUT = "left out: ";

  /** The condition of a backfill. */
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

  /** Returns this backfill, computed up to a later time. */
  Backfill upTo(long time, long more) {
    State now = time >= end ? State.DONE : State.RUNNING;
    return new Backfill(id, task, created, start, end, time, rows + more, now, note());
  }

  /** Returns this backfill with a note that its beginning could not be computed. */
  Backfill leftOut(long until) {
    String why = LEFT_OUT + "windows before " + Instant.ofEpochMilli(until) + ", which expired";
    return new Backfill(id, task, created, start, end, at, rows, state, why);
  }

  private @Nullable String note() {
    int at = error == null ? -1 : error.indexOf(LEFT_OUT);
    return error == null || at < 0 ? null : error.substring(at);
  }

  Backfill failed(String why) {
    String note = note();
    String all = note == null ? why : why + "; " + note;
    return new Backfill(id, task, created, start, end, at, rows, state, all);
  }

  Backfill cancelled() {
    return new Backfill(id, task, created, start, end, at, rows, State.CANCELLED, note());
  }

  /** Returns the computed part, from 0 to 1. */
  double progress() {
    return Math.round(1000.0 * (at - start) / (end - start)) / 1000.0;
  }
}
