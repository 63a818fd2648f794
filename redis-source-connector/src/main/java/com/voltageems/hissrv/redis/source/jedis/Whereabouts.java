package com.voltageems.hissrv.redis.source.jedis;

import com.voltageems.hissrv.redis.source.link.RedisSettings;
import com.voltageems.hissrv.redis.source.link.WrongServerException;
import com.voltageems.hissrv.redis.source.run.Background;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Asks from time to time where the data are: the sentinels, or the nodes of the cluster. No
 * connection breaks when a cluster gets another node, loses one that runs on alone, or when the
 * sentinels name another primary while the old one still answers: whoever kept the connection would
 * read less than there is, or something old. Asks in a thread of its own, over connections of its
 * own, because a server that does not answer must not hold up the reading.
 */
public final class Whereabouts implements Background {
  private static final Logger LOG = LoggerFactory.getLogger(Whereabouts.class);
  private static final long EVERY_MS = 10_000;
  private static final long STOP_MS = 2000;

  private final RedisSettings settings;
  private final WorkerClock clock;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable Throwable failure;
  private volatile @Nullable Found found;

  /**
   * Answer to the question.
   *
   * @param primaries the servers that have the data
   * @param missing which part of the data no server has; null if they have everything
   */
  record Located(Set<HostAndPort> primaries, @Nullable String missing) {
    Located {
      primaries = Set.copyOf(primaries);
    }
  }

  /** An answer, and when the question was asked. */
  private record Found(Located located, long askedNanos) {}

  /** Creates one that knows nothing; {@link #start} begins to ask. */
  public Whereabouts(RedisSettings settings, WorkerClock clock, String threadName) {
    this.settings = settings;
    this.clock = clock;
    this.thread = new Thread(this::run, threadName);
    thread.setDaemon(true);
  }

  /** Begins to ask; does nothing for a single server, which is where its address leads. */
  public void start() {
    if (settings.mode() != RedisSettings.Mode.STANDALONE) {
      thread.start();
    }
  }

  private void run() {
    try {
      while (!stop.await(EVERY_MS, TimeUnit.MILLISECONDS)) {
        ask();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = e;
    } catch (RuntimeException | Error e) {
      failure = e;
    }
  }

  private void ask() {
    long askedNanos = clock.nanos();
    JedisNodes nodes = new JedisNodes(settings);
    try {
      found = new Found(nodes.locate(), askedNanos);
    } catch (JedisException | WrongServerException e) {
      // This says nothing against a connection that works.
      LOG.debug("Cannot find out where Redis's data are", e);
    } finally {
      nodes.close();
    }
  }

  /**
   * Returns whether the data are on other servers than these.
   *
   * @param sinceNanos when the search for these servers began; only later answers count
   */
  boolean areOthersThan(Set<HostAndPort> connected, long sinceNanos) {
    Located located = since(sinceNanos);
    return located != null && !located.primaries().equals(connected);
  }

  /** Does the same for a connection that may lead to any of the servers. */
  boolean exclude(HostAndPort connected, long sinceNanos) {
    Located located = since(sinceNanos);
    return located != null && !located.primaries().contains(connected);
  }

  private @Nullable Located since(long sinceNanos) {
    Found last = found;
    return last == null || last.askedNanos() - sinceNanos < 0 ? null : last.located();
  }

  /** Returns which part of the data no server has; null if they have everything. */
  public @Nullable String missing() {
    Found last = found;
    return last == null ? null : last.located().missing();
  }

  @Override
  public @Nullable Throwable failure() {
    return failure;
  }

  @Override
  public void stop() {
    stop.countDown();
  }

  @Override
  public void close() {
    stop();
    try {
      thread.join(STOP_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
