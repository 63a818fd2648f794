package com.voltageems.hissrv.redis.source.link;

import org.jspecify.annotations.Nullable;

/**
 * Redis answered that it does not do this now. The connection is kept, and what others read over it
 * goes on: only who was refused backs off.
 */
public final class RedisNotReadyException extends RedisUnavailableException {
  private static final long serialVersionUID = 1L;

  public RedisNotReadyException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** Whether it has no memory left for what it was asked. */
  public boolean isFull() {
    return String.valueOf(getMessage()).contains(ErrorKind.FULL);
  }
}
