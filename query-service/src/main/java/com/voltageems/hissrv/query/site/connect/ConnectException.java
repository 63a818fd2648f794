package com.voltageems.hissrv.query.site.connect;

/** Thrown if Connect cannot be reached or refuses a call. The message is for people. */
public final class ConnectException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Status for an answer that shows that the address is wrong, not the request. */
  private static final int ADDRESS = -1;

  private final int status;

  ConnectException(String message) {
    this(ADDRESS, message);
  }

  ConnectException(int status, String message) {
    super(message);
    this.status = status;
  }

  ConnectException(String message, Throwable cause) {
    super(message, cause);
    this.status = 0;
  }

  /** Returns the HTTP status, 0 if no worker answered, or -1 if another try does not help. */
  public int status() {
    return status;
  }
}
