package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.storage.plan.Task;
import com.voltageems.hissrv.query.store.window.Windows;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * Computes windows of a task in pieces, each as large as can be computed in a few seconds, and
 * counts them. Each query costs the database something for every series, independent of the number
 * of windows, so few large queries are better than many small ones. For one thread.
 */
final class Pieces {
  private static final long QUICK_NANOS = 2_000_000_000L;
  private static final long SLOW_NANOS = 8_000_000_000L;
  private static final int MOST_WINDOWS = 4096;
  private static final long MOST_ROWS = 20_000;

  private final Task task;
  private final Windows windows;
  private final Copier copier;
  private final LongConsumer boundary;
  private final Set<String> leftOut = new TreeSet<>();
  private int size = 1;
  private long counted;
  private long rows;
  private long written;

  /**
   * @param boundary receives the start and the end of a piece before it is computed; may refuse it
   */
  Pieces(Task task, Windows windows, Copier copier, LongConsumer boundary) {
    this.task = task;
    this.windows = windows;
    this.copier = copier;
    this.boundary = boundary;
  }

  /** Returns the number of windows computed so far. */
  long counted() {
    return counted;
  }

  /** Returns the number of their rows. */
  long rows() {
    return rows;
  }

  /** Returns the number of those rows that had to be written. */
  long written() {
    return written;
  }

  /** Returns the fields of which the last piece keeps nothing. */
  Set<String> leftOut() {
    return leftOut;
  }

  /** Makes the next piece smaller after a failure. */
  void failed() {
    size = Math.max(1, size / 4);
  }

  /**
   * Computes some windows, beginning at {@code start}.
   *
   * @return the end of the last computed window
   */
  long compute(long start, long until, BooleanSupplier goOn) {
    long end = start;
    int count = 0;
    while (count < size && end < until) {
      end = windows.next(end);
      count++;
    }
    boundary.accept(start);
    boundary.accept(end);
    long begin = System.nanoTime();
    Copier.Done done = copier.copy(task, start, end, goOn);
    long took = System.nanoTime() - begin;
    counted += count;
    rows += done.rows();
    written += done.written();
    leftOut.clear();
    leftOut.addAll(done.leftOut());
    if (took > SLOW_NANOS || done.rows() > 2 * MOST_ROWS) {
      size = Math.max(1, size / 2);
    } else if (done.rows() == 0 || (took < QUICK_NANOS && done.rows() < MOST_ROWS)) {
      size = Math.min(MOST_WINDOWS, size * 2);
    }
    return end;
  }
}
