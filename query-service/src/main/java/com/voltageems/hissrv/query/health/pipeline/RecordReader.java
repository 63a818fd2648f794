package com.voltageems.hissrv.query.health.pipeline;

import com.voltageems.hissrv.query.health.ProbeException;
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

/** Looks at single records: what offsets alone do not tell. One thread. */
final class RecordReader implements AutoCloseable {
  /** A lag this small is counted record by record: it may be nothing but transaction markers. */
  private static final long FEW = 50;

  /** Partitions of which the first record that waits is read, in one look. */
  private static final int MOST_LOOKS = 20;

  private static final int FETCH_BYTES = 16 * 1024;

  private final KafkaAccess kafka;
  private @Nullable KafkaConsumer<byte[], byte[]> consumer;

  /** Time of the record before this committed offset, by partition. */
  private final Map<TopicPartition, Committed> lastCommitted = new HashMap<>();

  private record Committed(long offset, long timestampMillis) {}

  /**
   * A record that waits.
   *
   * @param appended when the broker took it, where the topic keeps that; else null
   */
  record Waiting(long offset, @Nullable Instant appended) {}

  /** Looks up the first record of a partition from an offset on. */
  interface Lookup {
    @Nullable Waiting first(TopicPartition partition, long offset)
        throws ProbeException, InterruptedException;
  }

  RecordReader(KafkaAccess kafka) {
    this.kafka = kafka;
  }

  /** How many records wait from {@code position} to {@code end}; of many, the offsets count. */
  long waiting(TopicPartition partition, long position, long end)
      throws ProbeException, InterruptedException {
    long lag = Math.max(0, end - position);
    return lag > 0 && lag <= FEW ? kafka.read(() -> count(partition, position, end)) : lag;
  }

  /** The first record from {@code offset} on, or null where none comes in time. */
  @Nullable Waiting first(TopicPartition partition, long offset)
      throws ProbeException, InterruptedException {
    // Lists, for the reading may have nothing to give.
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
   * The oldest of what waits is not older than that, by Kafka's times of records.
   *
   * @param waiting offsets from which on something waits; those just before them are known from
   *     {@link #newestBefore}
   * @return null where nothing waits
   */
  @Nullable Instant oldest(Map<TopicPartition, Long> waiting)
      throws ProbeException, InterruptedException {
    long oldest = Long.MAX_VALUE;
    int looks = 0;
    for (Map.Entry<TopicPartition, Long> one : waiting.entrySet()) {
      Committed before = lastCommitted.get(one.getKey());
      if (before != null) {
        oldest = Math.min(oldest, before.timestampMillis());
      } else if (looks++ < MOST_LOOKS) {
        List<Long> first = kafka.read(() -> timestampFrom(one.getKey(), one.getValue()));
        oldest = first.isEmpty() ? oldest : Math.min(oldest, first.get(0));
      } else {
        return Instant.EPOCH;
      }
    }
    return oldest == Long.MAX_VALUE ? null : Instant.ofEpochMilli(oldest);
  }

  /** The timestamp of the first record from an offset on; none where none comes in time. */
  private List<Long> timestampFrom(TopicPartition partition, long offset) {
    KafkaConsumer<byte[], byte[]> reader = reader(partition, offset);
    long deadline = System.nanoTime() + kafka.timeout().toNanos() / 4;
    while (System.nanoTime() < deadline) {
      for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofMillis(200))) {
        return List.of(record.timestamp());
      }
    }
    return List.of();
  }

  /** The newest sample time among the records just before these offsets, ISO. */
  @Nullable String newestBefore(Map<TopicPartition, OffsetAndMetadata> committed)
      throws ProbeException, InterruptedException {
    lastCommitted.keySet().retainAll(committed.keySet());
    for (Map.Entry<TopicPartition, OffsetAndMetadata> entry : committed.entrySet()) {
      long offset = entry.getValue().offset();
      Committed known = lastCommitted.get(entry.getKey());
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

  /** The timestamp of the record just before an offset; none when it is not there any more. */
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

  /** Records from {@code position} to {@code end}: offsets less the markers of transactions. */
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
    // What could not be read in time counts as it stands in the offsets.
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
