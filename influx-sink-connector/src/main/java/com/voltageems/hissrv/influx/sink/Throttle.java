package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.config.WritingSettings;
import com.voltageems.hissrv.influx.metrics.SinkMetrics;
import java.util.Collection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.sink.SinkTaskContext;

/**
 * Throttle for the topics: pauses them while the buffer is full or the database does not answer,
 * and tells Connect when to call {@code put} at the latest. For the task's thread.
 */
final class Throttle {
  /**
   * How often the task's thread looks while something is open; {@link #LOOK_WHEN_FULL_MS} while the
   * buffer is full.
   */
  private static final long LOOK_MS = 200;

  private static final long LOOK_WHEN_FULL_MS = 20;

  /**
   * Records may have this many times the bytes that their lines may have: of some records, little
   * is written.
   */
  private static final long RECORDS_TO_LINES = 4;

  private final WritingSettings settings;
  private final SinkTaskContext context;
  private final SinkMetrics metrics;
  private boolean paused;

  Throttle(WritingSettings settings, SinkTaskContext context, SinkMetrics metrics) {
    this.settings = settings;
    this.context = context;
    this.metrics = metrics;
  }

  /**
   * Pauses or resumes new partitions, as the others are. A partition that was paused when it left
   * comes back paused: the worker remembers the pause even if all others were resumed while the
   * partition belonged to no task, so that it could not be resumed with them.
   */
  void opened(Collection<TopicPartition> partitions) {
    TopicPartition[] opened = partitions.toArray(TopicPartition[]::new);
    if (paused) {
      context.pause(opened);
    } else {
      context.resume(opened);
    }
  }

  boolean isPaused() {
    return paused;
  }

  /**
   * What is held.
   *
   * @param records the number of records whose fate is open
   * @param recordBytes the bytes of these records in Kafka
   * @param lineBytes the bytes of line protocol
   */
  record Held(long records, long recordBytes, long lineBytes) {}

  /**
   * Pauses or resumes the topics.
   *
   * @param retrying whether a request is tried again
   * @return whether {@code put} will be called soon
   */
  boolean balance(Held held, boolean retrying) {
    long records = settings.bufferRecords();
    long bytes = settings.bufferBytes();
    boolean full =
        held.records() >= records
            || held.lineBytes() >= bytes
            || held.recordBytes() >= RECORDS_TO_LINES * bytes;
    boolean low =
        held.records() <= records / 2
            && held.lineBytes() <= bytes / 2
            && held.recordBytes() <= RECORDS_TO_LINES * bytes / 2;
    if (!paused && (full || retrying)) {
      paused = true;
      context.pause(context.assignment().toArray(TopicPartition[]::new));
    } else if (paused && low && !retrying) {
      paused = false;
      context.resume(context.assignment().toArray(TopicPartition[]::new));
    }
    metrics.buffered(held.records(), held.recordBytes(), held.lineBytes());
    metrics.paused(paused);
    boolean looksAgain = held.records() > 0 || paused;
    if (looksAgain) {
      context.timeout(paused && !retrying ? LOOK_WHEN_FULL_MS : LOOK_MS);
    }
    return looksAgain;
  }
}
