package com.voltageems.hissrv.redis.source.list;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.config.SourceSpec;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisScript;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.reader.SourceReader;
import com.voltageems.hissrv.redis.source.sample.PendingElement;
import com.voltageems.hissrv.redis.source.sample.Sample;
import com.voltageems.hissrv.redis.source.sample.SampleRecords;
import com.voltageems.hissrv.redis.source.sample.SourceLimits;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drains a pending list, claim by claim.
 *
 * <pre>
 *          claim script                 read                    delivered (all)       claim script
 *  list ───────────────► in flight, id ──────► records in Kafka ───────────────► released, next one
 * </pre>
 *
 * A claim leaves Redis only after Connect has said of each of its records that it is stored. Every
 * record carries the claim's id and its own number as source offset, so that after a crash the
 * offset tells which elements of the claim found in flight are in the topic already. RATIONALE.md
 * goes through the interleavings.
 */
public final class ListReader implements SourceReader {
  private static final Logger log = LoggerFactory.getLogger(ListReader.class);
  private static final RedisScript CLAIM = RedisScript.resource(ListReader.class, "claim.lua");

  /** More in one claim would hold Redis for longer than a few milliseconds. */
  public static final int MAX_ELEMENTS = 500;

  /** How long a list stays a connector's own that was killed. */
  public static final long LEAST_LEASE_MS = 30_000;

  /** Of a claim that is read page by page, to be kept until its release. */
  private static final long MAX_REJECTED_BYTES = 1 << 20;

  private static final Long OTHER_OWNER = 2L;

  private final SourceSpec spec;
  private final RedisLink link;
  private final SampleRecords records;
  private final SourceLimits limits;
  private final SourceMetrics metrics;
  private final ListKeys keys;
  private final ClaimTransaction transaction;
  private final Map<String, String> partition;
  private final SecureRandom random = new SecureRandom();

  /** What is known to be delivered: from the stored offset, later from the last claim. */
  private @Nullable ListPosition position;

  /** More than a claim, as the last one was: where there is one, there is often another. */
  private boolean nextIsLarge;

  /** This connector: others leave the list alone as long as it is said to be its own. */
  private final String owner;

  private final long leaseMillis;

  /** When it was said last, by System.nanoTime; null for never, or not with certainty. */
  private @Nullable Long ownedAtNanos;

  /** Who else drains the list; null for nobody. */
  private volatile @Nullable String otherOwner;

  /** Whether Redis has answered the last time. */
  private boolean answered;

  private volatile @Nullable Claim claim;
  private volatile long dueNanos = System.nanoTime();

  public ListReader(
      SourceSpec spec,
      RedisLink link,
      SampleRecords records,
      SourceLimits limits,
      SourceMetrics metrics,
      String owner,
      @Nullable Map<String, ?> offset) {
    this.spec = spec;
    this.link = link;
    this.records = records;
    this.limits = limits;
    this.metrics = metrics;
    this.keys = new ListKeys(spec.key(), link.isCluster());
    this.owner = owner;
    this.leaseMillis = Math.max(LEAST_LEASE_MS, 3 * spec.pollInterval().toMillis());
    this.transaction = new ClaimTransaction(link, keys, spec.maxRejected(), owner);
    this.partition = ListPosition.partition(spec.key());
    this.position = ListPosition.fromOffset(offset);
  }

  /**
   * A claim on its way, read page by page: one that is found in flight may be larger than a poll.
   *
   * @param size how many elements it has
   * @param read how many of them were converted
   * @param rejected entries for the rejected list that Redis does not have yet
   * @param undelivered records that Connect has not confirmed
   */
  private record Claim(
      String id, long size, long read, List<byte[]> rejected, AtomicInteger undelivered) {
    boolean isRead() {
      return read >= size;
    }

    boolean isDelivered() {
      return isRead() && undelivered.get() <= 0;
    }

    /**
     * With the release, so that none is there twice; earlier only in a claim that is not one of
     * ours, and has no bound.
     */
    boolean handsOverRejected() {
      return isDelivered()
          || rejected.size() > MAX_ELEMENTS
          || (!isRead() && rejectedBytes() > MAX_REJECTED_BYTES);
    }

    Claim withoutRejected() {
      return new Claim(id, size, read, List.of(), undelivered);
    }

    private long rejectedBytes() {
      return rejected.stream().mapToLong(entry -> entry.length).sum();
    }
  }

