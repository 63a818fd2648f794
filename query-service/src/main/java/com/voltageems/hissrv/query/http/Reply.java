package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.http.export.Export;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A whole answer, ready to be sent. No record, for it holds an array. */
final class Reply {
  private final int status;
  private final String contentType;
  private final byte[] body;
  private final Export.@Nullable Body written;
  private final boolean truncated;
  private final List<String> leftOut;
  private final Map<String, String> headers;

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
    this(status, contentType, body, null, truncated, leftOut, Map.of());
  }

  private Reply(
      int status,
      String contentType,
      byte[] body,
      Export.@Nullable Body written,
      boolean truncated,
      List<String> leftOut,
      Map<String, String> headers) {
    this.headers = Map.copyOf(headers);
    this.written = written;
    this.leftOut = List.copyOf(leftOut);
    this.status = status;
    this.contentType = contentType;
    this.body = body;
    this.truncated = truncated;
  }

  /** A body that is written while it is sent, so that it is never in memory as a whole. */
  static Reply written(
      String contentType, Export.Body written, boolean truncated, List<String> leftOut) {
    return new Reply(200, contentType, new byte[0], written, truncated, leftOut, Map.of());
  }

  /** Likewise, of which only the end tells whether it is truncated. */
  static Reply begun(String contentType, Export.Begun begun, List<String> leftOut) {
    return written(contentType, begun, begun.isTruncated(), leftOut);
  }

  /** What writes the body, or null where it is there already. */
  Export.@Nullable Body written() {
    return written;
  }

  static Reply json(int status, byte[] body) {
    return new Reply(status, "application/json", body, false);
  }

  /** The same with these headers. */
  Reply with(Map<String, String> more) {
    return new Reply(status, contentType, body, written, truncated, leftOut, more);
  }

  Map<String, String> headers() {
    return headers;
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
