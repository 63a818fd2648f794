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
 * The partitions of a task, each with its records whose fate is open; and the refused records that
 * are not reported yet. Guarded by the writers' lock.
 */
final class Partitions {
  private final int[] groupSizes;
  private final Map<TopicPartition, OffsetTracker> trackers = new HashMap<>();
  private final Deque<Pending> refused = new ArrayDeque<>();

  /**
   * Starts without partitions.
   *
   * @param groups the number of groups that the partitions are divided into
   */
  Partitions(int groups) {
    groupSizes = new int[groups];
  }

  void open(Collection<TopicPartition> partitions) {
    partitions.forEach(this::open);
  }

  /** Opens those of the partitions that are not open. */
  void openMissing(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      if (!trackers.containsKey(partition)) {
        open(partition);
      }
    }
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

  /** Releases partitions that another task will have. */
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

  /** Returns the record's partition as the consumer knows it. */
  static TopicPartition of(SinkRecord record) {
    return new TopicPartition(record.originalTopic(), record.originalKafkaPartition());
  }

  /** Registers a record, under the partition that the consumer knows. */
  Pending add(SinkRecord record) {
    TopicPartition partition = of(record);
    OffsetTracker tracker = trackers.get(partition);
    return (tracker == null ? open(partition) : tracker).add(record);
  }

  /** Returns the number of records whose fate is open. */
  long openCount() {
    long open = 0;
    for (OffsetTracker tracker : trackers.values()) {
      open += tracker.openCount();
    }
    return open;
  }

  /** Returns the bytes that these records have in Kafka, as far as known. */
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

  /** Removes and returns the next record to report; null if there is none. */
  @Nullable Pending nextRefused() {
    return refused.pollFirst();
  }

  boolean hasRefused() {
    return !refused.isEmpty();
  }

  /**
   * Returns up to which offset each partition is done.
   *
   * @param current the consumer's positions, which are returned for partitions without open records
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
