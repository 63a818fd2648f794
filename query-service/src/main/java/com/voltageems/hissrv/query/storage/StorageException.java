package com.voltageems.hissrv.query.storage;

/** A request about the storage that cannot be done; the message is for who asked. */
public final class StorageException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Kind {
    /** There is no such thing. */
    MISSING,
    /** It cannot be done as things are. */
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
