package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.lane.Lanes;
import com.voltageems.hissrv.influx.lane.Monitor;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The short wait, before a commit, for lines and reports under way. For the task's thread. */
final class Flush {
  /** A report that arrives wakes no thread, so the task looks for it at this interval. */
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
   * Waits until nothing is under way, until there is no hope that it ends soon, or until the time
   * is over.
   *
   * @param report passes refused records on
   * @param hasReports whether a record is refused or on its way to the dead-letter queue; called in
   *     the monitor
   * @param hasRefused whether there is work for {@code report}; called in the monitor
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
    monitor.lease().renew(open);
    // In doubt nothing is written, and only Connect can end the doubt.
    boolean waiting = open && deadline - now > 0 && monitor.lease().doubtfulFor() <= 0;
    ask(waiting ? Long.valueOf(now) : null);
    if (waiting && !hasRefused.getAsBoolean()) {
      monitor.await(Math.min(REPORT_LOOK.toNanos(), Math.max(1, deadline - now)));
    }
    return waiting;
  }

  private boolean isMoving() {
    return monitor.failure() == null && lanes.isMoving();
  }

  /** Asks the lanes to write lines that came before this moment at once; null ends that. */
  private void ask(@Nullable Long before) {
    lanes.flush(before);
    monitor.changed();
  }
}
