package com.voltageems.hissrv.redis.source.reader;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.run.PartState;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Metrics of one source in one task. Written by the task's threads, read by any thread. */
public final class SourceMetrics {
  private static final Logger LOG = LoggerFactory.getLogger(SourceMetrics.class);

  /** Of the inputs that are rejected for one reason, one is named in this time. */
  private static final long NAME_EVERY_NANOS = TimeUnit.MINUTES.toNanos(10);

  private static final int MOST_KEY = 100;

  public final LongAdder records = new LongAdder();
  public final LongAdder points = new LongAdder();
  public final LongAdder unchanged = new LongAdder();
  public final LongAdder filtered = new LongAdder();
  public final LongAdder expired = new LongAdder();

  /** Records that Connect dropped, by a transformation or because they could not be converted. */
  public final LongAdder droppedByConnect = new LongAdder();

  /** Entries of a stream that were trimmed or deleted before they were read. */
  public final LongAdder trimmed = new LongAdder();

  /** Elements of a list without their own time. */
  public final LongAdder untimed = new LongAdder();

  /** Whole numbers above 2^53 that no double represents exactly; the nearest double was given. */
  public final LongAdder rounded = new LongAdder();

  public final LongAdder gaps = new LongAdder();
  public final LongAdder claims = new LongAdder();

  /** Claims that were already in flight: after a crash, a fail-over, or a move of the task. */
  public final LongAdder claimsFound = new LongAdder();

  /** Elements of a list that come again because the list went back to an older state. */
  public final LongAdder repeated = new LongAdder();

  public final LongAdder indexResets = new LongAdder();

  /** When the claim in flight was taken, by {@link WorkerClock#nanos}; 0 if there is none. */
  public final AtomicLong claimedAtNanos = new AtomicLong();

  public final AtomicLong keys = new AtomicLong();

  /** Epoch seconds; 0 before the first window. */
  public final AtomicLong newestWindowStart = new AtomicLong();

  /** How much older the windows last read are than the newest one; 0 if all are read. */
  public final AtomicLong windowLagSeconds = new AtomicLong();

  /** Whether this source makes progress. */
  public final PartState state = new PartState();

  /** Time of the newest sample given to Connect, epoch milliseconds; 0 before the first. */
  public final AtomicLong newestSampleMillis = new AtomicLong();

  /**
   * Inputs that disappeared before they were read, and when the last loss was noticed; 0 for never.
   */
  private final LongAdder lost = new LongAdder();

  private final AtomicLong lostMillis = new AtomicLong();
  private final AtomicLong wentBackMillis = new AtomicLong();
  private final Map<RejectReason, LongAdder> rejected = new EnumMap<>(RejectReason.class);

  /** When an input of that reason was last named in the log; for the task's thread. */
  private final Map<RejectReason, Long> namedNanos = new EnumMap<>(RejectReason.class);

  private volatile String leftOut = "";
  private final String alias;
  private final WorkerClock clock;
  private volatile LongSupplier dropped = () -> 0;
  private volatile LongSupplier unseenNames = () -> 0;
  private volatile BooleanSupplier steady = () -> true;

  /**
   * How often something went back to an older state.
   *
   * @param repeated how many elements came again at most, as far as known
   * @param millis when that was last noticed, epoch milliseconds; 0 for never
   */
  public record Back(long count, long repeated, long millis) {
    public static final Back NEVER = new Back(0, 0, 0);
  }

  /** Creates the metrics of a source whose name does not matter. */
  public SourceMetrics(WorkerClock clock) {
    this("source", clock);
  }

  public SourceMetrics(String alias, WorkerClock clock) {
    this.alias = alias;
    this.clock = clock;
    for (RejectReason reason : RejectReason.values()) {
      rejected.put(reason, new LongAdder());
    }
  }

  /** Counts a rejected input. */
  public void reject(RejectReason reason) {
    reject(reason, 1);
  }

