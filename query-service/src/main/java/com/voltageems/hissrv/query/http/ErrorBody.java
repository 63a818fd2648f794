package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.http.ask.BadRequestException;
import com.voltageems.hissrv.query.http.ask.NotFoundException;
import com.voltageems.hissrv.query.store.StoreException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A failure as the client sees it: a status and a JSON object with {@code error} (a fixed word),
 * {@code message} (for people) and, for a bad parameter, {@code parameter}, {@code value} and
 * {@code expected}. Never a stack trace, never the database's own words.
 */
record ErrorBody(int status, Map<String, Object> body) {
  /** Longest piece of the client's own text that is sent back. */
  private static final int ECHO = 200;

  /** The answer to this exception; anything unforeseen is a 500 that says nothing more. */
  static ErrorBody of(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    if (failure instanceof BadRequestException bad) {
      ErrorBody error = of(400, "bad_parameter", cut(message, 3 * ECHO));
      error.body.put("parameter", cut(bad.parameter(), ECHO));
      error.body.put("value", cut(bad.value(), ECHO));
      error.body.put("expected", bad.expected());
      return error;
    }
    if (failure instanceof NotFoundException) {
      return of(404, "not_found", cut(message, 2 * ECHO));
    }
    if (failure instanceof BusyException) {
      return of(429, "busy", message);
    }
    if (failure instanceof StoreException store) {
      return switch (store.kind()) {
        case UNAVAILABLE -> of(503, "store_unavailable", message + "; see /health");
        case TIMEOUT -> of(504, "timeout", message + "; ask for a shorter range or fewer fields");
        case FAILED -> of(500, "store_failed", "the database refused the query; see the log");
      };
    }
    return of(500, "internal", "an unexpected failure; see the log");
  }

  static ErrorBody of(int status, String error, String message) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("error", error);
    body.put("message", message);
    return new ErrorBody(status, body);
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length) + "...";
  }
}
