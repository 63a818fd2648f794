package com.voltageems.hissrv.redis.source.list;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.CommandRefusedException;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisScript;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import com.voltageems.hissrv.redis.source.type.ReaderContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls claim.lua. From time to time the call also renews the key that names the list's owner. */
final class ClaimScript {
  private static final Logger LOG = LoggerFactory.getLogger(ClaimScript.class);
  private static final RedisScript CLAIM = RedisScript.resource(ClaimScript.class, "claim.lua");

  /** Shortest time for which a list still belongs to a connector that was killed. */
  private static final long LEAST_LEASE_MS = 30_000;

  private final RedisLink link;
  private final WorkerClock clock;
  private final ListKeys keys;
  private final int maxBytes;
  private final int maxRejected;

  /** Name of this connector. Other connectors do not touch the list while it is the owner. */
  private final String owner;

  private final long leaseMillis;

  /** Whether elements are counted; not if the user may not have the key of their number. */
  private boolean counts = true;

  /** When ownership was last renewed; null if never, or if that is not certain. */
  private @Nullable Long ownedAtNanos;

  ClaimScript(ListSource source, ListKeys keys, ReaderContext context) {
    this.link = context.link();
    this.clock = context.clock();
    this.keys = keys;
    this.maxBytes = context.limits().maxBatchBytes();
    this.maxRejected = source.maxRejected();
    this.owner = context.place().connector();
    this.leaseMillis = Math.max(LEAST_LEASE_MS, 3 * source.common().intervals().poll().toMillis());
  }

  /** Returns whether this connector was the list's owner after the last call. */
  boolean isOwner() {
    return ownedAtNanos != null;
  }

  /** Returns whether elements are counted as they are claimed. */
  boolean counts() {
    return counts;
  }

  private @Nullable Object counted(List<byte[]> args) {
    try {
      return CLAIM.run(link, keys.all(), args);
    } catch (CommandRefusedException e) {
      // If the user has other rights too few, this is refused as well.
      Object reply = uncounted(args);
      counts = false;
      LOG.warn(
          "The user may not have the key {}: should the list go back to an older state, nothing"
              + " tells that its elements come again. Give the user this key, and restart the task",
          Bytes.text(keys.claimed()));
      return reply;
    }
  }

  private @Nullable Object uncounted(List<byte[]> args) {
    return CLAIM.run(link, keys.uncounted(), args);
  }

  /**
   * Releases a delivered claim, hands over rejected elements, and takes the next claim or reads on.
   *
   * @param current the claim in flight, as far as known
   * @param suffix suffix of the next claim's id
   * @param limit most elements to return; 0 if this connector goes away
   */
  ClaimReply run(@Nullable Claim current, String suffix, int limit) {
    Long owned = ownedAtNanos;
    long now = clock.nanos();
    boolean renew = owned == null || now - owned > leaseMillis * 1_000_000 / 3;
    List<byte[]> args = new ArrayList<>();
    args.add(Bytes.of(current == null ? "" : current.id()));
    args.add(Bytes.of(current != null && current.isDelivered() ? "1" : "0"));
    args.add(Bytes.of(String.valueOf(current == null ? 0 : current.read())));
    args.add(Bytes.of(suffix));
    args.add(Bytes.of(String.valueOf(limit)));
    args.add(Bytes.of(String.valueOf(maxBytes)));
    args.add(Bytes.of(String.valueOf(maxRejected)));
    args.add(Bytes.of(owner));
    args.add(Bytes.of(String.valueOf(renew ? leaseMillis : 0)));
    if (current != null && current.handsOverRejected()) {
      args.addAll(current.rejected());
    }
    // Ownership is unknown until Redis has answered.
    ownedAtNanos = null;
    ClaimReply reply = ClaimReply.of(counts ? counted(args) : uncounted(args));
    if (!(reply instanceof ClaimReply.Anothers)) {
      ownedAtNanos = renew ? (Long) now : owned;
    }
    return reply;
  }
}
