package com.voltageems.hissrv.redis.source.link;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if a sentinel refuses the login, and no other one can be asked now: repeating may help.
 */
public final class SentinelRefusalException extends RedisUnavailableException {
  private static final long serialVersionUID = 1L;

  public SentinelRefusalException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
