package com.voltageems.hissrv.query.http;

/** The thing that was asked for is not there; the message names it. */
final class NotFoundException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NotFoundException(String message) {
    super(message);
  }
}
