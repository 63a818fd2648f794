package com.voltageems.hissrv.query.http.problem;

import java.util.Locale;

/** Every kind of failure: its status, the fixed word that programs look for, and a description. */
public enum ErrorKind {
  BAD_PARAMETER(400, "invalid parameter"),
  UNAUTHORIZED(401, "a token is needed"),
  FORBIDDEN(403, "not allowed for this caller"),
  NOT_FOUND(404, "nothing is there"),
  METHOD_NOT_ALLOWED(405, "the path does not have this method"),
  NOT_ACCEPTABLE(406, "no format that the caller accepts"),
  IN_FILE(409, "only the site's file can change it"),
  READ_ONLY(409, "the folder cannot be written"),
  CONFLICT(409, "not possible in the current state"),
  TOO_LARGE(413, "the request is too large"),
  HOST_REFUSED(421, "the host name is not allowed"),
  BAD_MAPPING(422, "the mapping cannot be used"),
  RAW_REFUSED(422, "the database refuses the statement"),
  BAD_FILE(422, "the file cannot be used"),
  TOO_MUCH(422, "more than the database allows one query"),
  BUSY(429, "too many requests at once"),
  REFUSED(400, "the request cannot be read"),
  STORE_FAILED(500, "the database refused the query"),
  INTERNAL(500, "an unexpected failure"),
  NOT_TOLD(502, "the receiver rejected it"),
  STORE_UNAVAILABLE(503, "the database gives no answer that can be used"),
  STORE_LOGIN(503, "the database refuses the service's login"),
  STORE_MISSING(503, "the bucket or database to read is not there, or hidden from the service"),
  RAW_UNSAFE(503, "the login of raw queries may write"),
  NO_MEMORY(503, "the service's memory is too small for this answer now"),
  CONNECT(503, "Kafka Connect did not do it"),
  SYNC(503, "no source can be asked to read now"),
  TIMEOUT(504, "it took too long");

  private final int status;
  private final String title;

  ErrorKind(int status, String title) {
    this.status = status;
    this.title = title;
  }

  public int status() {
    return status;
  }

  /** Returns the word for {@code error}: {@code bad_parameter}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  String title() {
    return title;
  }

  /** Returns a URI that names the kind and cannot be fetched (RFC 4151). */
  String type() {
    return "tag:voltageems.com,2025:hissrv/" + word();
  }
}
