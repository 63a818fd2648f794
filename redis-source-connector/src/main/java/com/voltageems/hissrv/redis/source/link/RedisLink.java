package com.voltageems.hissrv.redis.source.link;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection to Redis, standalone or not, that connects when it is first used and again after it
 * broke. Replies are as RESP2 has them: {@code byte[]}, {@code Long}, {@code List}, null, and
 * {@link RedisError} inside pipelines. For one thread, except {@link #close()}.
 *
 * <p>Every method throws {@link RedisUnavailableException} when Redis cannot be reached within the
 * configured timeout or is not ready (its subclass {@link RedisNotReadyException} where the
 * connection is kept: loading, read-only, full), and {@link
 * org.apache.kafka.connect.errors.ConnectException} when it refuses the user, the password or the
 * command ({@link CommandRefusedException}): repeating does not help then.
 */
public interface RedisLink extends AutoCloseable {
  /**
   * Sends one command.
   *
   * @throws RedisReplyException on an error reply
   */
  @Nullable Object call(Command command);

  /** Sends all commands before it reads the first reply; replies in the order of the commands. */
  default List<@Nullable Object> pipeline(List<Command> commands) {
    return send(commands).get();
  }

  /**
   * Sends all commands, and reads no reply: Redis works while the caller does something else. Their
   * replies wait in the connection, or, when this link is used for anything else meanwhile, in
   * memory: as many as that are to be asked for.
   */
  Replies send(List<Command> commands);

  /** The replies to commands that were sent. */
  interface Replies {
    /**
     * Waits for them; to be called once, or not at all.
     *
     * @return one for each command, in their order
     * @throws RedisUnavailableException also when {@link #isLost}
     */
    List<@Nullable Object> get();

    /** Whether the connection was lost or dropped before they were read. */
    default boolean isLost() {
      return false;
    }
  }

  /** How many primaries there are: 1, or more in a cluster. */
  int primaries();

  /** As {@link #call}, on the primary of that number. */
  @Nullable Object callOn(int primary, Command command);

  /** Grows by one with every new connection: who keeps a cursor must begin again. */
  int generation();

  boolean isCluster();

  /** What the server that it is connected to says of itself; null where it does not tell. */
  @Nullable ServerFacts server();

  /** Drops the connection; the next call connects again. */
  void reset();

  @Override
  void close();
}
