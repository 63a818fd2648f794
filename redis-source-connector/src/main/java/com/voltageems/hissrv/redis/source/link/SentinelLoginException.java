package com.voltageems.hissrv.redis.source.link;

import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;

/** Thrown if all sentinels, and not Redis, refuse the login: repeating does not help. */
public final class SentinelLoginException extends ConnectException {
  private static final long serialVersionUID = 1L;

  public SentinelLoginException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
