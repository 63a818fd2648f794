package com.voltageems.hissrv.influx.sink;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * The records of one partition whose fate is open, in the order in which they came. A partition
 * that comes back after a rebalance gets a new tracker, so that late news of the old one changes
 * nothing. Guarded by the lock of {@link RunningInfluxSink}, except {@link #isClosed()}.
 */
final class OffsetTracker {
  private final TopicPartition partition;
  private final int group;
  private final Deque<Pending> open = new ArrayDeque<>();
  private volatile boolean closed;

  /**
   * @param partition as the consumer knows it, whatever a transform made of the topic's name
   * @param group the group of partitions whose lines are written one request after the other
   */
  OffsetTracker(TopicPartition partition, int group) {
    this.partition = partition;
    this.group = group;
  }

  /** One record on its way. */
  static final class Pending {
    private final OffsetTracker tracker;
    private final SinkRecord record;
    private int linesLeft;
    private @Nullable String complaint;
    private boolean sealed;

    private Pending(OffsetTracker tracker, SinkRecord record) {
      this.tracker = tracker;
      this.record = record;
    }

    SinkRecord record() {
      return record;
    }

    OffsetTracker tracker() {
      return tracker;
    }

    /** More lines whose answer is waited for. */
    void expect(int lines) {
      linesLeft += lines;
    }

    /** A line has its answer. */
    void answered() {
      linesLeft--;
    }

    boolean isAnswered() {
      return linesLeft <= 0;
    }

    /** Adds what could not be written, and why. */
    void complain(String reason) {
      if (complaint == null) {
        complaint = reason;
      } else if (!complaint.contains(reason)) {
        complaint = complaint + "; " + reason;
      }
    }

    @Nullable String complaint() {
      return complaint;
    }

    /** Its fate is decided for good: written, reported or dropped. */
    void seal() {
      sealed = true;
      tracker.advance();
    }

    /** {@code topic-partition@offset}, as the consumer knows them. */
    String where() {
      return tracker.partition + "@" + record.originalKafkaOffset();
    }
  }

  Pending add(SinkRecord record) {
    Pending pending = new Pending(this, record);
    open.addLast(pending);
    return pending;
  }

  private void advance() {
    while (!open.isEmpty() && open.peekFirst().sealed) {
      open.removeFirst();
    }
  }

  TopicPartition partition() {
    return partition;
  }

  int group() {
    return group;
  }

  /** The offset of the first record whose fate is open; empty when there is none. */
  OptionalLong firstOpen() {
    Pending first = open.peekFirst();
    return first == null
        ? OptionalLong.empty()
        : OptionalLong.of(first.record.originalKafkaOffset());
  }

  int openCount() {
    return open.size();
  }

  void close() {
    closed = true;
    open.clear();
  }

  /** Whether the partition is somebody else's by now. */
  boolean isClosed() {
    return closed;
  }
}
