package com.voltageems.hissrv.redis.source.reader;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What other threads tell the task's thread while it waits. */
public final class Signal {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition raised = lock.newCondition();
  private boolean lookNow;
  private volatile boolean something;

  /**
   * Something has changed: the wait ends. Cheap while the task's thread is busy: what is raised
   * already stays so until that thread waits, and it looks at everything after every wait.
   */
  public void raise() {
    if (!something) {
      set(false);
    }
  }

  /** As {@link #raise}, and every source is to be looked at now. */
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

  /** Whether {@link #raiseLookNow} was called since the last time. */
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

  /** Waits until raised, or for {@code nanos}; returns at once when raised since the last wait. */
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
