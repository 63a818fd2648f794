package com.voltageems.hissrv.query.store.heap;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Says when the heap has no room for more of an answer, so that one question is refused before all
 * of them end with the process. What counts is what is really in use: answers that are computed,
 * that wait for slow readers, rows that the driver holds, and everything else. Thread-safe.
 */
public final class HeapRoom {
  private static final long MB = 1 << 20;

  /** Options with which {@link System#gc} does not show what is in use. */
  private static final Set<String> INEXACT =
      Set.of("-XX:+DisableExplicitGC", "-XX:+ExplicitGCInvokesConcurrent");

  /** The heap of this process. */
  private static final HeapRoom PROCESS =
      new HeapRoom(
          Runtime.getRuntime().maxMemory(),
          () -> Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory(),
          isExact(ManagementFactory.getRuntimeMXBean().getInputArguments()) ? System::gc : null);

  /** How long a caller that was refused may take to let go of what it has. */
  private static final Duration LETTING_GO = Duration.ofMillis(50);

  private final long most;
  private final long limit;
  private final long step;
  private final LongSupplier used;
  private final @Nullable Runnable collect;

  /** With this much in use, with what is not collected yet, it is worth to collect. */
  private volatile long worth;

  private boolean refused;

  /**
   * @param most largest size of the heap, in bytes
   * @param used bytes in use, with what is not collected yet
   * @param collect collects everything; null if that cannot be done, so that nothing is refused
   */
  HeapRoom(long most, LongSupplier used, @Nullable Runnable collect) {
    this.most = most;
    // Room for what comes between two questions: a piece of rows, a column that grows, a request.
    long room = Math.min(Math.max(most / 4, 16 * MB), 128 * MB);
    this.limit = most - room;
    this.step = room / 8;
    this.worth = limit;
    this.used = used;
    this.collect = collect;
  }

  static boolean isExact(List<String> options) {
    return options.stream().noneMatch(INEXACT::contains);
  }

  /** Returns the room in the heap of this process. */
  public static HeapRoom ofProcess() {
    return PROCESS;
  }

  /**
   * Returns whether nothing more should be kept. Takes some nanoseconds; a full collection if the
   * heap looks full, because only that shows what is in use. Of several callers that find it full
   * at the same time, the others wait some 50 ms for what the first one lets go.
   */
  public boolean isFull() {
    return used.getAsLong() >= worth && collect != null && isFullAfter(collect);
  }

  private synchronized boolean isFullAfter(Runnable collection) {
    if (refused) {
      // One at a time: what the last one held may be enough for everybody else.
      refused = false;
      LockSupport.parkNanos(LETTING_GO.toNanos());
    }
    if (used.getAsLong() < worth) {
      return false;
    }
    collection.run();
    long live = used.getAsLong();
    refused = live >= limit;
    // Just below the limit each small piece would cost a collection.
    worth = refused ? limit : Math.max(limit, live + step);
    return refused;
  }

  /** Returns the largest size of the heap, in megabytes. */
  public long megabytes() {
    return (most + MB / 2) / MB;
  }
}
