package com.voltageems.hissrv.redis.source.link;

/** Redis answered a command with an error that a retry will not cure. */
public final class RedisReplyException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient RedisError error;

  public RedisReplyException(String command, RedisError error) {
    super(command + " was answered: " + error.message());
    this.error = error;
  }

  public RedisError error() {
    return error;
  }
}