  /**
   * Counts a rejected input, and names it in the log now and then: a number alone does not lead to
   * it. For the task's thread.
   *
   * @param key its Redis key or channel
   * @param why what is wrong with it, without its value
   */
  public void reject(RejectReason reason, byte[] key, String why) {
    reject(reason);
    Long named = namedNanos.get(reason);
    long now = clock.nanos();
    if (named != null && now - named < NAME_EVERY_NANOS) {
      return;
    }
    namedNanos.put(reason, now);
    String name =
        key.length <= MOST_KEY
            ? Bytes.text(key)
            : Bytes.text(Arrays.copyOf(key, MOST_KEY)) + "… (" + key.length + " bytes)";
    leftOut = name + ": " + why;
    LOG.warn(
        "Source {}: left out of {}; {} such so far ({}), one is named in ten minutes",
        alias,
        leftOut,
        rejected(reason),
        reason.metric());
  }

  /** Returns what was last named as rejected: its key and why; empty before the first. */
  public String leftOut() {
    return leftOut;
  }

  /** Counts several inputs rejected for the same reason. */
  public void reject(RejectReason reason, int count) {
    counter(reason).add(count);
  }

  public long rejected(RejectReason reason) {
    return counter(reason).sum();
  }

  private LongAdder counter(RejectReason reason) {
    return Objects.requireNonNull(rejected.get(reason));
  }

  /** Counts inputs that disappeared before they were read, and that nothing brings back. */
  public void lost(LongAdder kind, long count) {
    if (count > 0) {
      kind.add(count);
      lost.add(count);
      lostMillis.set(clock.millis());
    }
  }

  /** Returns how many inputs disappeared before they were read. */
  public long lost() {
    return lost.sum();
  }

  /**
   * Counts that an index, a stream, a list or the data behind a position went back.
   *
   * @param comesAgain how many elements come again at most; 0 if that is not known
   */
  public void wentBack(long comesAgain) {
    indexResets.increment();
    repeated.add(comesAgain);
    wentBackMillis.set(clock.millis());
  }

  /** Returns how often something went back. */
  public Back back() {
    return new Back(indexResets.sum(), repeated.sum(), wentBackMillis.get());
  }

  /** Returns when the last loss was noticed, epoch milliseconds; 0 for never. */
  public long lostMillis() {
    return lostMillis.get();
  }

  public void steadyBy(BooleanSupplier steadily) {
    steady = steadily;
  }

  /** Returns whether something comes every few minutes while the devices report. */
  public boolean isSteady() {
    return steady.getAsBoolean();
  }

  public void unseenNamesBy(LongSupplier count) {
    unseenNames = count;
  }

  public void droppedBy(LongSupplier counter) {
    dropped = counter;
  }

  /** Returns the values by name. */
  Map<String, Supplier<?>> values() {
    Map<String, Supplier<?>> values = new LinkedHashMap<>();
    values.put("records", records::sum);
    values.put("points", points::sum);
    values.put("records-dropped", droppedByConnect::sum);
    values.put("rejected", () -> rejected.values().stream().mapToLong(LongAdder::sum).sum());
    rejected.forEach((reason, count) -> values.put(reason.metric(), count::sum));
    values.put("unchanged-skipped", unchanged::sum);
    values.put("filtered", filtered::sum);
    values.put("filter-names-unseen", () -> unseenNames.getAsLong());
    values.put("expired-before-read", expired::sum);
    values.put("trimmed-before-read", trimmed::sum);
    values.put("rounded", rounded::sum);
    values.put("untimed", untimed::sum);
    values.put("gaps", gaps::sum);
    values.put("messages-dropped", () -> dropped.getAsLong());
    values.put("claims", claims::sum);
    values.put("claims-found-in-flight", claimsFound::sum);
    values.put("elements-repeated", repeated::sum);
    values.put("claim-age-ms", this::claimAgeMs);
    values.put("index-resets", indexResets::sum);
    values.put("keys", keys::get);
    values.put("newest-window-start-s", newestWindowStart::get);
    values.put("window-lag-s", windowLagSeconds::get);
    values.put("newest-sample-ms", newestSampleMillis::get);
    values.put("steady", () -> isSteady() ? 1L : 0L);
    values.put("failures", state::failures);
    values.put("stuck-since-ms", state::stuckSinceMillis);
    return values;
  }

  private long claimAgeMs() {
    long at = claimedAtNanos.get();
    return at == 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(clock.nanos() - at);
  }
}
