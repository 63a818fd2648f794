package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.config.WritingSettings;
import com.voltageems.hissrv.influx.metrics.SinkMetrics;
import java.util.Collection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.sink.SinkTaskContext;

/**
 * Pauses the topics while the buffer is full or the database does not answer, and says when {@code
 * put} is to be called at the latest. For the task's thread.
 */
final class Throttle {
  /** How often the task's thread looks, while something is open; while it is full. */
  private static final long LOOK_MS = 200;

  private static final long LOOK_WHEN_FULL_MS = 20;

  /** So many times the bytes of their lines records may have: of some, little is written. */
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
   * New partitions are paused too, or not. A partition that went while it was paused comes back
   * paused: the worker remembers that, also where everything else was resumed while it was nobody's
   * and so could not be.
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
   * @param records whose fate is open
   * @param recordBytes that these have in Kafka
   * @param lineBytes of line protocol
   */
  record Held(long records, long recordBytes, long lineBytes) {}

  /**
   * Looks at what is held.
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
