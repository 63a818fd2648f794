package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.http.problem.ErrorKind;
import com.voltageems.hissrv.query.http.problem.RefusedException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Limits how many threads wait for a client that reads a long answer or sends a request's body. The
 * limit is half of {@code http.threads}, or the number of queries that may run at once if that is
 * larger. So clients that read slowly, or not at all, never keep the service from answering others,
 * above all {@code /health}. Thread-safe.
 */
final class Senders {
  /**
   * Answers up to this size fit into the connection's buffer, so no thread waits for the client.
   */
  static final int SHORT = 16 * 1024;

  /**
   * How long a caller waits for a permit. Several pages opened at the same time are not slow
   * clients: each file is sent within a moment.
   */
  private static final Duration MOMENT = Duration.ofMillis(500);

  private final int most;
  private final Semaphore free;
  private final LongAdder cut = new LongAdder();

  /**
   * @param threads all threads that serve HTTP; at least four more than {@code queries}
   * @param queries how many queries may run at once, each of which may have a long answer
   */
  Senders(int threads, int queries) {
    this.most = Math.max(threads / 2, queries);
    this.free = new Semaphore(most);
  }

  /** Returns how many threads wait now. */
  int waiting() {
    return most - free.availablePermits();
  }

  int most() {
    return most;
  }

  /** Returns how many answers ended before the client had read them. */
  long cut() {
    return cut.sum();
  }

  void countCut() {
    cut.increment();
  }

  /**
   * Takes a permit to wait for a client, or throws a refusal after a moment.
   *
   * @return to be run when the thread no longer waits for the client
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
