package com.voltageems.hissrv.redis.source.list;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.reader.SourceReader;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import com.voltageems.hissrv.redis.source.type.ReaderContext;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
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
 * A claim leaves Redis only after Connect has confirmed that each of its records is stored. Every
 * record carries the claim's id and its own number as source offset. After a crash the offset thus
 * tells which elements of the claim in flight are already in the topic. RATIONALE.md goes through
 * the interleavings.
 */
public final class ListReader implements SourceReader {
  private static final Logger LOG = LoggerFactory.getLogger(ListReader.class);

  /** More elements in one claim would block Redis for longer than a few milliseconds. */
  public static final int MAX_ELEMENTS = 500;

  private final ListSource source;
  private final String alias;
  private final RedisLink link;
  private final SourceMetrics metrics;
  private final WorkerClock clock;
  private final ListKeys keys;
  private final ClaimScript script;
  private final ClaimTransaction transaction;
  private final ClaimedElements elements;
  private final SecureRandom random = new SecureRandom();

  /**
   * How far the list is known to be delivered: from the stored offset, later from the last claim.
   */
  private @Nullable ListPosition position;

  /**
   * Whether the next element is probably larger than a claim, as the last one was: large elements
   * often come together.
   */
  private boolean nextIsLarge;

  /** Name of another connector that drains the list; null if there is none. */
  private volatile @Nullable String otherOwner;

  /** Whether Redis answered the last call. */
  private boolean answered;

  private volatile @Nullable Claim claim;
  private volatile long dueNanos;

  public ListReader(ListSource source, ReaderContext context) {
    this.source = source;
    this.alias = source.common().alias();
    this.link = context.link();
    this.metrics = context.metrics();
    this.clock = context.clock();
    this.keys = new ListKeys(source.key(), link.isCluster());
    this.script = new ClaimScript(source, keys, context);
    this.transaction =
        new ClaimTransaction(link, keys, source.maxRejected(), context.place().connector(), clock);
    this.elements = new ClaimedElements(source, context);
    this.position =
        ListPosition.fromOffset(context.offsets().apply(ListPosition.partition(source.key())));
    this.dueNanos = clock.nanos();
  }

  @Override
  public List<SourceRecord> read(int limit) {
    Claim current = claim;
    if (current != null && current.isRead() && !current.isDelivered()) {
      lookAgain(false);
      return List.of();
    }
    String suffix = Long.toHexString(random.nextLong());
    answered = false;
    current = handOverLarge(current);
    ClaimReply reply = claimLarge(current, suffix);
    if (reply == null) {
      reply = script.run(current, suffix, Math.min(limit, MAX_ELEMENTS));
    }
    answered = true;
    otherOwner = reply instanceof ClaimReply.Anothers anothers ? anothers.owner() : null;
    if (otherOwner != null) {
      lookAgain(false);
      return List.of();
    }
    ClaimReply.Taken taken = reply instanceof ClaimReply.Taken some ? some : null;
    boolean goesOn = current != null && taken != null && taken.id().equals(current.id());
    if (current != null && !goesOn) {
      isGone(current);
    }
    if (taken == null) {
      boolean more = reply instanceof ClaimReply.Nothing nothing && nothing.mayHaveMore();
      nextIsLarge &= more;
      lookAgain(more);
      return List.of();
    }
    if (!goesOn) {
      isBegun(taken, suffix);
    }
    return convert(taken, goesOn ? current : null);
  }

  /** Makes the reader due at once, or after the poll interval. */
  private void lookAgain(boolean atOnce) {
    dueNanos = clock.nanos() + (atOnce ? 0 : source.common().intervals().poll().toNanos());
  }

  /** Handles that the claim is no longer in Redis, which is normal if it was delivered. */
  private void isGone(Claim current) {
    if (current.isDelivered()) {
      position = new ListPosition(current.id(), current.size() - 1, current.claimed());
    } else {
      LOG.warn(
          "Source {}: claim {} of {} is no longer in Redis: somebody else has released it, or a"
              + " replica has taken over that did not know it",
          alias,
          current.id(),
          source.key());
    }
    claim = null;
    metrics.claimedAtNanos.set(0);
  }

  private void isBegun(ClaimReply.Taken taken, String suffix) {
    String id = taken.id();
    boolean isFound = !id.endsWith("-" + suffix);
    tellRepeated(taken, isFound);
    metrics.claims.increment();
    if (isFound) {
      metrics.claimsFound.increment();
      LOG.info("Source {}: claim {} of {} was in flight already", alias, id, source.key());
    }
    metrics.claimedAtNanos.set(clock.nanos());
  }

