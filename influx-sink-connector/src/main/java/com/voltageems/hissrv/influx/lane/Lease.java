package com.voltageems.hissrv.influx.lane;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long a task may take its partitions for its own. Where its whole process has stood still,
 * stopped, starved or in a long garbage collection, or Connect has not called it for very long, the
 * group may have given its partitions to another task by now, and lines of ours would come over
 * newer ones. So nothing is written for a while after that: by then Connect has told the task which
 * partitions are no longer its own.
 *
 * <p>A thread of the process beats all the time; a gap between two beats is a standstill. The time
 * of day counts, too: the other clock stands still with a virtual machine that is suspended.
 *
 * <p>Guarded by the monitor.
 */
public final class Lease {
  private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

  /** How often the process beats. */
  static final Duration BEAT = Duration.ofMillis(500);

  /** The longest gap between two beats: half of the shortest session that a broker allows. */
  static final Duration LONGEST = Duration.ofSeconds(3);

  /**
   * The longest time without a call while records are open. Converters and transforms may be slow:
   * a consumer keeps its partitions for {@code max.poll.interval.ms}, five minutes by default.
   */
  static final Duration SILENCE = Duration.ofMinutes(1);

  /** A consumer learns with its next heartbeat, every three seconds, that it was given up. */
  static final Duration DOUBT = Duration.ofSeconds(5);

  private final Time time;
  private final Mark beat;
  private final Mark call;
  private boolean open;
  private boolean lapsed;
  private long doubtUntilNanos;

  /** A moment, by both clocks. */
  private static final class Mark {
    private final Time time;
    private long nanos;
    private long millis;

    Mark(Time time) {
      this.time = time;
      this.nanos = time.nanos();
      this.millis = time.millis();
    }

    /** Takes over another moment: one that was read before anybody looked, lest a gap be missed. */
    void set(Mark other) {
      nanos = other.nanos;
      millis = other.millis;
    }

    /** Returns how long ago it was by the clock that says more. */
    Duration age() {
      Duration ofDay = Duration.ofMillis(time.millis() - millis);
      Duration passed = Duration.ofNanos(time.nanos() - nanos);
      return ofDay.compareTo(passed) > 0 ? ofDay : passed;
    }
  }

  /**
   * Creates a lease that holds.
   *
   * @param time the clocks
   */
  public Lease(Time time) {
    this.time = time;
    this.beat = new Mark(time);
    this.call = new Mark(time);
    this.doubtUntilNanos = time.nanos();
  }

  /** The process runs. */
  void beat() {
    Mark now = new Mark(time);
    look();
    beat.set(now);
    lapsed = lapsed && isSilent();
  }

  /**
   * Connect has called the task.
   *
   * @param open whether it will call soon, because records are open
   */
  public void renew(boolean open) {
    beat();
    call.set(beat);
    this.open = open;
    lapsed = false;
  }

  /** Returns for how many nanoseconds, at least, nothing may be written; 0 or less for now. */
  public long doubtfulFor() {
    look();
    return doubtUntilNanos - time.nanos();
  }

  private boolean isSilent() {
    return open && call.age().compareTo(SILENCE) > 0;
  }

  private void look() {
    boolean stoodStill = beat.age().compareTo(LONGEST) > 0;
    if (!stoodStill && !isSilent()) {
      return;
    }
    doubtUntilNanos = time.nanos() + DOUBT.toNanos();
    if (!lapsed) {
      LOG.info(
          "{} for {} ms: it writes again {} s after that, when it knows which partitions are still"
              + " its own",
          stoodStill ? "The task stood still" : "Connect has not called the task",
          (stoodStill ? beat : call).age().toMillis(),
          DOUBT.toSeconds());
    }
    lapsed = true;
  }
}
