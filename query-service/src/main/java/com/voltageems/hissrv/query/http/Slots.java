package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.config.QueryConfig.Limits;
import com.voltageems.hissrv.query.http.problem.ErrorKind;
import com.voltageems.hissrv.query.http.problem.RefusedException;
import com.voltageems.hissrv.query.store.Deadline;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * Limits how many calls query the store at once to {@code query.concurrency}; any further call is
 * refused immediately. Thread-safe.
 */
final class Slots {
  private final Limits limits;
  private final Semaphore free;

  Slots(Limits limits) {
    this.limits = limits;
    this.free = new Semaphore(limits.concurrency());
  }

  /** Returns how many calls run now. */
  int running() {
    return limits.concurrency() - free.availablePermits();
  }

  /** One of the calls that may run at once, with one deadline for everything it does. */
  final class Slot {
    private final Deadline deadline = Deadline.in(limits.queryTimeout());
    private final AtomicBoolean over = new AtomicBoolean();
    private boolean kept;

    Deadline deadline() {
      return deadline;
    }

    /**
     * Keeps the slot taken after the call has returned.
     *
     * @return frees the slot; further runs do nothing, because a streamed answer may be begun again
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

  /** Runs a call that queries the store, or refuses it immediately. */
  <T> T bounded(Function<Deadline, T> call) {
    return in(slot -> call.apply(slot.deadline()));
  }

  /** Likewise, for a call that may go on after it has returned. */
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
