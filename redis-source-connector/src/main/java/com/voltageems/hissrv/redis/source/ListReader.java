package com.voltageems.hissrv.redis.source;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
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
final class ListReader implements SourceReader {
  private static final Logger log = LoggerFactory.getLogger(ListReader.class);
  private static final RedisScript CLAIM = RedisScript.resource("claim.lua");

  private final SourceSpec spec;
  private final RedisLink link;
  private final SampleRecords records;
  private final SourceLimits limits;
  private final SourceMetrics metrics;
  private final Map<String, String> partition;
  private final SecureRandom random = new SecureRandom();

  /** What is known to be delivered: from the stored offset, later from the last claim. */
  private @Nullable ListPosition position;

  private volatile @Nullable Claim claim;
  private volatile long dueNanos = System.nanoTime();
  private boolean warned;

  ListReader(
      SourceSpec spec,
      RedisLink link,
      SampleRecords records,
      SourceLimits limits,
      SourceMetrics metrics,
      @Nullable Map<String, ?> offset) {
    this.spec = spec;
    this.link = link;
    this.records = records;
    this.limits = limits;
    this.metrics = metrics;
    this.partition = ListPosition.partition(spec.key());
    this.position = ListPosition.fromOffset(offset);
  }

  /** A claim on its way. */
  private record Claim(
      String id, List<byte[]> rejected, long lastIndex, AtomicInteger undelivered) {
    boolean isDelivered() {
      return undelivered.get() == 0;
    }
  }

  @Override
  public List<SourceRecord> read(int limit) {
    Claim current = claim;
    if (current != null && !current.isDelivered()) {
      dueNanos = System.nanoTime() + spec.pollInterval().toNanos();
      return List.of();
    }
    List<?> reply;
    try {
      reply = claimNext(current, limit);
    } catch (RedisReplyException e) {
      rejectKey(e);
      return List.of();
    }
    warned = false;
    if (current != null) {
      position = new ListPosition(current.id(), current.lastIndex());
    }
    claim = null;
    metrics.claimedAtNanos.set(0);
    String id = Bytes.text((byte[]) reply.get(0));
    if (id.isEmpty()) {
      dueNanos = System.nanoTime() + spec.pollInterval().toNanos();
      return List.of();
    }
    return convert(id, (List<?>) reply.get(1));
  }

  private List<?> claimNext(@Nullable Claim delivered, int limit) {
    List<byte[]> args = new ArrayList<>();
    args.add(Bytes.of(delivered == null ? "" : delivered.id()));
    args.add(Bytes.of(Long.toHexString(random.nextLong())));
    args.add(Bytes.of(String.valueOf(limit)));
    args.add(Bytes.of(String.valueOf(limits.maxBatchBytes())));
    args.add(Bytes.of(String.valueOf(spec.maxRejected())));
    if (delivered != null) {
      args.addAll(delivered.rejected());
    }
    List<byte[]> keys =
        List.of(Bytes.of(spec.key()), sibling("inflight"), sibling("claim"), sibling("rejected"));
    return (List<?>) Objects.requireNonNull(CLAIM.run(link, keys, args));
  }

  /** Beside the list; in a cluster with the list's own name as hash tag, to be in its slot. */
  private byte[] sibling(String suffix) {
    String key = spec.key();
    boolean tagged = key.indexOf('{') >= 0;
    return Bytes.of((link.isCluster() && !tagged ? "{" + key + "}" : key) + ":" + suffix);
  }

  private List<SourceRecord> convert(String id, List<?> elements) {
    ListPosition done = position;
    boolean known = done != null && done.claim().equals(id);
    long from = known && done != null ? done.index() + 1 : 0;
    long now = ListPosition.claimMillis(id);
    List<SourceRecord> out = new ArrayList<>(elements.size());
    List<byte[]> rejected = new ArrayList<>();
    for (int i = 0; i < elements.size(); i++) {
      byte[] element = (byte[]) elements.get(i);
      PendingElement parsed =
          PendingElement.parse(element, limits.maxValueBytes(), limits.nonFinite(), now);
      Sample sample = parsed.sample();
      if (sample == null) {
        String reason = Objects.requireNonNull(parsed.reason());
        rejected.add(PendingElement.rejectedEntry(element, reason));
        metrics.reject("element");
      } else if (i >= from) {
        out.add(records.record(sample, spec.key(), partition, new ListPosition(id, i).toOffset()));
        metrics.points.add(sample.points());
      }
    }
    if (known && out.isEmpty()) {
      log.info("Source {}: claim {} was delivered before, it is released", spec.alias(), id);
    }
    metrics.records.add(out.size());
    metrics.claims.increment();
    metrics.claimedAtNanos.set(System.nanoTime());
    claim = new Claim(id, rejected, elements.size() - 1L, new AtomicInteger(out.size()));
    // With records: due when they are delivered. Without: release it at once.
    dueNanos = System.nanoTime() + (out.isEmpty() ? 0 : spec.pollInterval().toNanos());
    return out;
  }

  private void rejectKey(RedisReplyException e) {
    metrics.reject(e.error().isWrongType() ? "wrong_type" : "reply");
    if (!warned) {
      log.warn("Source {}: {} cannot be drained: {}", spec.alias(), spec.key(), e.getMessage());
      warned = true;
    }
    dueNanos = System.nanoTime() + spec.pollInterval().toNanos();
  }

  @Override
  public long dueNanos() {
    Claim current = claim;
    return current != null && current.isDelivered() ? System.nanoTime() : dueNanos;
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
}
