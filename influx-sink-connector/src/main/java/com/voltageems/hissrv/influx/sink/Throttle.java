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

  private final WritingSettings settings;
  private final SinkTaskContext context;
  private final SinkMetrics metrics;
  private boolean paused;

  Throttle(WritingSettings settings, SinkTaskContext context, SinkMetrics metrics) {
    this.settings = settings;
    this.context = context;
    this.metrics = metrics;
  }

  /** New partitions are paused too. */
  void opened(Collection<TopicPartition> partitions) {
    if (paused) {
      context.pause(partitions.toArray(TopicPartition[]::new));
    }
  }

  boolean isPaused() {
    return paused;
  }

  /**
   * Looks at what is held.
   *
   * @param open records whose fate is open
   * @param bytes of line protocol
   * @param retrying whether a request is tried again
   * @return whether {@code put} will be called soon
   */
  boolean balance(long open, long bytes, boolean retrying) {
    boolean full = open >= settings.bufferRecords() || bytes >= settings.bufferBytes();
    boolean low = open <= settings.bufferRecords() / 2 && bytes <= settings.bufferBytes() / 2;
    if (!paused && (full || retrying)) {
      paused = true;
      context.pause(context.assignment().toArray(TopicPartition[]::new));
    } else if (paused && low && !retrying) {
      paused = false;
      context.resume(context.assignment().toArray(TopicPartition[]::new));
    }
    metrics.buffered(open, bytes);
    metrics.paused(paused);
    boolean looksAgain = open > 0 || paused;
    if (looksAgain) {
      context.timeout(paused && !retrying ? LOOK_WHEN_FULL_MS : LOOK_MS);
    }
    return looksAgain;
  }
}
