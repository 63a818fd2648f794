package com.voltageems.hissrv.query.http;

/** As many queries run as may run at once. */
final class BusyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BusyException(int limit) {
    super("busy: " + limit + " queries are running, which is query.concurrency; try again");
  }
}
