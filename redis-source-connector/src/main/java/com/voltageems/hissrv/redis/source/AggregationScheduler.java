package com.voltageems.hissrv.redis.source;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Triggers the aggregation script once a second, in a thread and over a connection of its own. The
 * script claims every second and every window itself, so any number of schedulers, and cron beside
 * them, may run; after a pause it closes what was left open.
 *
 * <p>An outage of Redis is waited for; anything else ends the thread, and {@link #failure()} tells.
 */
final class AggregationScheduler implements RunningRedisSource.Background {
  private static final Logger log = LoggerFactory.getLogger(AggregationScheduler.class);
  private static final String CONFIG_KEY = "hissrv:aggregation";
  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** The least between two ticks, when they take longer than a second. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private static final long STOP_MS = 2000;

  /** Calls of one action in one tick; a script that never comes to an end must not hold us. */
  private static final int MAX_CALLS = 10_000;

  private final RedisLink link;
  private final RedisScript script;
  private final List<String> windows;
  private final Map<String, String> config;
  private final Backoff backoff;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable Throwable failure;
  private int configuredGeneration = -1;
  private final Map<String, String> lastErrors = new HashMap<>();
  final LongAdder calls = new LongAdder();
  final LongAdder errors = new LongAdder();

  /**
   * @param windows lengths, the base first
   * @param config what is written to the script's configuration besides the windows
   */
  AggregationScheduler(
      RedisLink link,
      RedisScript script,
      List<String> windows,
      Map<String, String> config,
      Backoff backoff,
      String threadName) {
    this.link = link;
    this.script = script;
    this.windows = List.copyOf(windows);
    this.config = new TreeMap<>(config);
    this.backoff = backoff;
    this.thread = new Thread(this::run, threadName);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      // At fixed moments, whatever a tick takes: a wait between ticks would skip a second at times.
      long nextNanos = System.nanoTime();
      while (!stop.await(nextNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        try {
          tick();
          backoff.reset();
          nextNanos = Math.max(nextNanos + TICK_NANOS, System.nanoTime() + PAUSE_NANOS);
        } catch (RedisUnavailableException e) {
          Duration wait = backoff.next();
          nextNanos = System.nanoTime() + wait.toNanos();
          log.warn("Aggregation: {}; next attempt in {} ms", e.getMessage(), wait.toMillis());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = e;
    } catch (RuntimeException | Error e) {
      failure = e;
    } finally {
      link.close();
    }
  }

  private void tick() throws InterruptedException {
    if (link.primaries() > 0 && configuredGeneration != link.generation()) {
      configure();
      configuredGeneration = link.generation();
    }
    repeat("collect");
    for (String window : windows) {
      repeat("aggregate_" + window);
    }
  }

  private void configure() {
    link.call(Command.keyed("HSET", CONFIG_KEY, "windows", String.join(",", windows)));
    config.forEach((field, value) -> link.call(Command.keyed("HSET", CONFIG_KEY, field, value)));
  }

  private void repeat(String action) throws InterruptedException {
    for (int i = 0; i < MAX_CALLS && stop.getCount() > 0; i++) {
      calls.increment();
      try {
        Object reply = script.run(link, List.of(), List.of(Bytes.of(action)));
        if (!(reply instanceof Long left) || left == 0) {
          lastErrors.remove(action);
          return;
        }
      } catch (RedisReplyException e) {
        errors.increment();
        // Said once, not every second: the script's own message names the cause.
        if (!e.error().message().equals(lastErrors.put(action, e.error().message()))) {
          log.error("Aggregation: {} failed: {}", action, e.error().message());
        }
        if (e.error().message().startsWith("ERR unknown command")) {
          throw new ConnectException("this Redis runs no Lua scripts", e);
        }
        return;
      }
    }
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
