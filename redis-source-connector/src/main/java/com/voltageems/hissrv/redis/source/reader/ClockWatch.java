package com.voltageems.hissrv.redis.source.reader;

import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisTime;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Difference between Redis's clock and the worker's. Samples without their own time, and windows,
 * have Redis's time; a check for missing data uses the worker's time, or a clock that agrees with
 * it. For the task's thread.
 */
public final class ClockWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ClockWatch.class);
  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Smallest difference that is logged; query-service has the same limit. */
  private static final long LEAST_MS = 10_000;

  private static final Command TIME = Command.of("TIME");

  private final RedisLink link;
  private final WorkerClock clock;
  private final Aside aside;
  private @Nullable Long aheadMillis;

  public ClockWatch(RedisLink link, WorkerClock clock) {
    this.link = link;
    this.clock = clock;
    this.aside = new Aside(link, clock);
  }

  /** Asks from time to time, over a connection that the reading has made. */
  public void look() {
    aside.ask(
        () -> tell(ask()),
        words -> {
          aheadMillis = null;
          LOG.info(
              "Cannot find out whether the clock of Redis is right; allow +time in the user's ACL:"
                  + " {}",
              words);
        },
        () -> EVERY_NANOS);
  }

  /** Returns the largest difference among a cluster's primaries. */
  private long ask() {
    long farthest = 0;
    for (int primary = 0; primary < link.primaries(); primary++) {
      long before = clock.millis();
      long redis = RedisTime.millis(link.callOn(primary, TIME));
      long gap = gap(before, redis, clock.millis());
      farthest = Math.abs(gap) > Math.abs(farthest) ? gap : farthest;
    }
    return farthest;
  }

  /**
   * Returns the certain part of the difference: Redis answered at some moment between the two
   * times.
   */
  private static long gap(long before, long redis, long after) {
    long first = Math.min(before, after);
    long last = Math.max(before, after);
    return redis > last ? redis - last : redis < first ? redis - first : 0;
  }

  private void tell(long gap) {
    boolean was = aheadMillis != null && Math.abs(aheadMillis) >= LEAST_MS;
    boolean is = Math.abs(gap) >= LEAST_MS;
    if (is && !was) {
      LOG.warn(
          "The clock of Redis is {} s {} this worker's: samples without a time of their own, and"
              + " windows, have Redis's; let one time server (NTP) set both",
          Math.abs(gap) / 1000,
          gap < 0 ? "behind" : "ahead of");
    } else if (was && !is) {
      LOG.info("The clock of Redis agrees with this worker's again");
    }
    aheadMillis = gap;
  }

  /**
   * Returns by how much Redis's clock is ahead at least; negative if it is behind, null if unknown.
   */
  public @Nullable Long aheadMillis() {
    return aheadMillis;
  }
}
