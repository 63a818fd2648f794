package com.voltageems.hissrv.query.http.problem;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A call that is not answered as intended; the message is for the caller. */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorKind kind;
  private final @Nullable String challenge;
  private final transient Map<String, @Nullable Object> more;

  public RefusedException(ErrorKind kind, String message) {
    this(kind, message, null, Map.of());
  }

  /**
   * @param challenge the value of the header {@code WWW-Authenticate}
   */
  public RefusedException(ErrorKind kind, String message, String challenge) {
    this(kind, message, challenge, Map.of());
  }

  /**
   * @param more further members of the answer
   */
  public RefusedException(ErrorKind kind, String message, Map<String, @Nullable Object> more) {
    this(kind, message, null, more);
  }

  private RefusedException(
      ErrorKind kind,
      String message,
      @Nullable String challenge,
      Map<String, @Nullable Object> more) {
    super(message);
    this.kind = kind;
    this.challenge = challenge;
    this.more = more;
  }

  public ErrorKind kind() {
    return kind;
  }

  Map<String, @Nullable Object> more() {
    return more;
  }

  @Nullable String challenge() {
    return challenge;
  }
}
