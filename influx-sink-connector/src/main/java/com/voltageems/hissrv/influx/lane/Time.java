package com.voltageems.hissrv.influx.lane;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/** The worker's clocks, and the waiting by them. */
public interface Time {
  /** Nanoseconds since some moment; as {@link System#nanoTime}, only differences mean anything. */
  long nanos();

  /** Epoch milliseconds, for people. */
  long millis();

  /** Waits until the condition is signalled, so many nanoseconds are over, or for less. */
  void await(Condition condition, long nanos) throws InterruptedException;

  /** This machine's. */
  static Time system() {
    return SystemTime.INSTANCE;
  }

  /** {@link Time#system}. */
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
