package com.voltageems.hissrv.influx.lane;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in the log that a write is repeated: at once, and then once a minute, not at every try. */
final class RetryLog {
  private static final Logger LOG = LoggerFactory.getLogger(RetryLog.class);
  private static final long INTERVAL = Duration.ofMinutes(1).toNanos();

  private long toldAt;
  private int untold;
  private boolean hasTold;

  /**
   * A try has failed.
   *
   * @param pause until the next one; before a long one it is said, for nothing will be meanwhile
   * @return whether it was said in the log
   */
  synchronized boolean failed(String where, String reason, Duration pause, long nowNanos) {
    untold++;
    if (hasTold && nowNanos - toldAt < INTERVAL && pause.toNanos() < INTERVAL) {
      return false;
    }
    LOG.warn(
        "write failed, retrying: {} ({}; {} failed attempts since the last message)",
        reason,
        where,
        untold);
    hasTold = true;
    toldAt = nowNanos;
    untold = 0;
    return true;
  }
}