  @Override
  public List<SourceRecord> read(int limit) {
    Claim current = claim;
    if (current != null && current.isRead() && !current.isDelivered()) {
      dueNanos = System.nanoTime() + spec.pollInterval().toNanos();
      return List.of();
    }
    String suffix = Long.toHexString(random.nextLong());
    answered = false;
    current = handOverLarge(current);
    List<?> reply = claimLarge(current, suffix);
    if (reply == null) {
      reply = call(current, suffix, Math.min(limit, MAX_ELEMENTS));
    }
    answered = true;
    if (isAnothers(reply)) {
      ownedAtNanos = null;
      dueNanos = System.nanoTime() + spec.pollInterval().toNanos();
      return List.of();
    }
    String id = Bytes.text((byte[]) reply.get(0));
    boolean goesOn = current != null && current.id().equals(id);
    if (current != null && !goesOn) {
      if (current.isDelivered()) {
        position = new ListPosition(current.id(), current.size() - 1);
      } else {
        log.warn(
            "Source {}: claim {} of {} is not in Redis any more: somebody else has released it, or a"
                + " replica has taken over that did not know it",
            spec.alias(),
            current.id(),
            spec.key());
      }
      claim = null;
      metrics.claimedAtNanos.set(0);
    }
    if (id.isEmpty()) {
      boolean more = Long.valueOf(1).equals(reply.get(1));
      nextIsLarge &= more;
      dueNanos = System.nanoTime() + (more ? 0 : spec.pollInterval().toNanos());
      return List.of();
    }
    if (!goesOn) {
      metrics.claims.increment();
      if (!id.endsWith("-" + suffix)) {
        metrics.claimsFound.increment();
        log.info("Source {}: claim {} of {} was in flight already", spec.alias(), id, spec.key());
      }
      metrics.claimedAtNanos.set(System.nanoTime());
    }
    return convert(
        id,
        goesOn ? Objects.requireNonNull(current) : null,
        (Long) Objects.requireNonNull(reply.get(1)),
        (List<?>) Objects.requireNonNull(reply.get(2)));
  }

  /** Whether another connector drains the list: what it has claimed must not be sent twice. */
  private boolean isAnothers(List<?> reply) {
    boolean anothers = OTHER_OWNER.equals(reply.get(1)) && ((byte[]) reply.get(0)).length == 0;
    otherOwner =
        anothers
            ? Bytes.text((byte[]) ((List<?>) Objects.requireNonNull(reply.get(2))).get(0))
            : null;
    return anothers;
  }

  @Override
  public @Nullable String trouble() {
    String other = otherOwner;
    return other == null
        ? null
        : spec.key()
            + " is drained by the connector "
            + other
            + ", and two would send its elements twice; stop one of them ("
            + Bytes.text(keys.owner())
            + " expires when it is gone)";
  }

  private @Nullable Claim handOverLarge(@Nullable Claim current) {
    if (current == null
        || !current.handsOverRejected()
        || !transaction.handOver(current.id(), current.rejected(), current.isDelivered())) {
      return current;
    }
    Claim rest = current.withoutRejected();
    claim = rest;
    return rest;
  }

  /** Null where it is not done, and the script has to look for the next ones. */
  private @Nullable List<?> claimLarge(@Nullable Claim current, String suffix) {
    if (!nextIsLarge
        || (current != null && !(current.isDelivered() && current.rejected().isEmpty()))) {
      return null;
    }
    return transaction.takeOne(current == null ? "" : current.id(), suffix);
  }

  private List<?> call(@Nullable Claim current, String suffix, int limit) {
    List<byte[]> args = new ArrayList<>();
    args.add(Bytes.of(current == null ? "" : current.id()));
    args.add(Bytes.of(current != null && current.isDelivered() ? "1" : "0"));
    args.add(Bytes.of(String.valueOf(current == null ? 0 : current.read())));
    args.add(Bytes.of(suffix));
    args.add(Bytes.of(String.valueOf(limit)));
    args.add(Bytes.of(String.valueOf(limits.maxBatchBytes())));
    args.add(Bytes.of(String.valueOf(spec.maxRejected())));
    args.add(Bytes.of(owner));
    Long owned = ownedAtNanos;
    long now = System.nanoTime();
    boolean renew = owned == null || now - owned > leaseMillis * 1_000_000 / 3;
    args.add(Bytes.of(String.valueOf(renew ? leaseMillis : 0)));
    ownedAtNanos = null;
    if (current != null && current.handsOverRejected()) {
      args.addAll(current.rejected());
    }
    List<?> reply = (List<?>) Objects.requireNonNull(CLAIM.run(link, keys.all(), args));
    ownedAtNanos = renew ? (Long) now : owned;
    return reply;
  }

