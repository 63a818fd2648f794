package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.http.problem.ErrorKind;
import com.voltageems.hissrv.query.http.problem.RefusedException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many threads wait for those at the other end: for one that reads a long answer, or sends a
 * request's body. Half of {@code http.threads} at most, or as many as queries may run at once, so
 * that whoever reads slowly, or not at all, never keeps the service from answering others, {@code
 * /health} first of all. Safe for many threads.
 */
final class Senders {
  /** What is not longer fits the connection's buffer, and nobody has to wait for it. */
  static final int SHORT = 16 * 1024;

  /** Several pages that are opened at once are not slow: each file is gone in a moment. */
  private static final Duration MOMENT = Duration.ofMillis(500);

  private final int most;
  private final Semaphore free;
  private final LongAdder cut = new LongAdder();

  /**
   * @param threads all that there are; four more than {@code queries} at least
   * @param queries that may run at once, each of which may have a long answer
   */
  Senders(int threads, int queries) {
    this.most = Math.max(threads / 2, queries);
    this.free = new Semaphore(most);
  }

  /** How many wait now. */
  int waiting() {
    return most - free.availablePermits();
  }

  int most() {
    return most;
  }

  /** How many answers ended before they were read. */
  long cut() {
    return cut.sum();
  }

  void countCut() {
    cut.increment();
  }

  /**
   * A thread that may wait, or, after a moment, a refusal.
   *
   * @return to be run when nobody has to be waited for any more
   */
  Runnable permit() {
    if (!acquire()) {
      throw new RefusedException(
          ErrorKind.BUSY,
          "busy: "
              + most
              + " callers read long answers, or send their requests, slowly, which is all that"
              + " http.threads leaves for them; try again");
    }
    return free::release;
  }

  private boolean acquire() {
    try {
      return free.tryAcquire(MOMENT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
