package com.voltageems.hissrv.influx.sink;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;

/**
 * Notices records that Kafka Connect leaves out, and partitions that it does not open. If the
 * connector is paused or resumed during a rebalance, Connect (WorkerSinkTask, 3.9 to 4.4) is woken
 * up at one of two moments:
 *
 * <ul>
 *   <li>while it commits the offsets of partitions that are taken away. Connect then throws away
 *       the records that the consumer returns next, whatever their partition, and continues behind
 *       them;
 *   <li>while it asks for the positions of new partitions. Connect then does not open them,
 *       delivers their records, and commits none of their offsets until the next rebalance.
 * </ul>
 *
 * <p>For each partition, this class knows the offset that has to follow: the one after the last
 * delivered record or, before the first record, the position that {@code preCommit} reported.
 * Missing offsets are suspicious only after the first of these moments: transactions and compaction
 * leave offsets out, too. For the task's thread.
 */
final class Continuity {
  /** An open partition. */
  private static final class Place {
    /** The offset that has to follow; empty while it is not known. */
    private OptionalLong next = OptionalLong.empty();

    private boolean doubtful;
  }

  private final Map<TopicPartition, Place> places = new HashMap<>();

  /** Where partitions were that this task does not have, or that were not opened. */
  private final Map<TopicPartition, Long> left = new HashMap<>();

  /** Partitions that were not opened, of which records may have been thrown away. */
  private final Set<TopicPartition> doubtfulStrangers = new HashSet<>();

  /** From where the worker is to read again; it does so before the next {@code put}. */
  private final Map<TopicPartition, Long> asked = new HashMap<>();

  private boolean someClosed;

  void opened(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      Place place = new Place();
      place.doubtful = someClosed;
      places.put(partition, place);
      forget(partition);
    }
  }

  void closed(Collection<TopicPartition> partitions) {
    someClosed = true;
    for (TopicPartition partition : partitions) {
      Place place = places.remove(partition);
      if (place != null) {
        place.next.ifPresent(next -> left.put(partition, next));
      }
      forget(partition);
    }
    places.values().forEach(place -> place.doubtful = true);
  }

  private void forget(TopicPartition partition) {
    asked.remove(partition);
    doubtfulStrangers.remove(partition);
  }

  /** Takes note of the positions that the worker reports. */
  void told(Map<TopicPartition, OffsetAndMetadata> current) {
    current.forEach(
        (partition, position) -> {
          Place place = places.get(partition);
          if (asked.containsKey(partition)) {
            return; // the position before it goes back
          }
          if (place == null) {
            left.put(partition, position.offset());
          } else if (place.next.isEmpty()) {
            place.next = OptionalLong.of(position.offset());
          }
        });
  }

  /**
   * Returns the partitions that have to be read again, and from where. None of the records of these
   * partitions may be used.
   *
   * @param records what the worker delivers
   * @param assignment the partitions of the consumer
   * @throws ConnectException if it is not known from where
   */
  Map<TopicPartition, Long> holes(
      Collection<SinkRecord> records, Supplier<Set<TopicPartition>> assignment) {
    asked.clear();
    if (someClosed) {
      doubtfulStrangers.addAll(assignment.get());
      doubtfulStrangers.removeAll(places.keySet());
      someClosed = false;
    }
    for (SinkRecord record : records) {
      TopicPartition partition = Partitions.of(record);
      if (!asked.containsKey(partition)) {
        take(partition, record.originalKafkaOffset());
      }
    }
    return Map.copyOf(asked);
  }

  private void take(TopicPartition partition, long offset) {
    Place place = places.get(partition);
    if (place == null) {
      ask(partition, beginning(partition, offset));
    } else if (place.doubtful && place.next.isPresent() && place.next.getAsLong() < offset) {
      ask(partition, place.next.getAsLong());
    } else {
      place.doubtful = false;
      place.next = OptionalLong.of(offset + 1);
    }
  }

  private long beginning(TopicPartition partition, long offset) {
    if (!doubtfulStrangers.contains(partition)) {
      return offset;
    }
    Long before = left.get(partition);
    if (before == null) {
      throw new ConnectException(
          "Kafka Connect gives %s from offset %d on without having opened it, and may have left earlier records out, since the connector was paused or resumed during a rebalance: restart this task, and it goes on from the committed offset"
              .formatted(partition, offset));
    }
    return Math.min(before, offset);
  }

  private void ask(TopicPartition partition, long from) {
    Place place = new Place();
    place.next = OptionalLong.of(from);
    places.put(partition, place);
    doubtfulStrangers.remove(partition);
    asked.put(partition, from);
  }

  /** Returns the offset to commit: not beyond what is to be read again. */
  OffsetAndMetadata upTo(TopicPartition partition, OffsetAndMetadata done) {
    Long from = asked.get(partition);
    return from == null || done.offset() <= from ? done : new OffsetAndMetadata(from);
  }
}
