package com.voltageems.hissrv.redis.source.reader;

import com.voltageems.hissrv.redis.source.link.PartState;
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
public final class SourceMetrics {
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

  public final LongAdder records = new LongAdder();
  public final LongAdder points = new LongAdder();
  public final LongAdder unchanged = new LongAdder();
  public final LongAdder filtered = new LongAdder();
  public final LongAdder expired = new LongAdder();
  public final LongAdder gaps = new LongAdder();
  public final LongAdder claims = new LongAdder();

  /**
   * Those among them that were in flight already: after a crash, a fail-over, a move of the task.
   */
  public final LongAdder claimsFound = new LongAdder();

  public final LongAdder indexResets = new LongAdder();

  /** When the claim in flight was taken, by System.nanoTime; 0 for none. */
  public final AtomicLong claimedAtNanos = new AtomicLong();

  public final AtomicLong keys = new AtomicLong();

  /** Epoch seconds; 0 before the first. */
  public final AtomicLong newestWindowStart = new AtomicLong();

  /** How much older the windows last read are than the newest there is; 0 when all are read. */
  public final AtomicLong windowLagSeconds = new AtomicLong();

  /** Whether this source moves. */
  public final PartState state = new PartState();

  /** Time of the newest sample given to Connect, epoch milliseconds; 0 before the first. */
  public final AtomicLong newestSampleMillis = new AtomicLong();

  private final Map<String, LongAdder> rejected = new ConcurrentHashMap<>();
  private volatile LongSupplier dropped = () -> 0;

  public SourceMetrics() {
    REASONS.forEach(reason -> rejected.put(reason, new LongAdder()));
  }

  /**
   * Counts something that was not taken.
   *
   * @param reason one of {@link #REASONS}
   */
  public void reject(String reason) {
    reject(reason, 1);
  }

  /** As {@link #reject(String)}, for so many at once. */
  public void reject(String reason, int count) {
    LongAdder counter = rejected.get(reason);
    if (counter == null) {
      throw new IllegalArgumentException("no such reason: " + reason);
    }
    counter.add(count);
  }

  public long rejected(String reason) {
    LongAdder counter = rejected.get(reason);
    return counter == null ? 0 : counter.sum();
  }

  public void droppedBy(LongSupplier counter) {
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
