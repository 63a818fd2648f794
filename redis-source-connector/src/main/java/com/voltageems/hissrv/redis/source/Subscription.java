package com.voltageems.hissrv.redis.source;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.BinaryJedisPubSub;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Subscribes to channel patterns in a thread of its own, and keeps the messages in a bounded queue
 * until they are taken. A lost connection is made again, with back-off; a second thread's PING
 * tells a silent connection from a dead one. Every time messages may have been missed, {@link
 * #takeGap} says so once.
 */
final class Subscription implements RunningRedisSource.Background {
  private static final Logger log = LoggerFactory.getLogger(Subscription.class);
  private static final long STOP_MS = 2000;

  /**
   * A message as it came.
   *
   * @param receivedNanos by {@link System#nanoTime}
   */
  // Array components: millions of these are made and none is compared.
  @SuppressWarnings("ArrayRecordComponent")
  record Message(byte[] channel, byte[] payload, long receivedNanos) {}

  private final RedisSettings settings;
  private final byte[][] patterns;
  private final BlockingQueue<Message> queue;
  private final Backoff backoff;
  private final Runnable onMessage;
  private final AtomicBoolean gap = new AtomicBoolean();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread reader;
  private final Thread pinger;
  private volatile @Nullable Throwable failure;
  private volatile @Nullable Connection connection;
  private volatile @Nullable Listener listener;
  final LongAdder dropped = new LongAdder();
  final LongAdder connects = new LongAdder();

  /**
   * @param onMessage called after every message that was kept, and when a gap is to be told; cheap
   */
  Subscription(
      RedisSettings settings,
      List<String> patterns,
      int capacity,
      Backoff backoff,
      Runnable onMessage,
      String threadName) {
    this.settings = settings;
    this.patterns = patterns.stream().map(Bytes::of).toArray(byte[][]::new);
    this.queue = new ArrayBlockingQueue<>(capacity);
    this.backoff = backoff;
    this.onMessage = onMessage;
    this.reader = new Thread(this::run, threadName);
    this.pinger = new Thread(this::pingForEver, threadName + "-ping");
    reader.setDaemon(true);
    pinger.setDaemon(true);
  }

  void start() {
    reader.start();
    pinger.start();
  }

  private void run() {
    try {
      long waitMs = 0;
      while (!stop.await(waitMs, TimeUnit.MILLISECONDS)) {
        try {
          subscribeUntilItBreaks();
          waitMs = backoff.next().toMillis();
        } catch (JedisException | RedisUnavailableException e) {
          waitMs = backoff.next().toMillis();
          if (stop.getCount() > 0) {
            log.warn(
                "Subscription to {}: {}; next attempt in {} ms",
                settings.where(),
                e.getMessage(),
                waitMs);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = e;
    } catch (RuntimeException | Error e) {
      failure = e;
      onMessage.run();
    }
  }

  private void subscribeUntilItBreaks() {
    try (JedisLink link = new JedisLink(settings, () -> {})) {
      Connection dedicated = link.detach();
      connection = dedicated;
      Listener current = new Listener();
      try {
        if (stop.getCount() > 0) {
          current.proceedWithPatterns(dedicated, patterns);
        }
      } finally {
        listener = null;
        connection = null;
        dedicated.setBroken();
        dedicated.close();
      }
    }
  }

  private final class Listener extends BinaryJedisPubSub {
    @Override
    public void onPSubscribe(byte[] pattern, int subscribed) {
      if (subscribed < patterns.length) {
        return;
      }
      listener = this;
      backoff.reset();
      connects.increment();
      // What was published before this moment is gone: the hashes have to be read.
      gap.set(true);
      onMessage.run();
    }

    @Override
    public void onPMessage(byte[] pattern, byte[] channel, byte[] payload) {
      accept(channel, payload);
    }
  }

  /** Keeps a message, or drops and counts it when the queue is full. */
  void accept(byte[] channel, byte[] payload) {
    if (queue.offer(new Message(channel, payload, System.nanoTime()))) {
      onMessage.run();
    } else {
      dropped.increment();
      gap.set(true);
    }
  }

  /** The replies keep a silent connection from its read timeout. */
  private void pingForEver() {
    long everyMs = Math.max(50, settings.timeout().toMillis() / 3);
    try {
      while (!stop.await(everyMs, TimeUnit.MILLISECONDS)) {
        Listener current = listener;
        if (current != null) {
          try {
            current.ping();
          } catch (JedisException e) {
            log.debug("The reader notices by itself that the connection is gone", e);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      failure = e;
    }
  }

  /** Up to {@code limit} messages, oldest first; does not wait. */
  List<Message> take(int limit) {
    List<Message> messages = new ArrayList<>();
    queue.drainTo(messages, limit);
    return messages;
  }

  /** To be asked before every wait. */
  boolean hasMessages() {
    return !queue.isEmpty();
  }

  boolean hasGap() {
    return gap.get();
  }

  /** Whether messages may have been missed since the last call. */
  boolean takeGap() {
    return gap.getAndSet(false);
  }

  @Override
  public @Nullable Throwable failure() {
    return failure;
  }

  @Override
  public void stop() {
    stop.countDown();
    Connection current = connection;
    if (current != null) {
      try {
        current.forceDisconnect();
      } catch (java.io.IOException e) {
        log.debug("The connection was gone already", e);
      }
    }
  }

  @Override
  public void close() {
    stop();
    try {
      reader.join(STOP_MS);
      pinger.join(STOP_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
