package com.voltageems.hissrv.query.health.pipeline;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Since when partitions stand still, from one look to the next. Pure: no clock, no Kafka. One
 * thread.
 *
 * <p>The worker's clock and ours may differ. What it tells is taken as it is only where we have not
 * looked ourselves, that is before our own start; else it lies between the last look that did not
 * show it, less what a commit may be late, and the first that did.
 */
final class PartitionWatch {
  /**
   * A partition as one look found it.
   *
   * @param committed the committed offset
   * @param waiting records from there on
   * @param hold what the task tells of it, if anything
   */
  record Seen(long committed, long waiting, @Nullable SinkHold hold) {}

  /**
   * A partition that did not move since the last look, or that is held.
   *
   * @param offset the first record that waits
   * @param watchedSince since when we have seen it so ourselves
   * @param since since when it is so, as far as it is known
   * @param fromStart whether it was so when we first looked: then it may be so for longer
   */
  record Standing(
      TopicPartition partition,
      long offset,
      long waiting,
      Instant watchedSince,
      Instant since,
      boolean fromStart,
      @Nullable SinkHold hold) {}

  private record Memory(
      long committed,
      Instant standingSince,
      boolean fromStart,
      @Nullable Long holdSince,
      @Nullable Instant heldSince) {
    Memory moved(Duration step) {
      return new Memory(
          committed,
          standingSince.plus(step),
          fromStart,
          holdSince,
          heldSince == null ? null : heldSince.plus(step));
    }
  }

  private final Duration late;
  private final Map<TopicPartition, Memory> memories = new HashMap<>();
  private @Nullable Instant lastLook;

  /**
   * @param commitInterval pause between two commits of the sink: what it tells may be so old, and
   *     somewhat older where a commit is slow
   */
  PartitionWatch(Duration commitInterval) {
    this.late = commitInterval.multipliedBy(2).plusSeconds(5);
  }

  /** Takes a look in; returns what stands or is held, moved ones not. */
  List<Standing> look(Map<TopicPartition, Seen> seen, Instant now) {
    memories.keySet().retainAll(seen.keySet());
    List<Standing> standing = new ArrayList<>();
    seen.forEach(
        (partition, one) -> {
          if (one.waiting() == 0) {
            memories.remove(partition);
            return;
          }
          Memory memory = remember(memories.get(partition), one, now);
          memories.put(partition, memory);
          boolean held = memory.heldSince() != null;
          standing.add(
              new Standing(
                  partition,
                  held && one.hold() != null && one.hold().offset() >= 0
                      ? one.hold().offset()
                      : one.committed(),
                  one.waiting(),
                  memory.standingSince(),
                  memory.heldSince() != null ? memory.heldSince() : memory.standingSince(),
                  memory.fromStart(),
                  one.hold()));
        });
    lastLook = now;
    return standing;
  }

  /** The clock was set by so much. */
  void moved(Duration step) {
    lastLook = lastLook == null ? null : lastLook.plus(step);
    memories.replaceAll((partition, memory) -> memory.moved(step));
  }

  private Memory remember(@Nullable Memory before, Seen seen, Instant now) {
    boolean same = before != null && before.committed() == seen.committed();
    Instant standingSince = same && before != null ? before.standingSince() : now;
    boolean fromStart = before == null ? lastLook == null : same && before.fromStart();
    SinkHold hold = seen.hold();
    if (hold == null) {
      return new Memory(seen.committed(), standingSince, fromStart, null, null);
    }
    Instant heldSince;
    if (before != null
        && before.heldSince() != null
        && before.holdSince() != null
        && before.holdSince() == hold.sinceMillis()) {
      heldSince = before.heldSince();
    } else {
      Instant least = lastLook == null ? null : lastLook.minus(late);
      heldSince = between(Instant.ofEpochMilli(hold.sinceMillis()), least, now);
    }
    return new Memory(seen.committed(), standingSince, fromStart, hold.sinceMillis(), heldSince);
  }

  /** The moment, or the bound that it lies beyond. */
  static Instant between(Instant moment, @Nullable Instant least, Instant most) {
    if (moment.isAfter(most)) {
      return most;
    }
    return least != null && moment.isBefore(least) ? least : moment;
  }
}
