package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.http.problem.ErrorKind;
import com.voltageems.hissrv.query.http.problem.RefusedException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many threads wait for those at the other end: for one that reads a long answer, or sends a
 * request's body. Half of {@code http.threads} at most, so that whoever reads slowly, or not at
 * all, never keeps the service from answering others, {@code /health} first of all. Safe for many
 * threads.
 */
final class Senders {
  /** What is not longer fits the connection's buffer, and nobody has to wait for it. */
  static final int SHORT = 16 * 1024;

  private final int most;
  private final Semaphore free;
  private final LongAdder cut = new LongAdder();

  Senders(int threads) {
    this.most = threads / 2;
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
   * A thread that may wait, or a refusal.
   *
   * @return to be run when nobody has to be waited for any more
   */
  Runnable permit() {
    if (!free.tryAcquire()) {
      throw new RefusedException(
          ErrorKind.BUSY,
          "busy: "
              + most
              + " callers read long answers, or send their requests, slowly, which is half of"
              + " http.threads; try again");
    }
    return free::release;
  }
}
