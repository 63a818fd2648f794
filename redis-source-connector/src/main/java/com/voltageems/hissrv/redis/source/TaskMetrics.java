package com.voltageems.hissrv.redis.source;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What one task has done. Written by the task's thread, read by any. */
final class TaskMetrics {
  final LongAdder polls = new LongAdder();
  final LongAdder pollNanos = new LongAdder();
  final LongAdder readNanos = new LongAdder();
  final LongAdder roundTrips = new LongAdder();
  final LongAdder failures = new LongAdder();
  private final Map<String, SourceMetrics> sources = new LinkedHashMap<>();

  SourceMetrics source(String alias) {
    return sources.computeIfAbsent(alias, key -> new SourceMetrics());
  }

  void close() {}
}
