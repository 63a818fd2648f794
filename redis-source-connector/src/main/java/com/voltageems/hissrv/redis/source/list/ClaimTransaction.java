package com.voltageems.hissrv.redis.source.list;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.CommandRefusedException;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisNotReadyException;
import com.voltageems.hissrv.redis.source.link.RedisTime;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does for large elements what the claim script does, but without a script: Lua hashes and copies
 * every byte of each string it gets, so an element of a megabyte blocks Redis several times as long
 * as the command alone.
 *
 * <p>A transaction needs memory that the script does not need (see claim.lua), cannot stop when it
 * has taken enough, and in a cluster would have to handle slots that move. If the transaction is
 * not made, nothing is done and the script does the work. After an exception either nothing was
 * done or everything was; the keys in Redis tell which.
 */
public final class ClaimTransaction {
  private static final Logger LOG = LoggerFactory.getLogger(ClaimTransaction.class);

  /**
   * Least bytes of entries to hand over: for fewer the script is as fast and saves one round trip.
   */
  private static final long MIN_BYTES = 1 << 16;

  /**
   * Pause after a failure, in which only the script is used: a Redis that is full stays so for a
   * while.
   */
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final byte[] RIGHT = Bytes.of("RIGHT");
  private static final Command TIME = Command.of("TIME");
  private static final Command MULTI = Command.of("MULTI");
  private static final Command EXEC = Command.of("EXEC");
  private static final Command DISCARD = Command.of("DISCARD");

  private final RedisLink link;
  private final ListKeys keys;
  private final int maxRejected;
  private final String owner;

  private final WorkerClock clock;
  private long notBeforeNanos;

  /** Whether this user or this Redis has no transactions, so that the script does everything. */
  private boolean refused;

  /**
   * Creates transactions on one list.
   *
   * @param owner the name of this connector
   */
  public ClaimTransaction(
      RedisLink link, ListKeys keys, int maxRejected, String owner, WorkerClock clock) {
    this.link = link;
    this.keys = keys;
    this.maxRejected = maxRejected;
    this.owner = owner;
    this.clock = clock;
    this.notBeforeNanos = clock.nanos();
  }

  /**
   * Moves large entries to the list of rejected elements.
   *
   * @param id the claim's id, as it must be in Redis
   * @param release whether to release the claim in the same transaction
   * @return whether it was done
   */
  public boolean handOver(String id, List<byte[]> entries, boolean release) {
    if (entries.stream().mapToLong(entry -> entry.length).sum() < MIN_BYTES || isUseless()) {
      return false;
    }
    @Nullable List<@Nullable Object> seen =
        begin(
            Command.keyed("WATCH", keys.claim(), keys.rejected()),
            Command.keyed("GET", keys.claim()),
            Command.keyed("TYPE", keys.rejected()));
    if (seen == null) {
      return false;
    }
    // On a key of another type LPUSH would fail, but the rest of the transaction would still run.
    boolean isList = isText(seen.get(2), "list") || isText(seen.get(2), "none");
    if (!isBegun(seen) || !isList || !isText(seen.get(1), id)) {
      discard();
      return false;
    }
    List<Command> commands = new ArrayList<>();
    commands.add(Command.keyed("LPUSH", with(keys.rejected(), entries)));
    commands.add(
        Command.keyed(
            "LTRIM", keys.rejected(), Bytes.of("0"), Bytes.of(String.valueOf(maxRejected - 1))));
    if (release) {
      commands.add(Command.keyed("UNLINK", keys.inflight(), keys.claim()));
    }
    return commit(commands) != null;
  }

