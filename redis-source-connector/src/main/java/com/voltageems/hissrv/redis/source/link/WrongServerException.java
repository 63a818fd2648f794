package com.voltageems.hissrv.redis.source.link;

import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;

/** Thrown if the server is of another kind than the configuration says: repeating does not help. */
public final class WrongServerException extends ConnectException {
  private static final long serialVersionUID = 1L;

  public WrongServerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
