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
 * Queue of channel messages between the thread that receives them and the thread that takes them.
 * It is bounded in number and bytes: messages that do not fit are dropped and counted. Each time
 * messages may have been missed, {@link #takeGap} returns true once.
 */
public final class MessageQueue {
  /** Most bytes of the channels and payloads of all waiting messages. */
  private static final long MAX_BYTES = 64L << 20;

  /**
   * Message as it was received.
   *
   * @param payload null if it is longer than the queue accepts
   * @param receivedNanos time of receipt by {@link WorkerClock#nanos}
   */
  // Array components are fine: millions of messages are created and none is compared.
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
   * Creates an empty queue.
   *
   * @param capacity most messages that may wait; their bytes have a limit, too
   * @param maxPayload most bytes of a payload; of a longer message only the channel is kept
   * @param onChange called after every message that was kept, and by {@link #missed} and {@link
   *     #wake}; must be cheap
   */
  public MessageQueue(
      int capacity, int maxPayload, WorkerClock clock, Consumer<MessageQueue> onChange) {
    this.waiting = new ArrayBlockingQueue<>(capacity);
    this.maxPayload = maxPayload;
    this.clock = clock;
    this.onChange = onChange;
  }

  /** Keeps a message, or drops and counts it if too much is already waiting. */
  public void accept(byte[] channel, byte[] payload) {
    byte[] kept = payload.length > maxPayload ? null : payload;
    Message message = new Message(channel, kept, clock.nanos());
    // Add before the message can be taken, so that the total never falls below zero.
    long bytes = waitingBytes.addAndGet(message.bytes());
    if (bytes <= MAX_BYTES && waiting.offer(message)) {
      wake();
    } else {
      waitingBytes.addAndGet(-message.bytes());
      dropped.increment();
      gap.set(true);
    }
  }

  /** Records that messages may have been missed. */
  public void missed() {
    gap.set(true);
    wake();
  }

  /** Makes the thread that takes messages look at the queue, even if it is empty. */
  public void wake() {
    onChange.accept(this);
  }

  /** Takes up to {@code limit} messages, oldest first. Does not block. */
  public List<Message> take(int limit) {
    List<Message> messages = new ArrayList<>();
    waiting.drainTo(messages, limit);
    waitingBytes.addAndGet(-messages.stream().mapToLong(Message::bytes).sum());
    return messages;
  }

  /** Returns whether messages are waiting; check it before every wait. */
  public boolean hasMessages() {
    return !waiting.isEmpty();
  }

  public boolean hasGap() {
    return gap.get();
  }

  /** Returns whether messages may have been missed since the last call. */
  public boolean takeGap() {
    return gap.getAndSet(false);
  }

  /** Returns how many messages did not fit so far. */
  public long dropped() {
    return dropped.sum();
  }
}
