package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.lane.Lanes;
import com.voltageems.hissrv.influx.lane.Monitor;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Waits a little, before a commit, for what is under way. For the task's thread. */
final class Flush {
  /** A report that arrives wakes nobody, so it is looked for now and then. */
  private static final Duration REPORT_LOOK = Duration.ofMillis(5);

  private final Duration longest;
  private final Monitor monitor;
  private final Lanes lanes;

  Flush(Duration longest, Monitor monitor, Lanes lanes) {
    this.longest = longest;
    this.monitor = monitor;
    this.lanes = lanes;
  }

  /**
   * Waits until nothing is under way, there is no hope that it ends soon, or the time is over.
   *
   * @param report passes refused records on
   * @param hasReports whether one of them is refused or on its way; asked in the monitor
   * @param hasRefused whether there is something for {@code report}; asked in the monitor
   */
  void run(Runnable report, BooleanSupplier hasReports, BooleanSupplier hasRefused) {
    long deadline = monitor.time().nanos() + longest.toNanos();
    boolean waiting = true;
    while (waiting) {
      report.run();
      try {
        waiting = monitor.waiting(() -> look(deadline, hasReports, hasRefused));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        monitor.run(() -> ask(null));
        waiting = false;
      }
    }
  }

  private boolean look(long deadline, BooleanSupplier hasReports, BooleanSupplier hasRefused)
      throws InterruptedException {
    long now = monitor.time().nanos();
    boolean open = isMoving() || hasReports.getAsBoolean();
    boolean waiting = open && deadline - now > 0;
    ask(waiting ? Long.valueOf(now) : null);
    if (waiting && !hasRefused.getAsBoolean()) {
      monitor.await(Math.min(REPORT_LOOK.toNanos(), Math.max(1, deadline - now)));
    }
    return waiting;
  }

  private boolean isMoving() {
    return monitor.failure() == null && lanes.isMoving();
  }

  /** Lines that came before this moment are to be written at once. */
  private void ask(@Nullable Long before) {
    lanes.flush(before);
    monitor.changed();
  }
}
