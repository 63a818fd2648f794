package com.voltageems.hissrv.influx.lane;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Log of repeated writes: it logs the first failure at once, and then once a minute instead of at
 * every try.
 */
final class RetryLog {
  private static final Logger LOG = LoggerFactory.getLogger(RetryLog.class);
  private static final long INTERVAL = Duration.ofMinutes(1).toNanos();

  private long toldAt;
  private int untold;
  private boolean hasTold;

  /**
   * A try has failed.
   *
   * @param pause the time until the next try; before a long pause the failure is always logged,
   *     since nothing else will be logged meanwhile
   * @return whether the failure was logged
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
