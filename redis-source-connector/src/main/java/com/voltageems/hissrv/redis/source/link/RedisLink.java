package com.voltageems.hissrv.redis.source.link;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Connection to Redis: to one server, by sentinels, or to a cluster. It connects on first use, and
 * again after the connection broke. Replies have the types of RESP2: {@code byte[]}, {@code Long},
 * {@code List}, null, and {@link RedisError} inside pipelines. Not thread-safe, except {@link
 * #close()}.
 *
 * <p>Every method throws {@link RedisUnavailableException} if Redis cannot be reached within the
 * configured timeout or is not ready. Its subclass {@link RedisNotReadyException} means that the
 * connection is kept: Redis is loading, read-only or full. Every method throws {@link
 * org.apache.kafka.connect.errors.ConnectException} if Redis refuses the user, the password or the
 * command ({@link CommandRefusedException}): repeating does not help then.
 */
public interface RedisLink extends AutoCloseable {
  /**
   * Sends one command and returns its reply.
   *
   * @throws RedisReplyException if the reply is an error
   */
  @Nullable Object call(Command command);

  /**
   * Sends all commands before it reads the first reply. Returns the replies in the order of the
   * commands.
   */
  default List<@Nullable Object> pipeline(List<Command> commands) {
    return send(commands).get();
  }

  /**
   * Sends all commands but reads no reply, so that Redis works while the caller does something
   * else. The replies wait in the connection, or in memory if the link is used for anything else in
   * between, so do not request more than fits there.
   */
  Replies send(List<Command> commands);

  /** Replies to commands that were sent. */
  interface Replies {
    /**
     * Waits for the replies. Call it at most once.
     *
     * @return one reply per command, in the order of the commands
     * @throws RedisUnavailableException also if {@link #isLost}
     */
    List<@Nullable Object> get();

    /** Returns whether the connection was lost or closed before the replies were read. */
    default boolean isLost() {
      return false;
    }
  }

  /** Returns the number of primaries: 1, or more in a cluster. */
  int primaries();

  /** Does the same as {@link #call}, but on the primary with that number. */
  @Nullable Object callOn(int primary, Command command);

  /**
   * Returns a number that grows by one with every new connection. A caller that keeps a cursor must
   * start again when it changes.
   */
  int generation();

  boolean isCluster();

  /**
   * Returns whether the connection leads to all keys; not if a cluster goes on without some of its
   * primaries. Does not connect.
   */
  default boolean isComplete() {
    return true;
  }

  /** Returns what the connected server reports about itself; null if it does not. */
  @Nullable ServerFacts server();

  /**
   * Closes the connection if the data are on other servers by now; the next call connects to those.
   * Only for moments when nothing depends on the connection, such as a transaction.
   */
  default void follow() {}

  /** Closes the connection; the next call connects again. */
  void reset();

  @Override
  void close();
}
