package com.voltageems.hissrv.query.sync;

import com.voltageems.hissrv.query.health.ProbeException;
import com.voltageems.hissrv.query.health.pipeline.SyncWatch;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the source to read now, and waits until everything that was in Redis at the request is in
 * the database: first for the source's tasks, which report in the status topic, then for the sink's
 * committed offsets. Thread-safe; few requests at a time.
 */
public final class SyncDesk {
  /** Each request holds a thread of the server and a consumer. */
  private static final int AT_ONCE = 2;

  private static final Duration STEP = Duration.ofMillis(200);

  private final String channel;
  private final boolean countsListeners;
  private final Publisher publisher;
  private final Supplier<SyncWatch> watches;
  private final IntSupplier tasks;
  private final Supplier<@Nullable Instant> newest;
  private final Clock clock;
  private final Semaphore free = new Semaphore(AT_ONCE);

  /**
   * @param tasks gives the number of the source's tasks; 0 if unknown
   * @param newest gives the time of the newest sample in the database; null if unknown
   */
  public SyncDesk(
      RedisTarget redis,
      Duration timeout,
      Supplier<SyncWatch> watches,
      IntSupplier tasks,
      Supplier<@Nullable Instant> newest,
      Clock clock) {
    this(
        redis.channel(),
        redis.mode() != RedisTarget.Mode.CLUSTER,
        new ControlChannel(redis, timeout),
        watches,
        tasks,
        newest,
        clock);
  }

  SyncDesk(
      String channel,
      boolean countsListeners,
      Publisher publisher,
      Supplier<SyncWatch> watches,
      IntSupplier tasks,
      Supplier<@Nullable Instant> newest,
      Clock clock) {
    this.channel = channel;
    this.countsListeners = countsListeners;
    this.publisher = publisher;
    this.watches = watches;
    this.tasks = tasks;
    this.newest = newest;
    this.clock = clock;
  }

  /**
   * Syncs.
   *
   * @param patience how long to wait; work that has begun goes on after that
   * @return null if too many requests are already running
   * @throws SyncException if the source cannot be asked, or Kafka does not answer
   */
  public @Nullable SyncAnswer sync(Duration patience) throws SyncException, InterruptedException {
    if (channel.isEmpty()) {
      throw new SyncException(
          "the source listens to no channel: its setting control.channel is empty");
    }
    if (!free.tryAcquire()) {
      return null;
    }
    try (SyncWatch watch = watches.get()) {
      return sync(watch, clock.instant(), patience);
    } catch (ProbeException e) {
      throw new SyncException(String.valueOf(e.getMessage()), e);
    } finally {
      free.release();
    }
  }

  private SyncAnswer sync(SyncWatch watch, Instant asked, Duration patience)
      throws SyncException, ProbeException, InterruptedException {
    long start = System.nanoTime();
    long deadline = start + patience.toNanos();
    watch.begin();
    String id = UUID.randomUUID().toString();
    if (publisher.publish("sync " + id) == 0 && countsListeners) {
      throw new SyncException(
          "nobody listens on channel " + channel + " of Redis: no task of the source runs");
    }
    List<String> waiting = watch.sources(id, tasks.getAsInt(), STEP);
    while (!waiting.isEmpty() && System.nanoTime() < deadline) {
      waiting = watch.sources(id, tasks.getAsInt(), STEP);
    }
    if (waiting.isEmpty()) {
      SyncWatch.Ends ends = watch.ends();
      waiting = watch.sink(ends);
      while (!waiting.isEmpty() && System.nanoTime() < deadline) {
        Thread.sleep(STEP.toMillis());
        waiting = watch.sink(ends);
      }
    }
    return new SyncAnswer(
        waiting,
        waiting.isEmpty() ? asked : newest.get(),
        Duration.ofNanos(System.nanoTime() - start));
  }
}
