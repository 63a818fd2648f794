package com.voltageems.hissrv.query.health;

/** Why a part is down; the message is for people and is shown unchanged. */
public class ProbeException extends Exception {
  private static final long serialVersionUID = 1L;

  public ProbeException(String message) {
    super(message);
  }

  public ProbeException(String message, Throwable cause) {
    super(message, cause);
  }
}
