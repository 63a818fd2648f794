package com.voltageems.hissrv.query.site.connect;

/** Connect cannot be reached, or refuses a call. The message is for people. */
public final class ConnectException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Of an answer that tells of the address, not of what was asked for. */
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

  /** HTTP's, 0 where nobody answered, or -1 where the address is wrong. */
  public int status() {
    return status;
  }
}
