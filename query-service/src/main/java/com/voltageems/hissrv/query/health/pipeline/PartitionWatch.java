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
 * Remembers from check to check since when partitions stand still. Pure: no clock, no Kafka. For
 * one thread.
 *
 * <p>The worker's clock and ours may differ. A reported time is taken unchanged only at our first
 * check, because we did not observe the time before our own start. Otherwise the start lies between
 * two of our checks: the last one that did not show the standstill, less the possible delay of a
 * commit, and the first one that did.
 */
final class PartitionWatch {
  /**
   * A partition as one check found it.
   *
   * @param committed the committed offset
   * @param waiting records from there on
   * @param hold the standstill that the task reports, if any
   */
  record Seen(long committed, long waiting, @Nullable SinkHold hold) {}

  /**
   * A partition that did not move since the last check, or that is held.
   *
   * @param offset the first waiting record
   * @param watchedSince since when we have observed it ourselves
   * @param since since when it has been so, as far as known
   * @param fromStart whether it was already so at our first check: then it may have begun earlier
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
   * @param commitInterval pause between two commits of the sink: a report may be this old, and
   *     somewhat older if a commit is slow
   */
  PartitionWatch(Duration commitInterval) {
    this.late = commitInterval.multipliedBy(2).plusSeconds(5);
  }

  /** Evaluates one check; returns the partitions that stand still or are held. */
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

  /** Moves the remembered times after the clock was set. */
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

  /** Returns the moment, limited to these bounds. */
  static Instant between(Instant moment, @Nullable Instant least, Instant most) {
    if (moment.isAfter(most)) {
      return most;
    }
    return least != null && moment.isBefore(least) ? least : moment;
  }
}
