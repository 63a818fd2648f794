package com.voltageems.hissrv.redis.source.link;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if Redis answers that it cannot do this now. The connection is kept, and other readers on
 * it continue: only the caller that was refused backs off.
 */
public final class RedisNotReadyException extends RedisUnavailableException {
  private static final long serialVersionUID = 1L;

  public RedisNotReadyException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** Returns whether Redis has no memory left for the command. */
  public boolean isFull() {
    return String.valueOf(getMessage()).contains(ErrorKind.FULL);
  }
}
