package com.voltageems.hissrv.influx.batch;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * A request that is tried again and again, and so holds its partitions up.
 *
 * @param sinceMillis when the first of the tries failed, in epoch milliseconds
 * @param tries how many tries have failed
 * @param reason the last answer
 * @param firstOffsets the offset of the first record of each partition in the request
 */
public record Trouble(
    long sinceMillis, int tries, String reason, Map<TopicPartition, Long> firstOffsets) {
  public Trouble {
    firstOffsets = Map.copyOf(firstOffsets);
  }

  /** Returns a trouble with the records of a batch. */
  public static Trouble of(long sinceMillis, int tries, String reason, Batch batch) {
    Map<TopicPartition, Long> first = new HashMap<>();
    for (Batch.Line line : batch.lines()) {
      OffsetTracker.Pending pending = line.pending();
      first.merge(pending.tracker().partition(), pending.offset(), Math::min);
    }
    return new Trouble(sinceMillis, tries, reason, first);
  }

  /** Returns one of its records, as {@code topic-partition@offset}; empty if there is none. */
  public String firstRecord() {
    return firstOffsets.entrySet().stream()
        .map(entry -> entry.getKey() + "@" + entry.getValue())
        .sorted()
        .findFirst()
        .orElse("");
  }
}
