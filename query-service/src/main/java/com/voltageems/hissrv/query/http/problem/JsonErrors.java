package com.voltageems.hissrv.query.http.problem;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests that Jetty refuses before any of our code runs (an address that is too long or
 * invalid, headers that are too large), as JSON like every other failure.
 */
public final class JsonErrors extends ErrorHandler {
  private static final Map<String, String> HEADERS =
      Map.of("X-Content-Type-Options", "nosniff", "Cache-Control", "no-store");

  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int code,
      @Nullable String message,
      @Nullable Throwable cause,
      Callback callback) {
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, ErrorBody.CONTENT_TYPE);
    HEADERS.forEach((name, value) -> response.getHeaders().put(name, value));
    response.write(true, ByteBuffer.wrap(body(code)), callback);
  }

  /** The texts are our constants and Jetty's, so nothing needs escaping. */
  private static byte[] body(int status) {
    String message = "the request cannot be read: " + HttpStatus.getMessage(status);
    ErrorKind kind = ErrorKind.REFUSED;
    return String.format(
            Locale.ROOT,
            "{\"type\":\"%s\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\","
                + "\"error\":\"%s\",\"message\":\"%s\"}",
            kind.type(),
            kind.title(),
            status,
            message,
            kind.word(),
            message)
        .getBytes(StandardCharsets.UTF_8);
  }
}
