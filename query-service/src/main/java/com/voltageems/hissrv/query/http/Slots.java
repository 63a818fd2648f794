package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.config.QueryConfig.Limits;
import com.voltageems.hissrv.query.http.problem.ErrorKind;
import com.voltageems.hissrv.query.http.problem.RefusedException;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.StoreException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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

    /** The call itself, and whoever keeps the slot beyond it. */
    private final AtomicInteger holders = new AtomicInteger(1);

    Deadline deadline() {
      return deadline;
    }

    /**
     * Keeps the slot taken after the call has returned. A streamed answer may be begun again after
     * a failure, and then keeps the slot once more.
     *
     * @return ends this keeping; the slot is free when the last one has ended. Further runs do
     *     nothing
     */
    Runnable keep() {
      holders.incrementAndGet();
      AtomicBoolean over = new AtomicBoolean();
      return () -> {
        if (over.compareAndSet(false, true)) {
          end();
        }
      };
    }

    private void end() {
      if (holders.decrementAndGet() == 0) {
        free.release();
      }
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
      StoreException.requireHeap();
      return call.apply(slot);
    } finally {
      slot.end();
    }
  }
}
