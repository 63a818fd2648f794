package com.voltageems.hissrv.query.http.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.health.Redaction;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Header;
import io.javalin.http.HttpResponseException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns failures into responses. */
public final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Under this path answers have the form of the original service. */
  private static final String HIS = "/hisApi/";

  private static final int MOST_SHOWN = 500;

  private Failures() {}

  /** Answers every exception of a call from now on. */
  public static void register(RoutesConfig routes) {
    routes.exception(HttpResponseException.class, Failures::http);
    routes.exception(Exception.class, Failures::failure);
  }

  /** Answers the server's own refusals: no such path, wrong method, too large. */
  private static void http(HttpResponseException refusal, Context context) {
    int status = refusal.getStatus();
    ErrorKind kind =
        switch (status) {
          case 404 -> ErrorKind.NOT_FOUND;
          case 405 -> ErrorKind.METHOD_NOT_ALLOWED;
          default -> ErrorKind.REFUSED;
        };
    String message =
        status == 404
            ? "there is nothing at this path; /openapi.json and / list what there is"
            : String.valueOf(refusal.getMessage());
    if (status == 405) {
      // In Javalin's form: "GET, HEAD".
      context.header("Allow", refusal.getDetails().getOrDefault("availableMethods", "GET, HEAD"));
    }
    send(context, new ErrorBody(status, kind, message, Map.of()));
  }

  /** Answers a call that failed. */
  public static void failure(Exception failure, Context context) {
    ErrorBody error = ErrorBody.of(failure);
    if (error.status() == 500) {
      LOG.warn("{} {} answered with 500", context.method(), question(context), failure);
    } else if (error.status() > 500) {
      // Expected while the database is down or busy, and then for every request: one line each.
      LOG.warn(
          "{} {} answered with {}: {}; cause: {}",
          context.method(),
          question(context),
          error.status(),
          failure.getMessage(),
          String.valueOf(failure.getCause()));
    }
    if (error.status() == 429 || error.status() == 503) {
      context.header(Header.RETRY_AFTER, "1");
    }
    if (failure instanceof RefusedException refused && refused.challenge() != null) {
      context.header(Header.WWW_AUTHENTICATE, refused.challenge());
    }
    send(context, error);
  }

  /**
   * Returns path and parameters for the log, which show the measurement and range of the failed
   * request.
   */
  private static String question(Context context) {
    String parameters = context.queryString();
    if (parameters == null) {
      return context.path();
    }
    // The parameters stay encoded, so they cannot begin a new log line.
    String shown =
        parameters.length() <= MOST_SHOWN
            ? parameters
            : parameters.substring(0, MOST_SHOWN) + "...";
    return context.path() + "?" + Redaction.oneLine(shown);
  }

  private static void send(Context context, ErrorBody error) {
    boolean his = context.path().startsWith(HIS);
    context
        .status(error.status())
        .contentType(his ? "application/json" : ErrorBody.CONTENT_TYPE)
        .result(bytes(his ? error.his() : error.problem()));
  }

  private static byte[] bytes(Map<String, @Nullable Object> body) {
    try {
      return JSON.writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an error body that is not JSON", e);
    }
  }
}
