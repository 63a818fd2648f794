package com.voltageems.hissrv.influx.delivery;

import com.voltageems.hissrv.influx.batch.Batch;
import com.voltageems.hissrv.influx.batch.Trouble;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lines of a lane at which the database failed while each was alone in its request. They are set
 * aside so that the lines behind them go on. Only other lines can tell whether such a line is to
 * blame or the database is ill: a failure counts against the line if another line was accepted
 * between the previous failure and this one, and another after this one. So a single outage,
 * however long, never counts. Not thread-safe: one thread at a time.
 */
public final class Suspects {
  /**
   * How many suspects there can be at a time. Poisonous lines are rare; if this many lines fail,
   * something else is broken, and the lane waits instead.
   */
  static final int MOST = 64;

  private final List<Suspect> all = new ArrayList<>();

  /**
   * One suspect line, and the lines that would write the same point and therefore wait behind it.
   */
  static final class Suspect {
    private final Batch line;
    private final String pointKey;
    private final Batch followers;
    private final long firstFailed;
    private final long sinceMillis;
    private long failedAt;
    private int failures;
    private int counted;
    private boolean isCounted;
    private long dueAt;
    private String reason;

    private Suspect(Batch line, String reason, long now, long nowMillis) {
      this.line = line;
      this.pointKey = line.pointKey(0);
      this.followers = line.another();
      this.firstFailed = now;
      this.sinceMillis = nowMillis;
      this.reason = reason;
    }

    Batch line() {
      return line;
    }

    Batch followers() {
      return followers;
    }

    String reason() {
      return reason;
    }

    int failures() {
      return failures;
    }

    /** Returns when the line failed last; a time of {@code nanoTime}. */
    long failedAt() {
      return failedAt;
    }

    Duration failingFor(long now) {
      return Duration.ofNanos(now - firstFailed);
    }

    boolean isDue(long now) {
      return dueAt - now <= 0;
    }

    /**
     * The line failed again.
     *
     * @param othersPassed whether another line was accepted since the previous failure; if not,
     *     this failure proves nothing either, since one outage may span both
     */
    void failed(String why, long now, boolean othersPassed, Duration pause) {
      failures++;
      failedAt = now;
      isCounted = !othersPassed;
      later(why, now, pause);
    }

    /** The last try said nothing about the line; it is tried again after the pause. */
    void later(String why, long now, Duration pause) {
      reason = why;
      dueAt = now + pause.toNanos();
    }

    /**
     * Another line has been accepted since the last failure; returns how many failures count by
     * now.
     */
    int othersPass() {
      if (!isCounted) {
        isCounted = true;
        counted++;
      }
      return counted;
    }

    Trouble trouble() {
      return Trouble.of(sinceMillis, failures, reason, line);
    }
  }

  boolean hasRoom() {
    return all.size() < MOST;
  }

  /** Returns the number of suspects. */
  public int count() {
    return all.size();
  }

  /** Sets aside a line that has just failed alone. */
  Suspect add(Batch line, String reason, long now, long nowMillis) {
    Suspect suspect = new Suspect(line, reason, now, nowMillis);
    all.add(suspect);
    return suspect;
  }

  void remove(Suspect suspect) {
    all.remove(suspect);
  }

  List<Suspect> list() {
    return List.copyOf(all);
  }

  /** Returns the reasons why the suspects' partitions are held up. */
  public List<Trouble> troubles() {
    return all.stream().map(Suspect::trouble).toList();
  }

  /** Returns when the first suspect is due, a time of {@code nanoTime}; null if there is none. */
  public @Nullable Long nextDue() {
    Long first = null;
    for (Suspect suspect : all) {
      first = first == null || suspect.dueAt - first < 0 ? Long.valueOf(suspect.dueAt) : first;
    }
    return first;
  }

  /**
   * Moves the lines that have to wait behind a suspect out of a batch; returns the rest, or the
   * batch itself if no line has to wait.
   */
  Batch holdBack(Batch batch) {
    if (all.isEmpty()) {
      return batch;
    }
    Batch left = batch.another();
    for (int i = 0; i < batch.size(); i++) {
      Suspect before = before(batch.pointKey(i));
      (before == null ? left : before.followers).copy(batch, i);
    }
    return left.size() == batch.size() ? batch : left;
  }

  private @Nullable Suspect before(String pointKey) {
    for (Suspect suspect : all) {
      if (suspect.pointKey.equals(pointKey)) {
        return suspect;
      }
    }
    return null;
  }
}
