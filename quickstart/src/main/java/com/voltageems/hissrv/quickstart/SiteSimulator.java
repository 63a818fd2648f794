package com.voltageems.hissrv.quickstart;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.AbstractTransaction;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Writes a {@link Site} into Redis once a second, at the full second, as the devices' drivers do:
 * live hashes with their {@code :ts} siblings, a model's result, publications, and the pending
 * list. Uses its own thread; if Redis does not answer, tries again in the next second.
 */
final class SiteSimulator implements AutoCloseable {
  private final Site site;
  private final RedisClient redis;
  private final Clock clock;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final AtomicLong points = new AtomicLong();
  private final AtomicLong missedSeconds = new AtomicLong();
  private final Thread thread;
  private volatile @Nullable RuntimeException failure;

  SiteSimulator(Site site, RedisClient redis, Clock clock) {
    this.site = site;
    this.redis = redis;
    this.clock = clock;
    this.thread = new Thread(this::run, "site-simulator");
    this.thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Returns the number of values written so far, over all layouts. */
  long pointsWritten() {
    return points.get();
  }

  /** Returns the number of seconds in which Redis did not accept the write. */
  long missedSeconds() {
    return missedSeconds.get();
  }

  /** Throws if the thread died for another reason than an unavailable Redis. */
  void check() {
    RuntimeException died = failure;
    if (died != null) {
      throw new IllegalStateException("the site simulator died: " + died.getMessage(), died);
    }
  }

  private void run() {
    try {
      while (!stop.await(millisToNextSecond(), TimeUnit.MILLISECONDS)) {
        long second = clock.millis() / 1000;
        try {
          write(second);
        } catch (JedisException e) {
          missedSeconds.incrementAndGet();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private long millisToNextSecond() {
    return 1000 - Math.floorMod(clock.millis(), 1000L);
  }

  private void write(long second) {
    int written = 0;
    // One transaction for each second: no reader ever sees a new value with an old time.
    try (AbstractTransaction transaction = redis.multi()) {
      for (Site.Channel channel : site.channels()) {
        if (site.isSilent(channel, second)) {
          continue;
        }
        Map<String, String> values = new HashMap<>();
        Map<String, String> times = new HashMap<>();
        for (Site.Point point : channel.points()) {
          values.put(point.id(), site.text(channel, point, second));
          times.put(point.id(), String.valueOf(second * 1000));
        }
        transaction.hset(channel.key(), values);
        transaction.hset(channel.key() + ":ts", times);
        Site.Point first = channel.points().get(0);
        transaction.publish(
            channel.key(), first.id() + ":" + values.get(first.id()) + ":" + times.get(first.id()));
        written += values.size();
      }
      transaction.hset("inst:1:M", site.instance(second));
      transaction.hset(
          "modsrv:power_calc:measurement",
          Map.of("total_power", site.totalPower(second), "timestamp", String.valueOf(second)));
      written++;
      site.pendingElement(second)
          .ifPresent(element -> transaction.lpush("archive:pending", element));
      transaction.exec();
    }
    points.addAndGet(written);
  }

  @Override
  public void close() {
    stop.countDown();
    try {
      thread.join(3000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
