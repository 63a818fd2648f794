package com.voltageems.hissrv.redis.source.list;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisScript;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import com.voltageems.hissrv.redis.source.type.ReaderContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls claim.lua. From time to time the call also renews the key that names the list's owner. */
final class ClaimScript {
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
    ClaimReply reply = ClaimReply.of(CLAIM.run(link, keys.all(), args));
    if (!(reply instanceof ClaimReply.Anothers)) {
      ownedAtNanos = renew ? (Long) now : owned;
    }
    return reply;
  }
}
