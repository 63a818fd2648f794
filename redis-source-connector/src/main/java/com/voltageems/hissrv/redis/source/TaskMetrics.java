package com.voltageems.hissrv.redis.source;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** What one task has done. Written by the task's threads, read by any. */
final class TaskMetrics {
  final LongAdder polls = new LongAdder();
  final LongAdder pollNanos = new LongAdder();
  final LongAdder readNanos = new LongAdder();
  final LongAdder roundTrips = new LongAdder();
  final LongAdder failures = new LongAdder();
  private final Map<String, SourceMetrics> sources = new LinkedHashMap<>();
  private Runnable onClose = () -> {};

  /** The metrics of a source; made when first asked for, before the task runs. */
  SourceMetrics source(String alias) {
    return sources.computeIfAbsent(alias, key -> new SourceMetrics());
  }

  Map<String, SourceMetrics> sources() {
    return sources;
  }

  /** The task's own values by name. */
  Map<String, LongSupplier> values() {
    Map<String, LongSupplier> values = new LinkedHashMap<>();
    values.put("polls", polls::sum);
    values.put("poll-time-total-ms", () -> TimeUnit.NANOSECONDS.toMillis(pollNanos.sum()));
    values.put("read-time-total-ms", () -> TimeUnit.NANOSECONDS.toMillis(readNanos.sum()));
    values.put("redis-round-trips", roundTrips::sum);
    values.put("redis-failures", failures::sum);
    return values;
  }

  void onClose(Runnable action) {
    onClose = action;
  }

  void close() {
    onClose.run();
  }
}
