package com.voltageems.hissrv.redis.source;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What one source of one task has done. Written by the task's threads, read by any. */
final class SourceMetrics {
  /** Why something was not taken; the order is that of the README. */
  static final List<String> REASONS =
      List.of(
          "element",
          "wrong_type",
          "no_sample",
          "no_json",
          "no_field",
          "non_finite",
          "too_long",
          "key",
          "regex",
          "other_event",
          "companion",
          "reply");

  final LongAdder records = new LongAdder();
  final LongAdder points = new LongAdder();
  final LongAdder unchanged = new LongAdder();
  final LongAdder filtered = new LongAdder();
  final LongAdder expired = new LongAdder();
  final LongAdder gaps = new LongAdder();
  final LongAdder claims = new LongAdder();

  /**
   * Those among them that were in flight already: after a crash, a fail-over, a move of the task.
   */
  final LongAdder claimsFound = new LongAdder();

  final LongAdder indexResets = new LongAdder();

  /** When the claim in flight was taken, by System.nanoTime; 0 for none. */
  final AtomicLong claimedAtNanos = new AtomicLong();

  final AtomicLong keys = new AtomicLong();

  /** Epoch seconds; 0 before the first. */
  final AtomicLong newestWindowStart = new AtomicLong();

  /** How much older the windows last read are than the newest there is; 0 when all are read. */
  final AtomicLong windowLagSeconds = new AtomicLong();

  /** Whether this source moves. */
  final PartState state = new PartState();

  /** Time of the newest sample given to Connect, epoch milliseconds; 0 before the first. */
  final AtomicLong newestSampleMillis = new AtomicLong();

  private final Map<String, LongAdder> rejected = new ConcurrentHashMap<>();
  private volatile LongSupplier dropped = () -> 0;

  SourceMetrics() {
    REASONS.forEach(reason -> rejected.put(reason, new LongAdder()));
  }

  /**
   * @param reason one of {@link #REASONS}
   */
  void reject(String reason) {
    reject(reason, 1);
  }

  /** As {@link #reject(String)}, for so many at once. */
  void reject(String reason, int count) {
    LongAdder counter = rejected.get(reason);
    if (counter == null) {
      throw new IllegalArgumentException("no such reason: " + reason);
    }
    counter.add(count);
  }

  long rejected(String reason) {
    LongAdder counter = rejected.get(reason);
    return counter == null ? 0 : counter.sum();
  }

  void droppedBy(LongSupplier counter) {
    dropped = counter;
  }

  /** The values by name. */
  Map<String, Supplier<?>> values() {
    Map<String, Supplier<?>> values = new LinkedHashMap<>();
    values.put("records", records::sum);
    values.put("points", points::sum);
    values.put("rejected", () -> rejected.values().stream().mapToLong(LongAdder::sum).sum());
    REASONS.forEach(
        reason -> values.put("rejected-" + reason.replace('_', '-'), () -> rejected(reason)));
    values.put("unchanged-skipped", unchanged::sum);
    values.put("filtered", filtered::sum);
    values.put("expired-before-read", expired::sum);
    values.put("gaps", gaps::sum);
    values.put("messages-dropped", () -> dropped.getAsLong());
    values.put("claims", claims::sum);
    values.put("claims-found-in-flight", claimsFound::sum);
    values.put("claim-age-ms", this::claimAgeMs);
    values.put("index-resets", indexResets::sum);
    values.put("keys", keys::get);
    values.put("newest-window-start-s", newestWindowStart::get);
    values.put("window-lag-s", windowLagSeconds::get);
    values.put("newest-sample-ms", newestSampleMillis::get);
    values.put("failures", state::failures);
    values.put("stuck-since-ms", state::stuckSinceMillis);
    return values;
  }

  private long claimAgeMs() {
    long at = claimedAtNanos.get();
    return at == 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - at);
  }
}
