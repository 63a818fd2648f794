package com.voltageems.hissrv.influx.lane;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long a task may take its partitions for its own. Connect calls a task that has open records
 * several times a second. A task that it has not called for seconds may have stood still, stopped
 * with its whole process or in a long garbage collection, or be about to leave the group. Another
 * task may write the partitions by now, and lines of ours would come over its newer ones. So
 * nothing is written until Connect calls again, and for a while after that: by then it has told the
 * task which partitions are no longer its own. The time of day counts, too: the other clock stands
 * still with a virtual machine that is suspended.
 *
 * <p>Guarded by the monitor.
 */
public final class Lease {
  private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

  /** Half of the shortest session that a broker allows, and much longer than a call takes. */
  static final Duration LONGEST = Duration.ofSeconds(3);

  /** A consumer learns with its next heartbeat, every three seconds, that it was given up. */
  static final Duration DOUBT = Duration.ofSeconds(5);

  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Time time;
  private boolean open;
  private boolean lapsed;
  private long renewedNanos;
  private long renewedMillis;
  private long doubtUntilNanos;

  /**
   * Creates a lease that holds.
   *
   * @param time the clock of the calls
   */
  public Lease(Time time) {
    this.time = time;
    renewedNanos = time.nanos();
    renewedMillis = time.millis();
    doubtUntilNanos = renewedNanos;
  }

  /**
   * Connect has called the task.
   *
   * @param open whether it will call soon, because records are open
   */
  public void renew(boolean open) {
    long now = time.nanos();
    look(now);
    renewedNanos = now;
    renewedMillis = time.millis();
    this.open = open;
    lapsed = false;
  }

  /** Returns for how many nanoseconds, at least, nothing may be written; 0 or less for now. */
  long doubtfulFor() {
    long now = time.nanos();
    look(now);
    return doubtUntilNanos - now;
  }

  private void look(long now) {
    long gap = Math.max(now - renewedNanos, (time.millis() - renewedMillis) * NANOS_PER_MILLI);
    if (open && gap > LONGEST.toNanos()) {
      doubtUntilNanos = now + DOUBT.toNanos();
      if (!lapsed) {
        LOG.info(
            "Connect has not called this task for {} ms: it writes again {} s after the next call,"
                + " when it knows which partitions are still its own",
            gap / NANOS_PER_MILLI,
            DOUBT.toSeconds());
      }
      lapsed = true;
    }
  }
}
