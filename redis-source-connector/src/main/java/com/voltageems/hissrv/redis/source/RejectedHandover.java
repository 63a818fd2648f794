package com.voltageems.hissrv.redis.source;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts rejected elements of a claim on the list of the rejected, and releases the claim, in a
 * transaction. The claim script does the same, but there an element of a megabyte is copied into
 * Lua and out again before it is on the list, which holds Redis for three times as long.
 *
 * <p>A transaction needs memory that a script does not (see claim.lua), and in a cluster it would
 * have to know about slots that move: where it is not made, the script remains.
 */
final class RejectedHandover {
  /** From so many bytes on: for fewer the script is as fast, and one exchange less. */
  private static final long MIN_BYTES = 1 << 16;

  private static final Command MULTI = Command.of("MULTI");
  private static final Command EXEC = Command.of("EXEC");
  private static final Command DISCARD = Command.of("DISCARD");

  private final RedisLink link;
  private final byte[] inflight;
  private final byte[] claim;
  private final byte[] rejected;
  private final int maxRejected;

  /** The claim for which it failed: the script does it then. */
  private String failed = "";

  RejectedHandover(
      RedisLink link, byte[] inflight, byte[] claim, byte[] rejected, int maxRejected) {
    this.link = link;
    this.inflight = inflight;
    this.claim = claim;
    this.rejected = rejected;
    this.maxRejected = maxRejected;
  }

  /**
   * Hands them over, and with {@code release} takes the claim out of flight. After an exception
   * either nothing is done, or all, and then Redis has no claim of that id any more.
   *
   * @param id of the claim, as it should be in Redis
   * @return whether all is done; else nothing is
   */
  boolean tryTo(String id, List<byte[]> entries, boolean release) {
    if (entries.stream().mapToLong(entry -> entry.length).sum() < MIN_BYTES
        || link.isCluster()
        || failed.equals(id)) {
      return false;
    }
    failed = id;
    if (!begin(id)) {
      return false;
    }
    List<Command> commands = new ArrayList<>();
    commands.add(Command.keyed("LPUSH", arguments(rejected, entries)));
    commands.add(Command.keyed("LTRIM", rejected, Bytes.of("0"), Bytes.of("" + (maxRejected - 1))));
    if (release) {
      commands.add(Command.keyed("UNLINK", inflight, claim));
    }
    commands.add(EXEC);
    // Null when one of the keys has changed, an error when a command was refused.
    List<@Nullable Object> replies = link.pipeline(commands);
    boolean done = replies.get(commands.size() - 1) instanceof List<?>;
    if (done) {
      failed = "";
    }
    return done;
  }

  /**
   * Begins the transaction; not for a claim that somebody else has released, nor where the elements
   * would be lost to a key of another type.
   */
  private boolean begin(String id) {
    List<@Nullable Object> replies =
        link.pipeline(
            List.of(
                Command.keyed("WATCH", claim, rejected),
                Command.keyed("GET", claim),
                Command.keyed("TYPE", rejected),
                MULTI));
    boolean begun = isText(replies.get(0), "OK") && isText(replies.get(3), "OK");
    boolean list = isText(replies.get(2), "list") || isText(replies.get(2), "none");
    if (begun && list && isText(replies.get(1), id)) {
      return true;
    }
    link.pipeline(List.of(DISCARD));
    return false;
  }

  private static byte[][] arguments(byte[] key, List<byte[]> entries) {
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
