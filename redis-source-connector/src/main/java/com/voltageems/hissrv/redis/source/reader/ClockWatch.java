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
 * How far Redis's clock is from the worker's. Samples without a time of their own, and windows,
 * have Redis's time; whoever looks for what is silent has the worker's, or one that agrees with it.
 * For the task's thread.
 */
public final class ClockWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ClockWatch.class);
  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** From here on it is logged; query-service has the same bound. */
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

  /** Asks from time to time, over a connection that others have made. */
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

  /** Of a cluster's primaries the one that is farthest away. */
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

  /** What is certain: the answer was made at some moment between the two. */
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

  /** By how much Redis's is ahead at least, behind where negative; null where it is not known. */
  public @Nullable Long aheadMillis() {
    return aheadMillis;
  }
}
