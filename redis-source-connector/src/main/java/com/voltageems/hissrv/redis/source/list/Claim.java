package com.voltageems.hissrv.redis.source.list;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Claim that is being delivered. It is read page by page, because a claim found in flight may be
 * larger than one poll.
 *
 * @param size number of elements in the claim
 * @param read number of those that were converted
 * @param rejected entries for the rejected list that are not in Redis yet
 * @param undelivered number of records that Connect has not confirmed
 * @param claimed number of elements ever claimed, those of this claim included; null if unknown
 */
record Claim(
    String id,
    long size,
    long read,
    List<byte[]> rejected,
    AtomicInteger undelivered,
    @Nullable Long claimed) {
  /** Most bytes of rejected entries that a claim read page by page keeps until its release. */
  private static final long MAX_REJECTED_BYTES = 1 << 20;

  boolean isRead() {
    return read >= size;
  }

  boolean isDelivered() {
    return isRead() && undelivered.get() <= 0;
  }

  /**
   * Returns whether the next call hands over the rejected entries. This normally happens with the
   * release, so that no entry is handed over twice; earlier only for a claim that is not one of
   * ours, because the size of such a claim has no limit.
   */
  boolean handsOverRejected() {
    return isDelivered()
        || rejected.size() > ListReader.MAX_ELEMENTS
        || (!isRead() && rejectedBytes() > MAX_REJECTED_BYTES);
  }

  Claim withoutRejected() {
    return new Claim(id, size, read, List.of(), undelivered, claimed);
  }

  private long rejectedBytes() {
    return rejected.stream().mapToLong(entry -> entry.length).sum();
  }
}