  /**
   * Claims the next element alone.
   *
   * @param delivered the claim to release, which may still be in flight; empty if there is none
   * @param suffix suffix of the new claim's id
   * @param counts whether to count the element
   * @return the same reply as from the script, or null if nothing was done
   */
  public ClaimReply.@Nullable Taken takeOne(String delivered, String suffix, boolean counts) {
    if (isUseless()) {
      return null;
    }
    @Nullable List<@Nullable Object> seen =
        begin(
            Command.keyed("WATCH", keys.claim(), keys.inflight()),
            Command.keyed("GET", keys.claim()),
            Command.keyed("EXISTS", keys.inflight()),
            Command.keyed("TYPE", keys.list()),
            TIME,
            Command.keyed("GET", keys.owner()),
            // Only the owner changes the number, so it need not be watched.
            Command.keyed("GET", counts ? keys.claimed() : keys.owner()));
    if (seen == null) {
      return null;
    }
    Object held = seen.get(1);
    boolean isOurs = !delivered.isEmpty() && isText(held, delivered);
    // If the list now belongs to another connector, or to none, the script handles that.
    boolean mayTake = isText(seen.get(5), owner);
    boolean isFree = held == null && Long.valueOf(0).equals(seen.get(2));
    if (!isBegun(seen) || !isText(seen.get(3), "list") || !mayTake || !(isOurs || isFree)) {
      discard();
      return null;
    }
    String id = RedisTime.millis(seen.get(4)) + "-" + suffix;
    List<Command> commands = new ArrayList<>();
    commands.add(Command.keyed("UNLINK", keys.inflight(), keys.claim()));
    commands.add(Command.keyed("LMOVE", keys.list(), keys.inflight(), RIGHT, RIGHT));
    commands.add(Command.keyed("SET", keys.claim(), Bytes.of(id)));
    Long before = counts ? ClaimReply.number(seen.get(6)) : null;
    Long claimed = before == null ? null : (Long) (before + 1);
    if (claimed != null) {
      commands.add(Command.keyed("SET", keys.claimed(), Bytes.of(String.valueOf(claimed))));
    }
    List<?> results = commit(commands);
    if (results == null) {
      return null;
    }
    // Empty if somebody else has emptied the list meanwhile: the claim then has no elements.
    Object element = results.get(1);
    List<?> elements = element instanceof byte[] ? List.of(element) : List.of();
    return new ClaimReply.Taken(id, elements.size(), elements, claimed);
  }

  private boolean isUseless() {
    return refused || link.isCluster() || clock.nanos() - notBeforeNanos < 0;
  }

  /**
   * Sends the given commands, and MULTI.
   *
   * @return their replies; null if Redis has no transactions
   */
  private @Nullable List<@Nullable Object> begin(Command... commands) {
    List<Command> all = new ArrayList<>(Arrays.asList(commands));
    all.add(MULTI);
    try {
      return link.pipeline(all);
    } catch (CommandRefusedException e) {
      doWithout(e);
      return null;
    } catch (RedisNotReadyException e) {
      // Redis may have accepted MULTI all the same.
      discard();
      throw e;
    }
  }

  private void doWithout(CommandRefusedException e) {
    refused = true;
    // A transaction may have begun, and would stay open on this connection.
    link.reset();
    LOG.warn(
        "{}. Large elements are moved by the claim script alone, which holds Redis longer",
        e.getMessage());
  }

  /**
   * Returns whether Redis queues the following commands until EXEC instead of running them at once.
   */
  private static boolean isBegun(List<@Nullable Object> seen) {
    return isText(seen.get(0), "OK") && isText(seen.get(seen.size() - 1), "OK");
  }

  /**
   * Ends the transaction. Also called if MULTI was refused: DISCARD then finds no transaction,
   * which is not a failure.
   */
  private void discard() {
    try {
      link.pipeline(List.of(DISCARD));
    } catch (CommandRefusedException e) {
      doWithout(e);
    }
  }

  /**
   * Runs the commands.
   *
   * @return their replies; null if one of the keys has changed, or if a command was refused
   */
  private @Nullable List<?> commit(List<Command> commands) {
    commands.add(EXEC);
    notBeforeNanos = clock.nanos() + PAUSE_NANOS;
    List<@Nullable Object> replies;
    try {
      replies = link.pipeline(commands);
    } catch (CommandRefusedException e) {
      doWithout(e);
      return null;
    }
    notBeforeNanos = clock.nanos();
    return replies.get(commands.size() - 1) instanceof List<?> done ? done : null;
  }

  private static byte[][] with(byte[] key, List<byte[]> entries) {
    byte[][] arguments = new byte[1 + entries.size()][];
    arguments[0] = key;
    for (int i = 0; i < entries.size(); i++) {
      arguments[i + 1] = entries.get(i);
    }
    return arguments;
  }

  private static boolean isText(@Nullable Object reply, String text) {
    return reply instanceof byte[] bytes && Bytes.text(bytes).equals(text);
  }
}
