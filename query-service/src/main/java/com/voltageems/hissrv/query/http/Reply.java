package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.http.export.Export;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An answer, ready to be sent. Not a record, because it holds an array. */
final class Reply {
  private final int status;
  private final String contentType;
  private final byte[] body;
  private final Export.@Nullable Body written;
  private final boolean truncated;
  private final List<String> leftOut;
  private final Map<String, String> headers;

  /** Creates an answer that owns the array: it is not copied, and the caller must not change it. */
  Reply(int status, String contentType, byte[] body, boolean truncated) {
    this(status, contentType, body, truncated, List.of());
  }

  /**
   * Creates an answer that owns the array: it is not copied, and the caller must not change it.
   *
   * @param leftOut fields whose values are not all in the answer
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

  /**
   * Creates an answer whose body is written while it is sent, so that the body is never in memory
   * as a whole.
   */
  static Reply written(
      String contentType, Export.Body written, boolean truncated, List<String> leftOut) {
    return new Reply(200, contentType, new byte[0], written, truncated, leftOut, Map.of());
  }

  /** Creates such an answer for a body of which only the end shows whether it is truncated. */
  static Reply begun(String contentType, Export.Begun begun, List<String> leftOut) {
    return written(contentType, begun, begun.isTruncated(), leftOut);
  }

  /** Returns the writer of the body, or null if the body is complete in memory. */
  Export.@Nullable Body written() {
    return written;
  }

  static Reply json(int status, byte[] body) {
    return new Reply(status, "application/json", body, false);
  }

  /** Returns the same answer with these headers. */
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

  /** Returns the fields whose texts and flags are missing from the answer. */
  List<String> leftOut() {
    return leftOut;
  }

  /** Returns whether there is more data than the answer holds. */
  boolean truncated() {
    return truncated;
  }
}
