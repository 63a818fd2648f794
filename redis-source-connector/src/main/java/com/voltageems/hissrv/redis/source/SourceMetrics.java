package com.voltageems.hissrv.redis.source;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What one source of one task has done. Written by the task's thread, read by any. */
final class SourceMetrics {
  final LongAdder records = new LongAdder();
  final LongAdder points = new LongAdder();
  final LongAdder unchanged = new LongAdder();
  final LongAdder filtered = new LongAdder();
  final LongAdder expired = new LongAdder();
  final LongAdder gaps = new LongAdder();
  final LongAdder claims = new LongAdder();
  final LongAdder indexResets = new LongAdder();
  final AtomicLong claimedAtNanos = new AtomicLong();
  final AtomicLong keys = new AtomicLong();
  final AtomicLong newestWindowStart = new AtomicLong();
  private final Map<String, LongAdder> rejected = new ConcurrentHashMap<>();

  /**
   * @param reason one of a few fixed words: they become metric names
   */
  void reject(String reason) {
    rejected.computeIfAbsent(reason, key -> new LongAdder()).increment();
  }

  Map<String, Long> rejected() {
    Map<String, Long> counts = new TreeMap<>();
    rejected.forEach((reason, count) -> counts.put(reason, count.sum()));
    return counts;
  }
}
