package com.voltageems.hissrv.query.health;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Optional;

/**
 * Checks whether an unsuccessful answer comes from Kafka Connect itself. A worker that is still
 * starting answers 404 to everything, as does another program, or a proxy with another path. From
 * such an answer we learn nothing about a connector, least of all that it does not exist. Pure.
 */
public final class ConnectAnswer {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Connect's message for a path that it does not have; for a missing connector it has another. */
  private static final String NO_SUCH_PATH = "HTTP 404 Not Found";

  /** Connect's messages while it starts, joins, or its leader is away. */
  private static final String LATE = "Request timed out";

  private static final String NOT_FORWARDED = "trying to forward REST request";

  private ConnectAnswer() {}

  /**
   * Refuses an unsuccessful answer that is not in Connect's own words.
   *
   * @throws IOException if the answer is not Connect's, or Connect cannot answer yet
   */
  public static void requireOwn(HttpResponse<String> response) throws IOException {
    Optional<String> foreign = foreign(response);
    if (foreign.isPresent()) {
      throw new IOException(foreign.get());
    }
  }

  /** Returns what an unsuccessful answer is if not Connect's own; empty for Connect's own. */
  public static Optional<String> foreign(HttpResponse<String> response) {
    int status = response.statusCode();
    // A worker that fails inside answers 500 with nothing in it.
    boolean fails = status == 500 && response.body().isBlank();
    if (fails || json(response.body()).path("error_code").isInt()) {
      return Optional.empty();
    }
    return Optional.of(
        status == 404
            ? "answered with status 404 and not in Kafka Connect's words: the worker is still"
                + " starting, or this is the address of something else or of a proxy's other path"
            : "answered with status "
                + status
                + response
                    .headers()
                    .firstValue("Location")
                    .map(to -> " (sends on to " + to + ")")
                    .orElse("")
                + " and not in Kafka Connect's words: this is the address of something else or of a"
                + " proxy's other path");
  }

  /** Returns whether Connect says that it has no such path, as opposed to no such connector. */
  public static boolean isNoSuchPath(String body) {
    return json(body).path("message").asText("").equals(NO_SUCH_PATH);
  }

  /** Returns whether a 500 is temporary, so that the request may be repeated. */
  public static boolean isPassing(String body) {
    String message = json(body).path("message").asText("");
    return message.startsWith(LATE) || message.contains(NOT_FORWARDED);
  }

  private static JsonNode json(String body) {
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      return JSON.missingNode();
    }
  }
}
