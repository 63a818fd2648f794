package com.voltageems.hissrv.influx.lane;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Guards what the task's thread and the writing threads share, tells each other that something of
 * it has changed, and knows whether writing goes on.
 */
public final class Monitor {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Time time;
  private @Nullable Throwable failure;
  private boolean stopping;

  public Monitor(Time time) {
    this.time = time;
  }

  public Time time() {
    return time;
  }

  /** Does something while nobody else does. */
  public void run(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }

  /** Asks something while nobody changes it. */
  public <T extends @Nullable Object> T get(Supplier<T> question) {
    lock.lock();
    try {
      return question.get();
    } finally {
      lock.unlock();
    }
  }

  /** Something that waits in between, for which others have their turn. */
  public interface Waiting<T> {
    T run() throws InterruptedException;
  }

  /** As {@link #get}, where the action may {@link #await}. */
  public <T> T waiting(Waiting<T> action) throws InterruptedException {
    lock.lock();
    try {
      return action.run();
    } finally {
      lock.unlock();
    }
  }

  // The methods below are for whoever is in one of those above.

  /** Wakes all that wait. */
  public void changed() {
    changed.signalAll();
  }

  /**
   * Waits for a change, so many nanoseconds at most; {@link Long#MAX_VALUE} is as long as needed.
   * It may end early: look again.
   */
  @SuppressWarnings("WaitNotInLoop") // the loop is the caller's
  public void await(long nanos) throws InterruptedException {
    if (nanos == Long.MAX_VALUE) {
      changed.await();
    } else {
      time.await(changed, nanos);
    }
  }

  /** Whether there is neither a failure nor an end. */
  public boolean isRunning() {
    return failure == null && !stopping;
  }

  public boolean isStopping() {
    return stopping;
  }

  /** Why writing has ended; null while it goes on, or has been stopped. */
  public @Nullable Throwable failure() {
    return failure;
  }

  /** Ends writing with a failure; answers false if it has ended before. */
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
