package com.voltageems.hissrv.redis.source.archive;

/**
 * How many things to read at once, when it is not known before how large they are: as many as made
 * a page of a bounded number of fields and bytes the last time. Begins small, grows by four at the
 * most. For one thread.
 */
final class PageSize {
  /** Begins with this many: nothing is known yet. */
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

  /** A page of {@code items} was read; an empty one tells nothing. */
  void learn(int items, long fields, long bytes) {
    if (items > 0) {
      long fit =
          Math.min(maxFields * items / Math.max(1, fields), maxBytes * items / Math.max(1, bytes));
      long grown = Math.min(maxItems, (long) MAX_GROWTH * Math.max(items, size / MAX_GROWTH));
      size = (int) Math.max(1, Math.min(fit, grown));
    }
  }
}
