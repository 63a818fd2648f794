package com.voltageems.hissrv.query.sync;

/** Why the source could not be asked; the message is for people. */
public final class SyncException extends Exception {
  private static final long serialVersionUID = 1L;

  public SyncException(String message) {
    super(message);
  }

  SyncException(String message, Throwable cause) {
    super(message, cause);
  }
}
