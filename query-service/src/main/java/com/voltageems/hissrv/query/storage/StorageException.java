package com.voltageems.hissrv.query.storage;

/**
 * Thrown if a request about the storage cannot be fulfilled. The message is for the user who made
 * it.
 */
public final class StorageException extends Exception {
  private static final long serialVersionUID = 1L;

  /** The reason. */
  public enum Kind {
    /** The requested thing does not exist. */
    MISSING,
    /** The request conflicts with the current state. */
    CONFLICT
  }

  private final Kind kind;

  StorageException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
