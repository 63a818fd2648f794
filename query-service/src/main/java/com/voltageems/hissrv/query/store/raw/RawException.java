package com.voltageems.hissrv.query.store.raw;

/** A statement that was not run; the message is for the caller. */
public final class RawException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Whose mistake it is. */
  public enum Kind {
    /** The statement's: the database refuses it, in its own words. */
    REFUSED,
    /** The settings': the login may write. */
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
