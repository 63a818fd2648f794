package com.voltageems.hissrv.query.site.connect;

/** Connect cannot be reached, or refuses a call. The message is for people. */
public final class ConnectException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;

  ConnectException(int status, String message) {
    super(message);
    this.status = status;
  }

  ConnectException(String message, Throwable cause) {
    super(message, cause);
    this.status = 0;
  }

  /** HTTP's, or 0 where nobody answered. */
  public int status() {
    return status;
  }
}
