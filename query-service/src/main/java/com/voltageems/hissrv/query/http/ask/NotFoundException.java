package com.voltageems.hissrv.query.http.ask;

/** The requested thing does not exist; the message names it. */
public final class NotFoundException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public NotFoundException(String message) {
    super(message);
  }
}
