package com.voltageems.hissrv.redis.source.link;

import com.voltageems.hissrv.redis.source.bytes.Bytes;

/** Thrown if Redis answered a command with an error that a retry does not fix. */
public final class RedisReplyException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient RedisError error;

  public RedisReplyException(String command, RedisError error) {
    super(command + " was answered: " + error.message());
    this.error = error;
  }

  /** Creates the exception; its message names the key if the key has the wrong type. */
  public RedisReplyException(Command command, RedisError error) {
    this(error.isWrongType() ? command.described() : Bytes.text(command.name()), error);
  }

  public RedisError error() {
    return error;
  }
}
