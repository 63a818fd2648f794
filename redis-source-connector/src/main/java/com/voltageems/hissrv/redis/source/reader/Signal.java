package com.voltageems.hissrv.redis.source.reader;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Wakes the task's thread from other threads. */
public final class Signal {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition raised = lock.newCondition();
  private boolean lookNow;
  private volatile boolean something;

  /**
   * Reports that something has changed, which ends the wait. Cheap while the task's thread is busy:
   * a signal stays raised until that thread waits, and the thread checks everything after every
   * wait.
   */
  public void raise() {
    if (!something) {
      set(false);
    }
  }

  /** Does the same as {@link #raise}, and asks to look at every source now. */
  public void raiseLookNow() {
    set(true);
  }

  private void set(boolean now) {
    lock.lock();
    try {
      lookNow |= now;
      something = true;
      raised.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether {@link #raiseLookNow} was called since the last call. */
  public boolean takeLookNow() {
    lock.lock();
    try {
      boolean now = lookNow;
      lookNow = false;
      return now;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until raised, or for {@code nanos}; returns at once if raised since the last wait. */
  public void await(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (left > 0 && !something) {
        left = raised.awaitNanos(left);
      }
      something = false;
    } finally {
      lock.unlock();
    }
  }
}
