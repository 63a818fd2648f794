package com.voltageems.hissrv.redis.source;

import org.jspecify.annotations.Nullable;

/** Redis cannot be reached, or not at the moment: back off, connect again, and repeat. */
class RedisUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RedisUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