  /**
   * Tells that the list is in an older state: by the number of elements ever claimed, which went
   * back together with the list.
   */
  private void tellRepeated(ClaimReply.Taken taken, boolean isFound) {
    Long known = position == null ? null : position.claimed();
    Long claimed = taken.claimed();
    if (known == null || claimed == null) {
      return;
    }
    long before = claimed - taken.size();
    // Somebody may have put more elements into a claim that is found.
    if (isFound ? claimed < known : before < known) {
      metrics.wentBack(known - before);
      LOG.warn(
          "Source {}: the list {} went back to an older state, as after a restart of Redis from an"
              + " older snapshot or a fail-over to a replica that lagged: up to {} elements that"
              + " were delivered come again",
          alias,
          source.key(),
          known - before);
    }
  }

  @Override
  public @Nullable String trouble() {
    String other = otherOwner;
    return other == null
        ? null
        : source.key()
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

  /**
   * Claims one large element. Returns null if it did not, so that the script must look for the next
   * elements.
   */
  private @Nullable ClaimReply claimLarge(@Nullable Claim current, String suffix) {
    if (!nextIsLarge
        || (current != null && !(current.isDelivered() && current.rejected().isEmpty()))) {
      return null;
    }
    return transaction.takeOne(current == null ? "" : current.id(), suffix, script.counts());
  }

  /**
   * Runs after Connect's last commit. Releases a delivered claim, so that nobody finds it in
   * flight, and frees the list for another connector.
   */
  @Override
  public void close() {
    Claim current = claim;
    if (!answered || (!script.isOwner() && current == null)) {
      return;
    }
    try {
      Claim rest = handOverLarge(current);
      script.run(rest, Long.toHexString(random.nextLong()), 0);
      claim = null;
    } catch (RuntimeException e) {
      LOG.warn(
          "Source {}: what is in flight of {} stays there for the next task: {}",
          alias,
          source.key(),
          e.getMessage());
    }
  }

  /**
   * Converts the next elements to records.
   *
   * @param begun the claim if it was read before; null if these are its first elements
   */
  private List<SourceRecord> convert(ClaimReply.Taken taken, @Nullable Claim begun) {
    String id = taken.id();
    ListPosition done = position;
    long from = done != null && done.claim().equals(id) ? done.index() + 1 : 0;
    long index = begun == null ? 0 : begun.read();
    ClaimedElements.Page page = elements.page(taken, index, from, claimMillis(id));
    List<SourceRecord> out = page.records();
    List<byte[]> rejected = new ArrayList<>();
    if (begun != null && !begun.handsOverRejected()) {
      rejected.addAll(begun.rejected());
    }
    rejected.addAll(page.rejected());
    nextIsLarge = taken.elements().isEmpty() ? nextIsLarge : page.endsLarge();
    index += taken.elements().size();
    if (from >= taken.size() && from > 0) {
      LOG.info("Source {}: claim {} was delivered before, it is released", alias, id);
    }
    metrics.records.add(out.size());
    AtomicInteger undelivered = begun == null ? new AtomicInteger() : begun.undelivered();
    undelivered.addAndGet(out.size());
    // If there are no more elements, somebody else shortened the claim: it is complete as it is.
    long size = taken.elements().isEmpty() ? index : taken.size();
    Claim next = new Claim(id, size, index, rejected, undelivered, taken.claimed());
    claim = next;
    // Read on or release at once; otherwise the reader is due when everything is delivered.
    lookAgain(!next.isRead() || next.isDelivered());
    return out;
  }

  private long claimMillis(String id) {
    if (!ListPosition.isClaim(id)) {
      throw new ConnectException(
          "the key "
              + Bytes.text(keys.claim())
              + " does not hold a claim id but "
              + id.substring(0, Math.min(id.length(), 100))
              + "; find out who has written it. Once that key is deleted, the elements in flight"
              + " are sent (again)");
    }
    return ListPosition.claimMillis(id);
  }

  @Override
  public long dueNanos() {
    Claim current = claim;
    return current != null && current.isDelivered() ? clock.nanos() : dueNanos;
  }

  /** Returns the number of elements that no claim has taken yet. */
  @Override
  public @Nullable Long waiting() {
    return (Long) link.call(Command.keyed("LLEN", keys.list()));
  }

  @Override
  public void wake() {
    dueNanos = clock.nanos();
  }

  @Override
  public void delivered(SourceRecord record) {
    Claim current = claim;
    // A record of an earlier claim can only come from a batch that was sent twice, and does not
    // count.
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
