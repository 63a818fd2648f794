package com.voltageems.hissrv.influx.lane;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/** The worker's clocks, and waiting by them. */
public interface Time {
  /**
   * Returns nanoseconds since an arbitrary moment; as with {@link System#nanoTime}, only
   * differences have a meaning.
   */
  long nanos();

  /** Returns the time of day in epoch milliseconds. */
  long millis();

  /**
   * Waits until the condition is signalled, for this many nanoseconds at most; may return earlier.
   */
  void await(Condition condition, long nanos) throws InterruptedException;

  /** Returns the clocks of this machine. */
  static Time system() {
    return SystemTime.INSTANCE;
  }

  /** Implementation of {@link Time#system}. */
  enum SystemTime implements Time {
    INSTANCE;

    @Override
    public long nanos() {
      return System.nanoTime();
    }

    @Override
    public long millis() {
      return System.currentTimeMillis();
    }

    @Override
    @SuppressWarnings("WaitNotInLoop") // the loop is the caller's
    public void await(Condition condition, long nanos) throws InterruptedException {
      condition.await(nanos, TimeUnit.NANOSECONDS);
    }
  }
}
