package com.voltageems.hissrv.redis.source;

/** Redis answered a command with an error that a retry will not cure. */
final class RedisReplyException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient RedisError error;

  RedisReplyException(String command, RedisError error) {
    super(command + " was answered: " + error.message());
    this.error = error;
  }

  RedisError error() {
    return error;
  }
}
