package com.voltageems.hissrv.influx.batch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * The records of one partition whose fate is open, in the order in which they came. If a partition
 * comes back after a rebalance, it gets a new tracker, so that late results for the old one change
 * nothing. Guarded by the lock of the running sink, except {@link #isClosed()}.
 */
public final class OffsetTracker {
  private final TopicPartition partition;
  private final int group;
  private final Deque<Pending> open = new ArrayDeque<>();
  private long openBytes;
  private volatile boolean closed;

  /**
   * @param partition the partition as the consumer knows it, even if a transform renamed the topic
   * @param group the group of partitions that this one belongs to; a group's lines are written one
   *     request after the other
   */
  public OffsetTracker(TopicPartition partition, int group) {
    this.partition = partition;
    this.group = group;
  }

  /** A record whose fate is open. */
  public static final class Pending {
    /**
     * The length of complaints, in characters, after which further ones are only counted. Connect
     * writes them into two headers of the dead letter, which have to fit into one request; a record
     * of a megabyte can have tens of thousands of flaws.
     */
    private static final int LONGEST = 8_000;

    private final OffsetTracker tracker;
    private final long offset;
    private final SinkRecord record;
    private final long bytes;
    private int linesLeft;
    private @Nullable String complaint;
    private int untold;
    private boolean sealed;

    private Pending(OffsetTracker tracker, SinkRecord record) {
      this.tracker = tracker;
      this.offset = record.originalKafkaOffset();
      this.record = KeptRecord.of(record);
      this.bytes = KeptRecord.bytes(record);
    }

    /** Returns the record as it is reported: perhaps without its value, see {@link KeptRecord}. */
    public SinkRecord record() {
      return record;
    }

    /** Returns the offset as the consumer knows it. */
    public long offset() {
      return offset;
    }

    public OffsetTracker tracker() {
      return tracker;
    }

    /** Adds lines that have no answer yet. */
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

    /** Adds a reason why something of the record could not be written. */
    public void complain(String reason) {
      if (complaint == null) {
        complaint = cut(reason);
      } else if (complaint.length() >= LONGEST) {
        untold++;
      } else if (!complaint.contains(reason)) {
        complaint = cut(complaint + "; " + reason);
      }
    }

    private static String cut(String text) {
      if (text.length() <= LONGEST) {
        return text;
      }
      int end = Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
      return text.substring(0, end) + "...";
    }

    /** Returns what could not be written and why, shortened if it is long; null if nothing. */
    public @Nullable String complaint() {
      return untold == 0 ? complaint : complaint + "; and " + untold + " more";
    }

    /** Seals the record: its fate is decided for good, as written, reported or dropped. */
    public void seal() {
      sealed = true;
      tracker.advance();
    }

    /** Returns whether every earlier record of the partition is sealed. */
    public boolean isFirstOpen() {
      return tracker.open.peekFirst() == this;
    }

    /** Returns {@code topic-partition@offset}, as the consumer knows them. */
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

  /** Returns the offset of the first record whose fate is open; empty if there is none. */
  public OptionalLong firstOpen() {
    Pending first = open.peekFirst();
    return first == null ? OptionalLong.empty() : OptionalLong.of(first.offset);
  }

  public int openCount() {
    return open.size();
  }

  /** Returns the bytes that the open records have in Kafka, as far as known. */
  public long openBytes() {
    return openBytes;
  }

  public void close() {
    closed = true;
    open.clear();
    openBytes = 0;
  }

  /** Returns whether the partition belongs to another task by now. */
  public boolean isClosed() {
    return closed;
  }
}
