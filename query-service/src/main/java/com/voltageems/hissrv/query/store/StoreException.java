package com.voltageems.hissrv.query.store;

import org.jspecify.annotations.Nullable;

/** The database did not answer as it should. The cause is for the log, never for the client. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What the caller can do about it. */
  public enum Kind {
    /** It cannot be reached; later may be better. */
    UNAVAILABLE,
    /** The query took too long and was cancelled; a smaller one may do. */
    TIMEOUT,
    /** It refused; neither waiting nor asking again helps. */
    FAILED
  }

  private final Kind kind;

  public StoreException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
