package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.config.QueryConfig.Limits;
import com.voltageems.hissrv.query.http.problem.ErrorKind;
import com.voltageems.hissrv.query.http.problem.RefusedException;
import com.voltageems.hissrv.query.store.Deadline;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * How many calls ask the store at once, {@code query.concurrency}; one more is refused at once.
 * Safe for many threads.
 */
final class Slots {
  private final Limits limits;
  private final Semaphore free;

  Slots(Limits limits) {
    this.limits = limits;
    this.free = new Semaphore(limits.concurrency());
  }

  /** How many calls run now. */
  int running() {
    return limits.concurrency() - free.availablePermits();
  }

  /** One of the calls that may run at once, with the one deadline for all it does. */
  final class Slot {
    private final Deadline deadline = Deadline.in(limits.queryTimeout());
    private final AtomicBoolean over = new AtomicBoolean();
    private boolean kept;

    Deadline deadline() {
      return deadline;
    }

    /**
     * The call goes on after it has returned, until what this returns is run; the first time, for
     * it may begin anew.
     */
    Runnable keep() {
      kept = true;
      return () -> {
        if (over.compareAndSet(false, true)) {
          free.release();
        }
      };
    }
  }

  /** Runs a call that asks the store, or refuses it at once. */
  <T> T bounded(Function<Deadline, T> call) {
    return in(slot -> call.apply(slot.deadline()));
  }

  /** Likewise, one that may go on after it has returned. */
  <T> T in(Function<Slot, T> call) {
    if (!free.tryAcquire()) {
      throw new RefusedException(
          ErrorKind.BUSY,
          "busy: "
              + limits.concurrency()
              + " queries are running, which is query.concurrency; try again");
    }
    Slot slot = new Slot();
    try {
      return call.apply(slot);
    } finally {
      if (!slot.kept) {
        free.release();
      }
    }
  }
}
