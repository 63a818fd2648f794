package com.voltageems.hissrv.influx.lane;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lock for the state that the task's thread and the writing threads share. It lets each thread tell
 * the others that this state has changed, and knows whether writing goes on.
 */
public final class Monitor {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Time time;
  private final Lease lease;
  private @Nullable Throwable failure;
  private boolean stopping;

  public Monitor(Time time, Lease lease) {
    this.time = time;
    this.lease = lease;
  }

  public Time time() {
    return time;
  }

  /** Runs an action under the lock. */
  public void run(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }

  /** Returns the answer to a question, asked under the lock. */
  public <T extends @Nullable Object> T get(Supplier<T> question) {
    lock.lock();
    try {
      return question.get();
    } finally {
      lock.unlock();
    }
  }

  /** An action that may wait in between; other threads may enter the lock meanwhile. */
  public interface Waiting<T> {
    T run() throws InterruptedException;
  }

  /** Runs an action under the lock, in which it may {@link #await}; returns its result. */
  public <T> T waiting(Waiting<T> action) throws InterruptedException {
    lock.lock();
    try {
      return action.run();
    } finally {
      lock.unlock();
    }
  }

  // The methods below may be called only inside an action of the methods above.

  public Lease lease() {
    return lease;
  }

  /** Wakes all waiting threads. */
  public void changed() {
    changed.signalAll();
  }

  /**
   * Waits for a change, for this many nanoseconds at most, or without limit for {@link
   * Long#MAX_VALUE}. The wait may end early, so callers have to check again.
   */
  @SuppressWarnings("WaitNotInLoop") // the loop is the caller's
  public void await(long nanos) throws InterruptedException {
    if (nanos == Long.MAX_VALUE) {
      changed.await();
    } else {
      time.await(changed, nanos);
    }
  }

  /** Returns whether writing has neither failed nor been stopped. */
  public boolean isRunning() {
    return failure == null && !stopping;
  }

  public boolean isStopping() {
    return stopping;
  }

  /** Returns why writing has failed; null if it goes on or has been stopped. */
  public @Nullable Throwable failure() {
    return failure;
  }

  /** Ends writing with a failure; returns false if it has ended before. */
  boolean fail(Throwable cause) {
    boolean isFirst = isRunning();
    if (isFirst) {
      failure = cause;
    }
    changed();
    return isFirst;
  }

  void stop() {
    stopping = true;
    changed();
  }
}
