package com.voltageems.hissrv.redis.source.link;

import org.jspecify.annotations.Nullable;

/** Thrown if the sentinels do not know a primary of the configured name. */
public final class UnknownPrimaryException extends RedisUnavailableException {
  private static final long serialVersionUID = 1L;

  public UnknownPrimaryException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