  /**
   * Connect has committed for the last time: what it has stored leaves Redis, so that nobody finds
   * it in flight, and the list is free for another connector.
   */
  @Override
  public void close() {
    Claim current = claim;
    if (!answered || (ownedAtNanos == null && current == null)) {
      return;
    }
    try {
      Claim rest = handOverLarge(current);
      call(rest, Long.toHexString(random.nextLong()), 0);
      claim = null;
    } catch (RuntimeException e) {
      log.warn(
          "Source {}: what is in flight of {} stays so, and is looked at by the next task: {}",
          spec.alias(),
          spec.key(),
          e.getMessage());
    }
  }

  private List<SourceRecord> convert(
      String id, @Nullable Claim begun, long size, List<?> elements) {
    ListPosition done = position;
    long from = done != null && done.claim().equals(id) ? done.index() + 1 : 0;
    long now = claimMillis(id);
    long index = begun == null ? 0 : begun.read();
    List<SourceRecord> out = new ArrayList<>(elements.size());
    List<byte[]> rejected = new ArrayList<>();
    if (begun != null && !begun.handsOverRejected()) {
      rejected.addAll(begun.rejected());
    }
    for (Object each : elements) {
      byte[] element = (byte[]) each;
      nextIsLarge = element.length > limits.maxBatchBytes();
      PendingElement parsed =
          PendingElement.parse(element, limits.maxValueBytes(), limits.nonFinite(), now);
      Sample sample = parsed.sample();
      metrics.reject("non_finite", parsed.nonFinite());
      if (sample == null) {
        String reason = Objects.requireNonNull(parsed.reason());
        rejected.add(PendingElement.rejectedEntry(element, reason));
        metrics.reject("element");
      } else if (index >= from) {
        Sample passed = spec.filter().apply(sample);
        if (passed == null) {
          metrics.filtered.increment();
        } else {
          Map<String, Object> offset = new ListPosition(id, index).toOffset();
          out.add(records.record(passed, spec.key(), partition, offset));
          metrics.points.add(passed.points());
        }
      }
      index++;
    }
    if (from >= size && from > 0) {
      log.info("Source {}: claim {} was delivered before, it is released", spec.alias(), id);
    }
    metrics.records.add(out.size());
    AtomicInteger undelivered = begun == null ? new AtomicInteger() : begun.undelivered();
    undelivered.addAndGet(out.size());
    // Nothing left to read: it was shortened by somebody else, and is complete as it is.
    Claim next = new Claim(id, elements.isEmpty() ? index : size, index, rejected, undelivered);
    claim = next;
    // Read on or release at once; else due when all is delivered.
    boolean goOn = !next.isRead() || next.isDelivered();
    dueNanos = System.nanoTime() + (goOn ? 0 : spec.pollInterval().toNanos());
    return out;
  }

  private long claimMillis(String id) {
    if (!ListPosition.isClaim(id)) {
      throw new ConnectException(
          "Redis has under "
              + Bytes.text(keys.claim())
              + " something else than the id of a claim; who has written it? Without that key the"
              + " elements in flight are sent (again): "
              + id.substring(0, Math.min(id.length(), 100)));
    }
    return ListPosition.claimMillis(id);
  }

  @Override
  public long dueNanos() {
    Claim current = claim;
    return current != null && current.isDelivered() ? System.nanoTime() : dueNanos;
  }

  /** What no claim has taken yet. */
  @Override
  public @Nullable Long waiting() {
    return (Long) link.call(Command.keyed("LLEN", keys.list()));
  }

  @Override
  public void wake() {
    dueNanos = System.nanoTime();
  }

  @Override
  public void delivered(SourceRecord record) {
    Claim current = claim;
    // A record of an earlier claim can only come from a batch that was sent twice: ours count.
    if (current != null && current.id().equals(record.sourceOffset().get("claim"))) {
      current.undelivered().decrementAndGet();
    }
  }

  @Override
  public void allDelivered() {
    Claim current = claim;
    if (current != null) {
      current.undelivered().set(0);
    }
  }
}
