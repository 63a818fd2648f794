package com.voltageems.hissrv.influx.lane;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;

/**
 * Clock that advances only when the test says so. A waiting thread checks every millisecond whether
 * its time has come. A wait of the test's own thread ends as soon as the awaited change happens,
 * even if a thread of the sink is stalled for long; a test that wants to see such a wait time out
 * calls {@link #passWithWaits}.
 */
public final class ManualTime implements Time {
  private static final long START_MILLIS = 1_700_000_000_000L;

  private final Thread test = Thread.currentThread();
  private volatile boolean passesWithWaits;
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // overflows soon

  /** Lets time pass. */
  public void pass(Duration duration) {
    nanos.addAndGet(duration.toNanos());
  }

  /** From now on, each wait of the test's own thread lets its full waiting time pass. */
  public void passWithWaits() {
    passesWithWaits = true;
  }

  /** Returns how much time has passed since the beginning. */
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
    // Not until nanos() + wait: time may have passed since the caller computed the wait.
    condition.await(1, TimeUnit.MILLISECONDS);
  }
}
