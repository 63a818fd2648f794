package com.voltageems.hissrv.query.store;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if the database does not answer as expected. The cause is for the log, never for the
 * client.
 */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What the caller can do about it. */
  public enum Kind {
    /** The database cannot be reached; a later try may succeed. */
    UNAVAILABLE,
    /** The query took too long and was cancelled; a smaller query may succeed. */
    TIMEOUT,
    /** The query exceeds a limit that the database has of its own; a smaller query may succeed. */
    TOO_MUCH,
    /** The database refuses the service's login, or lacks it a right; somebody must mend it. */
    LOGIN,
    /** What is to be read does not exist, or the login may not see it; somebody must mend it. */
    MISSING,
    /** The database refused the query; neither waiting nor trying again helps. */
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
