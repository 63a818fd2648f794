package com.voltageems.hissrv.query.store;

import com.voltageems.hissrv.query.store.heap.HeapRoom;
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
    /** This service has no memory for the answer; a smaller or a later one may fit. */
    NO_MEMORY,
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

  /**
   * Throws if the heap of this process has no room for more of an answer. Whoever collects rows
   * calls it now and then.
   */
  public static void requireHeap() {
    HeapRoom room = HeapRoom.ofProcess();
    if (room.isFull()) {
      throw new StoreException(
          Kind.NO_MEMORY,
          "the service's heap of "
              + room.megabytes()
              + " MB has no room for this answer beside what it holds: ask for a shorter range,"
              + " fewer devices or fewer fields, or try again; or start the service with a larger"
              + " -Xmx",
          null);
    }
  }

  public Kind kind() {
    return kind;
  }
}
