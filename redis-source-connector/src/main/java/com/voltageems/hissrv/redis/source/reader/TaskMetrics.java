package com.voltageems.hissrv.redis.source.reader;

import com.voltageems.hissrv.plugin.MetricsPublisher;
import com.voltageems.hissrv.redis.source.run.PartState;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Metrics of one task. Written by the task's threads, read by any thread. */
public final class TaskMetrics {
  public final LongAdder polls = new LongAdder();
  public final LongAdder pollNanos = new LongAdder();
  public final LongAdder readNanos = new LongAdder();
  public final LongAdder roundTrips = new LongAdder();
  public final LongAdder failures = new LongAdder();

  /** Whether the aggregation makes progress; null if this task has none. */
  private @Nullable PartState aggregation;

  private LongAdder aggregationCalls = new LongAdder();
  private AggregationLosses losses = new AggregationLosses();

  private final WorkerClock clock;
  private final Map<String, SourceMetrics> sources = new LinkedHashMap<>();
  private @Nullable MetricsPublisher published;

  public TaskMetrics(WorkerClock clock) {
    this.clock = clock;
  }

  /**
   * Returns the metrics of a source. Creates them on the first call, which must be before the task
   * runs.
   */
  public SourceMetrics source(String alias) {
    return sources.computeIfAbsent(alias, key -> new SourceMetrics(key, clock));
  }

  /** Adds the aggregation's metrics to this task. Call it before the task runs. */
  public void aggregation(PartState state, LongAdder calls, AggregationLosses losses) {
    aggregation = state;
    aggregationCalls = calls;
    this.losses = losses;
  }

  Map<String, SourceMetrics> sources() {
    return sources;
  }

  /** Returns the task's own values by name. */
  Map<String, Supplier<?>> values() {
    Map<String, Supplier<?>> values = new LinkedHashMap<>();
    values.put("polls", polls::sum);
    values.put("poll-time-total-ms", () -> TimeUnit.NANOSECONDS.toMillis(pollNanos.sum()));
    values.put("read-time-total-ms", () -> TimeUnit.NANOSECONDS.toMillis(readNanos.sum()));
    values.put("redis-round-trips", roundTrips::sum);
    values.put("redis-failures", failures::sum);
    PartState aggregating = aggregation;
    if (aggregating != null) {
      values.put("aggregation-calls", aggregationCalls::sum);
      values.put("aggregation-failures", aggregating::failures);
      values.put("aggregation-stuck-since-ms", aggregating::stuckSinceMillis);
      values.put("aggregation-too-large", losses::tooLarge);
      values.put("aggregation-lost", losses::lost);
      values.put("aggregation-late", losses::late);
    }
    return values;
  }

  /** Publishes all metrics until {@link #close}. */
  public void publish(String connector, int task, Supplier<? extends @Nullable Object> plugin) {
    List<MetricsPublisher.Group> groups = new ArrayList<>();
    groups.add(new MetricsPublisher.Group(Map.of(), values()));
    sources.forEach(
        (alias, source) ->
            groups.add(new MetricsPublisher.Group(Map.of("source", alias), source.values())));
    published = new MetricsPublisher("redis-source", connector, task, groups, plugin);
  }

  public void close() {
    if (published != null) {
      published.close();
    }
  }
}
