package com.voltageems.hissrv.redis.source.jedis;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.RedisSettings;
import com.voltageems.hissrv.redis.source.link.RedisUnavailableException;
import com.voltageems.hissrv.redis.source.run.Background;
import com.voltageems.hissrv.redis.source.run.Backoff;
import com.voltageems.hissrv.redis.source.run.MessageQueue;
import com.voltageems.hissrv.redis.source.run.PartState;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.BinaryJedisPubSub;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Subscribes to channel patterns in its own thread, and puts the messages into a queue. Reconnects
 * with back-off after the connection was lost; a second thread sends PING to tell a silent
 * connection from a dead one. Reports to the queue each time messages may have been missed.
 */
public final class Subscription implements Background {
  private static final Logger LOG = LoggerFactory.getLogger(Subscription.class);
  private static final long STOP_MS = 2000;

  private final RedisSettings settings;
  private final byte[][] patterns;
  private final MessageQueue queue;
  private final @Nullable String dispensable;
  private final Backoff backoff;
  private final WorkerClock clock;
  private final Whereabouts whereabouts;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread reader;
  private final Thread pinger;
  private volatile @Nullable Throwable failure;

  /** Why there is no subscription now; null while there is one, or while that is not known yet. */
  private volatile @Nullable String trouble;

  private final PartState state = new PartState();
  private volatile JedisNodes.@Nullable Node connection;

  /** When the search for the connected server began. */
  private volatile long openedNanos;

  /** Whether the connection ends because the data are on other servers. */
  private volatile boolean follows;

  private volatile @Nullable Listener listener;
  final LongAdder connects = new LongAdder();

  /**
   * Creates a subscription; {@link #start} begins it.
   *
   * @param queue receives the messages, and is woken when the subscription has ended
   * @param dispensable name of the setting that names the channels, if a refusal only means that
   *     they are not listened to; null if a refusal ends the task
   */
  public Subscription(
      RedisSettings settings,
      List<String> patterns,
      MessageQueue queue,
      Backoff backoff,
      WorkerClock clock,
      Whereabouts whereabouts,
      String threadName,
      @Nullable String dispensable) {
    this.settings = settings;
    this.patterns = patterns.stream().map(Bytes::of).toArray(byte[][]::new);
    this.queue = queue;
    this.dispensable = dispensable;
    this.backoff = backoff;
    this.clock = clock;
    this.whereabouts = whereabouts;
    this.reader = new Thread(this::run, threadName);
    this.pinger = new Thread(this::pingForEver, threadName + "-ping");
    reader.setDaemon(true);
    pinger.setDaemon(true);
  }

  public void start() {
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
          if (e instanceof JedisException refusal
              && (ConnectFailure.isRefusal(refusal) || ConnectFailure.isUnknownCommand(refusal))) {
            refused(refusal);
            return;
          }
          if (follows) {
            follows = false;
            waitMs = 0;
            continue;
          }
          waitMs = backoff.next().toMillis();
          if (stop.getCount() > 0) {
            broken(
                e instanceof JedisException exchange
                    ? ConnectFailure.ofExchange(exchange, settings)
                    : String.valueOf(e.getMessage()));
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = e;
    } catch (RuntimeException | Error e) {
      failure = e;
      queue.wake();
    }
  }

  private void broken(String reason) {
    trouble = "not subscribed: " + reason;
    if (state.failed(reason, clock.millis())) {
      LOG.warn("Subscription to {}: {}; trying again{}", settings.where(), reason, state.unsaid());
    }
  }

  /** Returns why no messages come; null while they do. */
  public @Nullable String trouble() {
    return trouble;
  }

  /**
   * Handles a refusal. Repeating does not help: somebody must change the user's ACL or the
   * settings.
   */
  private void refused(JedisException refusal) {
    String channels =
        Arrays.stream(patterns).map(Bytes::text).collect(Collectors.joining(", ", "'", "'"));
    String user =
        settings.username().isEmpty() ? "the default user" : "user " + settings.username();
    if (dispensable != null) {
      LOG.warn(
          "Redis at {} refused {} the channel {}: the task goes on without listening to it. Allow"
              + " it in the user's ACL, or set {} to nothing: {}",
          settings.where(),
          user,
          channels,
          dispensable,
          refusal.getMessage());
      stop.countDown();
      return;
    }
    failure =
        new ConnectException(
            "Redis at "
                + settings.where()
                + " refused "
                + user
                + " the subscription to the channels "
                + channels
                + " (see "
                + settings.names().username()
                + " and the user's ACL, which has to allow psubscribe, ping and these patterns): "
                + refusal.getMessage(),
            refusal);
    queue.wake();
  }

  private void subscribeUntilItBreaks() {
    try (JedisLink link = new JedisLink(settings, () -> {})) {
      follows = false;
      openedNanos = clock.nanos();
      JedisNodes.Node dedicated = link.detach();
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
      JedisNodes.Node current = connection;
      if (current != null) {
        // From now on an error can only be the reply to a PING, which shows that Redis is alive.
        current.takeErrorsForSignsOfLife();
      }
      backoff.reset();
      trouble = null;
      state.passed();
      connects.increment();
      // Messages published before this moment are lost: the hashes must be read.
      queue.missed();
    }

    @Override
    public void onPMessage(byte[] pattern, byte[] channel, byte[] payload) {
      queue.accept(channel, payload);
    }
  }

  /**
   * Sends PING regularly: the replies keep a silent connection from running into its read timeout.
   */
  private void pingForEver() {
    long everyMs = Math.max(50, settings.timeout().toMillis() / 3);
    try {
      while (!stop.await(everyMs, TimeUnit.MILLISECONDS)) {
        Listener current = listener;
        if (current != null) {
          try {
            current.ping();
          } catch (JedisException e) {
            LOG.debug("The reader notices by itself that the connection is gone", e);
          }
          follow();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      failure = e;
    }
  }

  /** Ends a connection to a server that no longer gets the messages: it need not break. */
  private void follow() {
    JedisNodes.Node current = connection;
    if (current == null || !whereabouts.exclude(current.address(), openedNanos)) {
      return;
    }
    LOG.info(
        "Subscription to {}: {} is no longer one of the servers that have the data; subscribing anew",
        settings.where(),
        current.address());
    follows = true;
    disconnect(current);
  }

  private static void disconnect(JedisNodes.Node current) {
    try {
      current.forceDisconnect();
    } catch (java.io.IOException e) {
      LOG.debug("The connection was gone already", e);
    }
  }

  /** Returns the queue with the received messages. */
  public MessageQueue queue() {
    return queue;
  }

  @Override
  public @Nullable Throwable failure() {
    return failure;
  }

  @Override
  public void stop() {
    stop.countDown();
    JedisNodes.Node current = connection;
    if (current != null) {
      disconnect(current);
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
