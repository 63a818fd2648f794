package com.voltageems.hissrv.influx.lane;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;

/**
 * Time that passes only when the test says so. Whoever waits looks again every millisecond whether
 * its time has come, so that a wait of the test's own thread ends with what it waits for, however
 * long a thread of the sink stands still meanwhile; unless the test wants to see such a wait's end:
 * {@link #passWithWaits}.
 */
public final class ManualTime implements Time {
  private static final long START_MILLIS = 1_700_000_000_000L;

  private final Thread test = Thread.currentThread();
  private volatile boolean passesWithWaits;
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // passes the overflow soon

  /** Lets time pass. */
  public void pass(Duration duration) {
    nanos.addAndGet(duration.toNanos());
  }

  /** From now on what the test's own thread waits for takes as long as it is ready to wait. */
  public void passWithWaits() {
    passesWithWaits = true;
  }

  /** How much has passed since the beginning. */
  public Duration passed() {
    return Duration.ofNanos(nanos.get() - (Long.MAX_VALUE - 5));
  }

  @Override
  public long nanos() {
    return nanos.get();
  }

  @Override
  public long millis() {
    return START_MILLIS + passed().toMillis();
  }

  @Override
  @SuppressWarnings("WaitNotInLoop")
  public void await(Condition condition, long wait) throws InterruptedException {
    if (passesWithWaits && Thread.currentThread().equals(test)) {
      nanos.addAndGet(wait);
    }
    // Not until nanos() + wait: time may have passed since the caller reckoned the wait.
    condition.await(1, TimeUnit.MILLISECONDS);
  }
}
