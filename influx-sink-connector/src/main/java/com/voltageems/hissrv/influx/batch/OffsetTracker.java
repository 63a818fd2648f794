package com.voltageems.hissrv.influx.batch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * The records of one partition whose fate is open, in the order in which they came. A partition
 * that comes back after a rebalance gets a new tracker, so that late news of the old one changes
 * nothing. Guarded by the lock of the running sink, except {@link #isClosed()}.
 */
public final class OffsetTracker {
  private final TopicPartition partition;
  private final int group;
  private final Deque<Pending> open = new ArrayDeque<>();
  private long openBytes;
  private volatile boolean closed;

  /**
   * @param partition as the consumer knows it, whatever a transform made of the topic's name
   * @param group the group of partitions whose lines are written one request after the other
   */
  public OffsetTracker(TopicPartition partition, int group) {
    this.partition = partition;
    this.group = group;
  }

  /** One record on its way. */
  public static final class Pending {
    private final OffsetTracker tracker;
    private final long offset;
    private final SinkRecord record;
    private final long bytes;
    private int linesLeft;
    private @Nullable String complaint;
    private boolean sealed;

    private Pending(OffsetTracker tracker, SinkRecord record) {
      this.tracker = tracker;
      this.offset = record.originalKafkaOffset();
      this.record = KeptRecord.of(record);
      this.bytes = KeptRecord.bytes(record);
    }

    /** As it is reported: perhaps without its value, see {@link KeptRecord}. */
    public SinkRecord record() {
      return record;
    }

    /** As the consumer knows it. */
    public long offset() {
      return offset;
    }

    public OffsetTracker tracker() {
      return tracker;
    }

    /** More lines whose answer is waited for. */
    public void expect(int lines) {
      linesLeft += lines;
    }

    /** A line has its answer. */
    public void answered() {
      linesLeft--;
    }

    public boolean isAnswered() {
      return linesLeft <= 0;
    }

    /** Adds what could not be written, and why. */
    public void complain(String reason) {
      if (complaint == null) {
        complaint = reason;
      } else if (!complaint.contains(reason)) {
        complaint = complaint + "; " + reason;
      }
    }

    public @Nullable String complaint() {
      return complaint;
    }

    /** Its fate is decided for good: written, reported or dropped. */
    public void seal() {
      sealed = true;
      tracker.advance();
    }

    /** Whether every record of the partition before it is sealed. */
    public boolean isFirstOpen() {
      return tracker.open.peekFirst() == this;
    }

    /** {@code topic-partition@offset}, as the consumer knows them. */
    public String where() {
      return tracker.partition + "@" + offset;
    }
  }

  public Pending add(SinkRecord record) {
    Pending pending = new Pending(this, record);
    open.addLast(pending);
    openBytes += pending.bytes;
    return pending;
  }

  private void advance() {
    while (!open.isEmpty() && open.peekFirst().sealed) {
      openBytes -= open.removeFirst().bytes;
    }
  }

  public TopicPartition partition() {
    return partition;
  }

  public int group() {
    return group;
  }

  /** The offset of the first record whose fate is open; empty when there is none. */
  public OptionalLong firstOpen() {
    Pending first = open.peekFirst();
    return first == null ? OptionalLong.empty() : OptionalLong.of(first.offset);
  }

  public int openCount() {
    return open.size();
  }

  /** Bytes that these records have in Kafka, as far as it is known. */
  public long openBytes() {
    return openBytes;
  }

  public void close() {
    closed = true;
    open.clear();
    openBytes = 0;
  }

  /** Whether the partition is somebody else's by now. */
  public boolean isClosed() {
    return closed;
  }
}
