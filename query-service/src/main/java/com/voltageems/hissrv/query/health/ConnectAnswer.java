package com.voltageems.hissrv.query.health;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/**
 * Whether an answer that is no success is Kafka Connect's own. A worker that is still starting
 * answers 404 to everything, as does another program, or a proxy that has another path: then
 * nothing is known of a connector, and least of all that it is not there. Pure.
 */
public final class ConnectAnswer {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Connect's words for a path that it does not have; of a connector it has others. */
  private static final String NO_SUCH_PATH = "HTTP 404 Not Found";

  /** Connect's words while it starts, joins, or its leader is away. */
  private static final String LATE = "Request timed out";

  private static final String NOT_FORWARDED = "trying to forward REST request";

  private ConnectAnswer() {}

  /**
   * Refuses a 404 that does not say that something is not there.
   *
   * @throws IOException where Connect is not asked at all, or cannot answer yet
   */
  public static void requireOwn404(String body) throws IOException {
    JsonNode answer = json(body);
    if (!answer.path("error_code").isInt()) {
      throw new IOException(
          "answered with status 404 and not in Kafka Connect's words: the worker is still starting,"
              + " or this is the address of something else or of a proxy's other path");
    }
  }

  /** Whether Connect says that there is no such path, whatever stands behind it. */
  public static boolean isNoSuchPath(String body) {
    return json(body).path("message").asText("").equals(NO_SUCH_PATH);
  }

  /** Whether a 500 is one that passes: what was asked for may be asked again. */
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
