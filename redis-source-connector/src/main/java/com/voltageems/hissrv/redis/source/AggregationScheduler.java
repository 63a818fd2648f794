package com.voltageems.hissrv.redis.source;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisReplyException;
import com.voltageems.hissrv.redis.source.link.RedisScript;
import com.voltageems.hissrv.redis.source.link.RedisTime;
import com.voltageems.hissrv.redis.source.link.RedisUnavailableException;
import com.voltageems.hissrv.redis.source.reader.AggregationLosses;
import com.voltageems.hissrv.redis.source.reader.ClosedAhead;
import com.voltageems.hissrv.redis.source.run.Background;
import com.voltageems.hissrv.redis.source.run.Backoff;
import com.voltageems.hissrv.redis.source.run.EachSecond;
import com.voltageems.hissrv.redis.source.run.PartState;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import java.time.Duration;
import java.util.ArrayList;
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
 * Triggers the aggregation script once a second, in its own thread and over its own connection. The
 * script itself claims every second and every window. So any number of schedulers may run, also
 * together with cron. After a pause the script closes what was left open.
 *
 * <p>The thread waits during an outage of Redis. If the script itself refuses to work, it waits for
 * a limited time, because somebody may be correcting the settings. Any other error ends the thread,
 * and {@link #failure()} returns it.
 */
final class AggregationScheduler implements Background {
  private static final Logger LOG = LoggerFactory.getLogger(AggregationScheduler.class);
  private static final String CONFIG_KEY = "hissrv:aggregation";
  private static final String STATS_KEY = "hissrv:stats";
  private static final Command TIME = Command.of("TIME");
  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Shortest pause between two ticks if they take longer than a second. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private static final long STOP_MS = 2000;

  /** Most calls of one action in one tick, in case a script never finishes. */
  private static final int MAX_CALLS = 10_000;

  private final RedisLink link;
  private final RedisScript script;
  private final List<String> windows;
  private final List<String> actions = new ArrayList<>();
  private final Map<String, String> config;
  private final Backoff backoff;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable Throwable failure;
  private int configuredGeneration = -1;
  private final PartState state = new PartState();
  private final Duration refusedAtMost;
  private final WorkerClock clock;

  /** When the script first refused since it last worked, by the clock's nanos; null for never. */
  private @Nullable Long refusedSinceNanos;

  public final LongAdder calls = new LongAdder();
  private final AggregationLosses losses = new AggregationLosses();
  private final ClosedAhead closed;

  /**
   * Creates a scheduler; {@link #start} begins it.
   *
   * @param windows lengths, the base first
   * @param config what to write to the script's configuration in addition to the windows
   * @param refusedAtMost how long the script may answer with errors before the task fails with them
   */
  AggregationScheduler(
      RedisLink link,
      RedisScript script,
      List<String> windows,
      Map<String, String> config,
      Backoff backoff,
      Duration refusedAtMost,
      WorkerClock clock,
      String threadName) {
    this.link = link;
    this.script = script;
    this.windows = List.copyOf(windows);
    this.closed = new ClosedAhead(link, windows);
    actions.add("collect");
    windows.forEach(window -> actions.add("aggregate_" + window));
    this.config = new TreeMap<>(config);
    this.backoff = backoff;
    this.refusedAtMost = refusedAtMost;
    this.clock = clock;
    this.thread = new Thread(this::run, threadName);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      long nextNanos = clock.nanos();
      while (!stop.await(nextNanos - clock.nanos(), TimeUnit.NANOSECONDS)) {
        try {
          link.follow();
          // However long the tick takes: a wait after it would sometimes skip a second.
          long dueNanos = EachSecond.next(clock.nanos(), RedisTime.millis(link.call(TIME)));
          String trouble = tick();
          backoff.reset();
          refusedSinceNanos = null;
          if (trouble != null) {
            if (state.holdsUp(trouble, clock.millis())) {
              LOG.warn("Aggregation: {}{}", trouble, state.unsaid());
            }
          } else if (state.passed()) {
            LOG.info("Aggregation: goes on");
          }
          nextNanos = Math.max(dueNanos, clock.nanos() + PAUSE_NANOS);
        } catch (RedisUnavailableException e) {
          say(String.valueOf(e.getMessage()));
          nextNanos = clock.nanos() + backoff.next().toNanos();
        } catch (RedisReplyException e) {
          say(e.error().message());
          requirePatience(e);
          nextNanos = Math.max(nextNanos + TICK_NANOS, clock.nanos() + PAUSE_NANOS);
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

  private void say(String reason) {
    if (state.failed(reason, clock.millis())) {
      LOG.warn("Aggregation: not running: {}{}", reason, state.unsaid());
    }
  }

  /**
   * Throws if the script has refused for too long. Its message names the setting at fault, and
   * somebody must correct it. A key of another type waits for somebody, too, but says nothing
   * against the configuration; as with a list's, the other sources continue.
   */
  private void requirePatience(RedisReplyException e) {
    if (e.error().isWrongType()) {
      refusedSinceNanos = null;
      return;
    }
    long now = clock.nanos();
    long since = refusedSinceNanos == null ? now : refusedSinceNanos;
    refusedSinceNanos = since;
    if (now - since >= refusedAtMost.toNanos()) {
      throw new ConnectException(
          "the aggregation script has refused to work for "
              + refusedAtMost.toSeconds()
              + " s: "
              + e.error().message(),
          e);
    }
  }

  /** What keeps windows from being made although the script answers; null for nothing. */
  private @Nullable String tick() throws InterruptedException {
    if (link.primaries() > 0 && configuredGeneration != link.generation()) {
      configure();
      configuredGeneration = link.generation();
    } else if (Long.valueOf(0).equals(link.call(Command.keyed("HEXISTS", CONFIG_KEY, "windows")))) {
      // Without it the script silently uses its defaults, that is, other windows.
      LOG.warn(
          "Aggregation: {}, or its field windows, has vanished from Redis (flushed, evicted or"
              + " deleted); it is written again",
          CONFIG_KEY);
      configure();
    }
    RedisReplyException refused = null;
    for (String action : actions) {
      try {
        repeat(action);
      } catch (RedisReplyException e) {
        // Closed windows can be written although nothing new can be collected, and the other way
        // round.
        refused = refused == null ? e : refused;
      }
    }
    if (refused != null) {
      throw refused;
    }
    losses.look(link.call(Command.keyed("HMGET", STATS_KEY, "too_large", "lost", "late")));
    return closed.look(losses.late());
  }

  private void configure() {
    link.call(Command.keyed("HSET", CONFIG_KEY, "windows", String.join(",", windows)));
    config.forEach((field, value) -> link.call(Command.keyed("HSET", CONFIG_KEY, field, value)));
  }

  private void repeat(String action) throws InterruptedException {
    for (int i = 0; i < MAX_CALLS && stop.getCount() > 0; i++) {
      calls.increment();
      Object reply = script.run(link, List.of(), List.of(Bytes.of(action)));
      if (!(reply instanceof Long left) || left == 0) {
        return;
      }
    }
  }

  /** Returns what the script has left out; for any thread. */
  public AggregationLosses losses() {
    return losses;
  }

  /** Returns whether the aggregation makes progress; for any thread. */
  public PartState state() {
    return state;
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
