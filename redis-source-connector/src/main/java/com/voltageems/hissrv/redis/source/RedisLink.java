package com.voltageems.hissrv.redis.source;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection to Redis, standalone or not, that connects when it is first used and again after it
 * broke. Replies are as RESP2 has them: {@code byte[]}, {@code Long}, {@code List}, null, and
 * {@link RedisError} inside pipelines. For one thread, except {@link #close()}.
 *
 * <p>Every method throws {@link RedisUnavailableException} when Redis cannot be reached within the
 * configured timeout or is not ready (loading, failing over), and {@link
 * org.apache.kafka.connect.errors.ConnectException} when it refuses the user, the password or the
 * command: repeating does not help then.
 */
interface RedisLink extends AutoCloseable {
  /**
   * Sends one command.
   *
   * @throws RedisReplyException on an error reply
   */
  @Nullable Object call(Command command);

  /** Sends all commands before it reads the first reply; replies in the order of the commands. */
  List<@Nullable Object> pipeline(List<Command> commands);

  /** How many primaries there are: 1, or more in a cluster. */
  int primaries();

  /** As {@link #call}, on the primary of that number. */
  @Nullable Object callOn(int primary, Command command);

  /** Grows by one with every new connection: who keeps a cursor must begin again. */
  int generation();

  boolean isCluster();

  /** Drops the connection; the next call connects again. */
  void reset();

  @Override
  void close();
}
