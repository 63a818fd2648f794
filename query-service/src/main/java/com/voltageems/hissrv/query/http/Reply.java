package com.voltageems.hissrv.query.http;

import java.util.List;

/** A whole answer, ready to be sent. No record, for it holds an array. */
final class Reply {
  private final int status;
  private final String contentType;
  private final byte[] body;
  private final boolean truncated;
  private final List<String> leftOut;

  /** The array is not copied: it is the caller's gift. */
  Reply(int status, String contentType, byte[] body, boolean truncated) {
    this(status, contentType, body, truncated, List.of());
  }

  /**
   * The array is not copied: it is the caller's gift.
   *
   * @param leftOut fields of which the answer has not all values
   */
  Reply(int status, String contentType, byte[] body, boolean truncated, List<String> leftOut) {
    this.leftOut = List.copyOf(leftOut);
    this.status = status;
    this.contentType = contentType;
    this.body = body;
    this.truncated = truncated;
  }

  static Reply json(int status, byte[] body) {
    return new Reply(status, "application/json", body, false);
  }

  int status() {
    return status;
  }

  String contentType() {
    return contentType;
  }

  byte[] body() {
    return body;
  }

  /** Fields whose texts and flags the answer leaves out. */
  List<String> leftOut() {
    return leftOut;
  }

  /** Whether there is more than the answer holds. */
  boolean truncated() {
    return truncated;
  }
}
