package com.voltageems.hissrv.query.store.heap;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Says when the heap has no room for more of an answer, so that one question is refused before all
 * of them end with the process. What counts is what is really in use: answers that are computed,
 * that wait for slow readers, rows that the driver holds, and everything else. Thread-safe.
 */
public final class HeapRoom {
  private static final long MB = 1 << 20;

  /** The heap of this process. */
  private static final HeapRoom PROCESS =
      new HeapRoom(
          Runtime.getRuntime().maxMemory(),
          () -> Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory(),
          HeapRoom::collections,
          System::gc);

  /** How long a caller that was refused may take to let go of what it has. */
  private static final Duration LETTING_GO = Duration.ofMillis(50);

  private final long most;
  private final long limit;
  private final LongSupplier used;
  private final LongSupplier collections;
  private final Runnable collect;
  private boolean refused;

  /**
   * @param most largest size of the heap, in bytes
   * @param used bytes in use, with what is not collected yet
   * @param collections how many collections there have been
   * @param collect collects, unless the JVM was told to ignore it
   */
  HeapRoom(long most, LongSupplier used, LongSupplier collections, Runnable collect) {
    this.most = most;
    // Room for what comes between two questions: a piece of rows, a column that grows, a request.
    this.limit = most - Math.min(Math.max(most / 4, 16 * MB), 128 * MB);
    this.used = used;
    this.collections = collections;
    this.collect = collect;
  }

  /** Returns the room in the heap of this process. */
  public static HeapRoom ofProcess() {
    return PROCESS;
  }

  /**
   * Returns whether nothing more should be kept. Takes some nanoseconds; a full collection if the
   * heap looks full, because only that shows what is in use.
   */
  public boolean isFull() {
    return used.getAsLong() >= limit && isFullOnceCollected();
  }

  private synchronized boolean isFullOnceCollected() {
    if (refused) {
      // One at a time: what the last one held may be enough for everybody else.
      refused = false;
      LockSupport.parkNanos(LETTING_GO.toNanos());
    }
    if (used.getAsLong() < limit) {
      return false;
    }
    long before = collections.getAsLong();
    collect.run();
    if (collections.getAsLong() == before) {
      // -XX:+DisableExplicitGC: nobody knows what is in use.
      return false;
    }
    refused = used.getAsLong() >= limit;
    return refused;
  }

  /** Returns the largest size of the heap, in megabytes. */
  public long megabytes() {
    return (most + MB / 2) / MB;
  }

  private static long collections() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .sum();
  }
}
