package com.voltageems.hissrv.redis.source.archive;

/**
 * How many items to read at once if their size is unknown before: as many as would have filled a
 * page of bounded fields and bytes the last time. Starts small and grows at most fourfold. Not
 * thread-safe.
 */
final class PageSize {
  /** First size: nothing is known yet. */
  private static final int FIRST = 20;

  private static final int MAX_GROWTH = 4;

  private final int maxItems;
  private final long maxFields;
  private final long maxBytes;
  private int size = FIRST;

  PageSize(int maxItems, long maxFields, long maxBytes) {
    this.maxItems = maxItems;
    this.maxFields = maxFields;
    this.maxBytes = maxBytes;
  }

  int next(int limit) {
    return Math.max(1, Math.min(limit, size));
  }

  /** Learns from a page of {@code items}; an empty page tells nothing. */
  void learn(int items, long fields, long bytes) {
    if (items > 0) {
      long fit =
          Math.min(maxFields * items / Math.max(1, fields), maxBytes * items / Math.max(1, bytes));
      long grown = Math.min(maxItems, (long) MAX_GROWTH * Math.max(items, size / MAX_GROWTH));
      size = (int) Math.max(1, Math.min(fit, grown));
    }
  }
}
