package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.batch.OffsetTracker;
import com.voltageems.hissrv.influx.batch.OffsetTracker.Pending;
import com.voltageems.hissrv.influx.batch.Trouble;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * The partitions of a task, with the records of each whose fate is open, and the records that are
 * refused and not reported yet. Guarded by the writers' lock.
 */
final class Partitions {
  private final int[] groupSizes;
  private final Map<TopicPartition, OffsetTracker> trackers = new HashMap<>();
  private final Deque<Pending> refused = new ArrayDeque<>();

  /**
   * None yet.
   *
   * @param groups into how many they are divided
   */
  Partitions(int groups) {
    groupSizes = new int[groups];
  }

  void open(Collection<TopicPartition> partitions) {
    partitions.forEach(this::open);
  }

  private OffsetTracker open(TopicPartition partition) {
    int smallest = 0;
    for (int i = 1; i < groupSizes.length; i++) {
      smallest = groupSizes[i] < groupSizes[smallest] ? i : smallest;
    }
    OffsetTracker tracker = new OffsetTracker(partition, smallest);
    OffsetTracker before = trackers.put(partition, tracker);
    groupSizes[smallest]++;
    if (before != null) {
      groupSizes[before.group()]--;
    }
    return tracker;
  }

  /** Lets go of partitions that another task will have. */
  void close(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      OffsetTracker tracker = trackers.remove(partition);
      if (tracker != null) {
        tracker.close();
        groupSizes[tracker.group()]--;
      }
    }
    refused.removeIf(pending -> pending.tracker().isClosed());
  }

  /** Of the records of partitions that were not opened, the first offset of each. */
  Map<TopicPartition, Long> unopened(Collection<SinkRecord> records) {
    Map<TopicPartition, Long> unopened = new HashMap<>();
    for (SinkRecord record : records) {
      TopicPartition partition = of(record);
      if (!trackers.containsKey(partition)) {
        unopened.merge(partition, record.originalKafkaOffset(), Math::min);
      }
    }
    return unopened;
  }

  /** The partition that the consumer knows. */
  static TopicPartition of(SinkRecord record) {
    return new TopicPartition(record.originalTopic(), record.originalKafkaPartition());
  }

  /** Takes note of a record, by the partition that the consumer knows. */
  Pending add(SinkRecord record) {
    TopicPartition partition = of(record);
    OffsetTracker tracker = trackers.get(partition);
    return (tracker == null ? open(partition) : tracker).add(record);
  }

  /** How many records have an open fate. */
  long openCount() {
    long open = 0;
    for (OffsetTracker tracker : trackers.values()) {
      open += tracker.openCount();
    }
    return open;
  }

  /** Bytes that these records have in Kafka, as far as it is known. */
  long openBytes() {
    long open = 0;
    for (OffsetTracker tracker : trackers.values()) {
      open += tracker.openBytes();
    }
    return open;
  }

  /** Decides a record's fate once each of its lines has an answer. */
  void sealIfAnswered(Pending pending) {
    if (!pending.isAnswered()) {
      return;
    }
    if (pending.complaint() == null) {
      pending.seal();
    } else if (!pending.tracker().isClosed()) {
      refused.addLast(pending);
    }
  }

  /** The next record to report; null when there is none. */
  @Nullable Pending nextRefused() {
    return refused.pollFirst();
  }

  boolean hasRefused() {
    return !refused.isEmpty();
  }

  /**
   * Up to where each partition is done.
   *
   * @param current where the consumer is; the answer for a partition of which nothing is open
   */
  Map<TopicPartition, OffsetAndMetadata> done(
      Map<TopicPartition, OffsetAndMetadata> current,
      Standstills standstills,
      List<Trouble> troubles) {
    Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();
    current.forEach(
        (partition, position) -> {
          OffsetTracker tracker = trackers.get(partition);
          OptionalLong firstOpen = tracker == null ? OptionalLong.empty() : tracker.firstOpen();
          done.put(
              partition,
              firstOpen.isEmpty()
                  ? position
                  : new OffsetAndMetadata(
                      firstOpen.getAsLong(), standstills.metadata(partition, troubles)));
        });
    return done;
  }
}
