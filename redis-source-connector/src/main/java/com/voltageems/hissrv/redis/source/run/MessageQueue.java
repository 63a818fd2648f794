package com.voltageems.hissrv.redis.source.run;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Messages of channels between the thread that receives them and the one that takes them. Bounded
 * in number and bytes: what does not fit is dropped and counted. Every time messages may have been
 * missed, {@link #takeGap} says so once.
 */
public final class MessageQueue {
  /** Bytes of the channels and payloads of all messages that wait. */
  private static final long MAX_BYTES = 64L << 20;

  /**
   * A message as it came.
   *
   * @param payload null for one that is longer than what is taken
   * @param receivedNanos by {@link WorkerClock#nanos}
   */
  // Array components: millions of these are made and none is compared.
  @SuppressWarnings("ArrayRecordComponent")
  public record Message(byte[] channel, byte @Nullable [] payload, long receivedNanos) {
    long bytes() {
      return channel.length + (payload == null ? 0L : payload.length);
    }
  }

  private final BlockingQueue<Message> waiting;
  private final AtomicLong waitingBytes = new AtomicLong();
  private final int maxPayload;
  private final WorkerClock clock;
  private final Consumer<MessageQueue> onChange;
  private final AtomicBoolean gap = new AtomicBoolean();
  private final LongAdder dropped = new LongAdder();

  /**
   * @param capacity messages that may wait; there is a bound on their bytes beside it
   * @param maxPayload bytes; of longer messages only the channel is kept
   * @param onChange called after every message that was kept, and when there is a gap; cheap
   */
  public MessageQueue(
      int capacity, int maxPayload, WorkerClock clock, Consumer<MessageQueue> onChange) {
    this.waiting = new ArrayBlockingQueue<>(capacity);
    this.maxPayload = maxPayload;
    this.clock = clock;
    this.onChange = onChange;
  }

  /** Keeps a message, or drops and counts it when too much is waiting already. */
  public void accept(byte[] channel, byte[] payload) {
    byte[] kept = payload.length > maxPayload ? null : payload;
    Message message = new Message(channel, kept, clock.nanos());
    // Counted before it can be taken, so that the total never falls below zero.
    long bytes = waitingBytes.addAndGet(message.bytes());
    if (bytes <= MAX_BYTES && waiting.offer(message)) {
      wake();
    } else {
      waitingBytes.addAndGet(-message.bytes());
      dropped.increment();
      gap.set(true);
    }
  }

  /** Messages may have been missed. */
  public void missed() {
    gap.set(true);
    wake();
  }

  /** Tells who takes the messages to look, whatever there is. */
  public void wake() {
    onChange.accept(this);
  }

  /** Up to {@code limit} messages, oldest first; does not wait. */
  public List<Message> take(int limit) {
    List<Message> messages = new ArrayList<>();
    waiting.drainTo(messages, limit);
    waitingBytes.addAndGet(-messages.stream().mapToLong(Message::bytes).sum());
    return messages;
  }

  /** To be asked before every wait. */
  public boolean hasMessages() {
    return !waiting.isEmpty();
  }

  public boolean hasGap() {
    return gap.get();
  }

  /** Whether messages may have been missed since the last call. */
  public boolean takeGap() {
    return gap.getAndSet(false);
  }

  /** How many did not fit so far. */
  public long dropped() {
    return dropped.sum();
  }
}
