package com.voltageems.hissrv.query.health.pipeline;

import com.voltageems.hissrv.query.health.ProbeException;
import com.voltageems.hissrv.query.health.kafka.KafkaAccess;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** Reads single records, for facts that offsets alone do not show. For one thread. */
final class RecordReader implements AutoCloseable {
  /**
   * A lag of up to this size is counted record by record, because it may consist only of
   * transaction markers.
   */
  private static final long FEW = 50;

  /** Number of partitions whose first waiting record is read in one check. */
  private static final int MOST_LOOKS = 20;

  private static final int FETCH_BYTES = 16 * 1024;

  private final KafkaAccess kafka;
  private @Nullable KafkaConsumer<byte[], byte[]> consumer;

  /** The time of the record before this committed offset, by partition. */
  private final Map<TopicPartition, Committed> lastCommitted = new HashMap<>();

  private record Committed(long offset, long timestampMillis) {}

  /**
   * A waiting record.
   *
   * @param appended when the broker took it, if the topic keeps that time; else null
   */
  record Waiting(long offset, @Nullable Instant appended) {}

  /**
   * Offsets of a partition at which records wait.
   *
   * @param from the first one
   * @param to the first one after them
   */
  record Unread(long from, long to) {}

  /** Looks up the first record of a partition from an offset on. */
  interface Lookup {
    @Nullable Waiting first(TopicPartition partition, long offset)
        throws ProbeException, InterruptedException;
  }

  RecordReader(KafkaAccess kafka) {
    this.kafka = kafka;
  }

  /**
   * Returns how many records wait from {@code position} to {@code end}; if there are many, the
   * number of offsets.
   */
  long waiting(TopicPartition partition, long position, long end)
      throws ProbeException, InterruptedException {
    long lag = Math.max(0, end - position);
    return lag > 0 && lag <= FEW ? kafka.read(() -> count(partition, position, end)) : lag;
  }

  /** Returns the first record from {@code offset} on, or null if none arrives in time. */
  @Nullable Waiting first(TopicPartition partition, long offset)
      throws ProbeException, InterruptedException {
    // A list, because there may be no record.
    List<Waiting> found =
        kafka.read(
            () -> {
              KafkaConsumer<byte[], byte[]> reader = reader(partition, offset);
              long deadline = System.nanoTime() + kafka.timeout().toNanos() / 4;
              while (System.nanoTime() < deadline) {
                for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofMillis(200))) {
                  return List.of(
                      new Waiting(
                          record.offset(),
                          record.timestampType() == TimestampType.LOG_APPEND_TIME
                              ? Instant.ofEpochMilli(record.timestamp())
                              : null));
                }
              }
              return List.of();
            });
    return found.isEmpty() ? null : found.get(0);
  }

  /**
   * Returns a time that is not later than the oldest waiting record, by Kafka's record times.
   *
   * @param unread where records wait; the records just before them are known from {@link
   *     #newestBefore}
   * @return null if nothing waits, {@link Instant#EPOCH} if the waiting records could not be read
   *     in time
   */
  @Nullable Instant oldest(Map<TopicPartition, Unread> unread)
      throws ProbeException, InterruptedException {
    long oldest = Long.MAX_VALUE;
    int looks = 0;
    for (Map.Entry<TopicPartition, Unread> one : unread.entrySet()) {
      Committed before = lastCommitted.get(one.getKey());
      if (before != null) {
        oldest = Math.min(oldest, before.timestampMillis());
      } else if (looks++ < MOST_LOOKS) {
        long first = kafka.read(() -> timestampOfFirst(one.getKey(), one.getValue()));
        oldest = Math.min(oldest, first);
      } else {
        return Instant.EPOCH;
      }
    }
    return oldest == Long.MAX_VALUE ? null : Instant.ofEpochMilli(oldest);
  }

  /**
   * Returns the timestamp of the first of these records; {@link Long#MAX_VALUE} if there is none,
   * only markers of transactions and aborted records, and 0 if it is not known in time.
   */
  private long timestampOfFirst(TopicPartition partition, Unread unread) {
    KafkaConsumer<byte[], byte[]> reader = reader(partition, unread.from());
    long deadline = System.nanoTime() + kafka.timeout().toNanos() / 4;
    long reached = unread.from();
    while (reached < unread.to() && System.nanoTime() < deadline) {
      for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofMillis(200))) {
        return record.timestamp();
      }
      reached = reader.position(partition);
    }
    return reached < unread.to() ? 0 : Long.MAX_VALUE;
  }

  /** Returns the newest sample time among the records just before these offsets, ISO. */
  @Nullable String newestBefore(Map<TopicPartition, OffsetAndMetadata> committed)
      throws ProbeException, InterruptedException {
    lastCommitted.keySet().retainAll(committed.keySet());
    for (Map.Entry<TopicPartition, OffsetAndMetadata> entry : committed.entrySet()) {
      long offset = entry.getValue().offset();
      Committed known = lastCommitted.get(entry.getKey());
      if (known != null && known.offset() > offset) {
        // Somebody set the offset back: the record known is later than the waiting ones.
        lastCommitted.remove(entry.getKey());
      }
      if (offset > 0 && (known == null || known.offset() != offset)) {
        List<Long> timestamp = kafka.read(() -> timestampBefore(entry.getKey(), offset));
        if (!timestamp.isEmpty()) {
          lastCommitted.put(entry.getKey(), new Committed(offset, timestamp.get(0)));
        }
      }
    }
    return lastCommitted.values().stream()
        .map(Committed::timestampMillis)
        .max(Long::compare)
        .map(millis -> Instant.ofEpochMilli(millis).toString())
        .orElse(null);
  }

  /**
   * Returns the timestamp of the record just before an offset; empty if it no longer exists or
   * could not be read in time.
   */
  private List<Long> timestampBefore(TopicPartition partition, long offset) {
    KafkaConsumer<byte[], byte[]> reader = reader(partition, offset - 1);
    long deadline = System.nanoTime() + kafka.timeout().toNanos() / 4;
    while (reader.position(partition) < offset && System.nanoTime() < deadline) {
      for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofMillis(200))) {
        return record.offset() == offset - 1 ? List.of(record.timestamp()) : List.of();
      }
    }
    return List.of();
  }

  /** Counts records from {@code position} to {@code end}: offsets without transaction markers. */
  private long count(TopicPartition partition, long position, long end) {
    KafkaConsumer<byte[], byte[]> reader = reader(partition, position);
    long deadline = System.nanoTime() + kafka.timeout().toNanos() / 4;
    long count = 0;
    long reached = position;
    while (reached < end && System.nanoTime() < deadline) {
      ConsumerRecords<byte[], byte[]> records = reader.poll(Duration.ofMillis(200));
      for (ConsumerRecord<byte[], byte[]> record : records) {
        if (record.offset() < end) {
          count++;
        }
      }
      reached = reader.position(partition);
    }
    // The offsets that could not be read in time are counted as records.
    return count + Math.max(0, end - reached);
  }

  private KafkaConsumer<byte[], byte[]> reader(TopicPartition partition, long offset) {
    KafkaConsumer<byte[], byte[]> reader = consumer;
    if (reader == null) {
      reader = kafka.consumer(FETCH_BYTES);
      consumer = reader;
    }
    reader.assign(List.of(partition));
    reader.seek(partition, offset);
    return reader;
  }

  @Override
  public void close() {
    if (consumer != null) {
      consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
    }
  }
}
