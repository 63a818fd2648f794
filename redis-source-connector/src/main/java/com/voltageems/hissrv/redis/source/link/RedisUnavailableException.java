package com.voltageems.hissrv.redis.source.link;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if Redis cannot be reached, or does not answer at the moment: back off, connect again, and
 * repeat.
 */
public class RedisUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RedisUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
