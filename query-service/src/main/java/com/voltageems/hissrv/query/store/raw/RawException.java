package com.voltageems.hissrv.query.store.raw;

/** Thrown if a statement was not run. The message is for the caller. */
public final class RawException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The cause of the failure. */
  public enum Kind {
    /** The statement: the database refuses it; the message is the database's own. */
    REFUSED,
    /** The settings: the login may write. */
    MAY_WRITE
  }

  private final Kind kind;

  public RawException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
