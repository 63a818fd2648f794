package com.voltageems.hissrv.query.http.problem;

import com.voltageems.hissrv.query.http.ask.BadRequestException;
import com.voltageems.hissrv.query.http.ask.NotFoundException;
import com.voltageems.hissrv.query.store.StoreException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A failure as the client sees it: a status and a JSON object as in RFC 9457 ({@code type}, {@code
 * title}, {@code status}, {@code detail}) with {@code error} (a fixed word), {@code message} (for
 * people) and, for a bad parameter, {@code parameter}, {@code value} and {@code expected}. It never
 * contains a stack trace or the database's own message.
 *
 * @param more further members
 */
record ErrorBody(int status, ErrorKind kind, String message, Map<String, @Nullable Object> more) {
  static final String CONTENT_TYPE = "application/problem+json";

  /** Longest piece of the client's own text that is sent back. */
  private static final int ECHO = 200;

  ErrorBody {
    more = new LinkedHashMap<>(more);
  }

  /**
   * Returns the answer to this exception; an unforeseen exception becomes a 500 without details.
   */
  static ErrorBody of(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    if (failure instanceof RefusedException refused) {
      return new ErrorBody(
          refused.kind().status(), refused.kind(), cut(message, 20 * ECHO), refused.more());
    }
    if (failure instanceof BadRequestException bad) {
      Map<String, @Nullable Object> more = new LinkedHashMap<>();
      more.put("parameter", cut(bad.parameter(), ECHO));
      more.put("value", cut(bad.value(), ECHO));
      more.put("expected", bad.expected());
      return new ErrorBody(400, ErrorKind.BAD_PARAMETER, cut(message, 3 * ECHO), more);
    }
    if (failure instanceof NotFoundException) {
      return of(ErrorKind.NOT_FOUND, cut(message, 2 * ECHO));
    }
    if (failure instanceof StoreException store) {
      return switch (store.kind()) {
        case UNAVAILABLE -> of(ErrorKind.STORE_UNAVAILABLE, message + "; see /health");
        case TIMEOUT ->
            of(
                ErrorKind.TIMEOUT,
                message
                    + "; ask for a shorter range, fewer devices or fewer fields, or raise"
                    + " query.timeout");
        case TOO_MUCH -> of(ErrorKind.TOO_MUCH, message);
        case NO_MEMORY -> of(ErrorKind.NO_MEMORY, message);
        case LOGIN -> of(ErrorKind.STORE_LOGIN, message);
        case MISSING -> of(ErrorKind.STORE_MISSING, message);
        case FAILED -> of(ErrorKind.STORE_FAILED, "the database refused the query; see the log");
      };
    }
    return of(ErrorKind.INTERNAL, "an unexpected failure; see the log");
  }

  static ErrorBody of(ErrorKind kind, String message) {
    return new ErrorBody(kind.status(), kind, message, Map.of());
  }

  /** Returns the body that is sent. */
  Map<String, @Nullable Object> problem() {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("type", kind.type());
    body.put("title", kind.title());
    body.put("status", status);
    body.put("detail", message);
    body.putAll(plain());
    return body;
  }

  /**
   * Returns the body that is sent under {@code /hisApi}: the web application looks for these
   * members.
   */
  Map<String, @Nullable Object> his() {
    Map<String, @Nullable Object> body = plain();
    body.put("status", "error");
    body.put("detail", message);
    return body;
  }

  private Map<String, @Nullable Object> plain() {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("error", kind.word());
    body.put("message", message);
    body.putAll(more);
    return body;
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length) + "...";
  }
}
