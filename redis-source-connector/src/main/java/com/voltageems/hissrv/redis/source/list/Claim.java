package com.voltageems.hissrv.redis.source.list;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A claim on its way, read page by page: one that is found in flight may be larger than a poll.
 *
 * @param size how many elements it has
 * @param read how many of them were converted
 * @param rejected entries for the rejected list that Redis does not have yet
 * @param undelivered records that Connect has not confirmed
 */
record Claim(String id, long size, long read, List<byte[]> rejected, AtomicInteger undelivered) {
  /** Of one that is read page by page, to be kept until its release. */
  private static final long MAX_REJECTED_BYTES = 1 << 20;

  boolean isRead() {
    return read >= size;
  }

  boolean isDelivered() {
    return isRead() && undelivered.get() <= 0;
  }

  /**
   * With the release, so that none is handed over twice; earlier only in a claim that is not one of
   * ours, and has no bound.
   */
  boolean handsOverRejected() {
    return isDelivered()
        || rejected.size() > ListReader.MAX_ELEMENTS
        || (!isRead() && rejectedBytes() > MAX_REJECTED_BYTES);
  }

  Claim withoutRejected() {
    return new Claim(id, size, read, List.of(), undelivered);
  }

  private long rejectedBytes() {
    return rejected.stream().mapToLong(entry -> entry.length).sum();
  }
}
