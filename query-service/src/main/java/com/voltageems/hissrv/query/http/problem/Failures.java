package com.voltageems.hissrv.query.http.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.health.Redaction;
import com.voltageems.hissrv.query.process.Crash;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Header;
import io.javalin.http.HttpResponseException;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
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

  private final Seldom away;

  private Failures(Seldom away) {
    this.away = away;
  }

  /** Answers every exception of a call from now on. */
  public static void register(RoutesConfig routes) {
    Failures failures = new Failures(new Seldom(Duration.ofMinutes(1), System::nanoTime));
    routes.exception(HttpResponseException.class, Failures::http);
    routes.exception(Exception.class, failures::failure);
  }

  /** Answers an error of the JVM; without memory the process ends. */
  public static void error(HttpServletResponse response, Error error) {
    if (isOutOfMemory(error)) {
      Crash.end("a request", error);
    }
    LOG.error("A request was answered with 500", error);
    response.setStatus(500);
  }

  private static boolean isOutOfMemory(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof OutOfMemoryError) {
        return true;
      }
    }
    return false;
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
  private void failure(Exception failure, Context context) {
    ErrorBody error = ErrorBody.of(failure);
    if (error.status() == 500) {
      LOG.warn("{} {} answered with 500", context.method(), question(context), failure);
    } else if (error.status() > 500) {
      unavailable(error.status(), failure, context);
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
   * Logs what is expected while the database is down or busy. It is down for every request alike,
   * so that is logged once a minute; a question that takes too long is logged each time.
   */
  private void unavailable(int status, Exception failure, Context context) {
    Throwable cause = failure.getCause();
    String reason = failure.getMessage() + (cause == null ? "" : "; cause: " + cause);
    OptionalLong left = status == 503 ? away.count(reason) : OptionalLong.of(0);
    if (left.isEmpty()) {
      return;
    }
    LOG.warn(
        "{} {} answered with {}: {}{}",
        context.method(),
        question(context),
        status,
        reason,
        left.getAsLong() == 0
            ? ""
            : " (and " + left.getAsLong() + " requests before it, for the same reason)");
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
