package com.voltageems.hissrv.query.store.influxql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.StoreException;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;

/**
 * Client for InfluxDB's endpoints other than {@code /query}, which have small answers. Thread-safe.
 */
final class InfluxHttp {
  private static final int OK = 300;
  private static final ObjectMapper READER = new ObjectMapper();
  private static final MediaType JSON = MediaType.get("application/json");

  private final InfluxLink link;
  private final @Nullable String authorization;
  private final String rights;

  /** A status, the headers and the whole body. */
  record Answer(int status, Headers headers, String body) {
    /** Returns the header's value; empty if it is missing. */
    String header(String name) {
      String value = headers.get(name);
      return value == null ? "" : value;
    }
  }

  /**
   * @param authorization value of the Authorization header, or null for none
   * @param rights name of the setting that grants the rights, for messages
   */
  InfluxHttp(InfluxLink link, @Nullable String authorization, String rights) {
    this.link = link;
    this.authorization = authorization;
    this.rights = rights;
  }

  /**
   * Sends a request and returns the body; throws if the request does not succeed.
   *
   * @param what completes "InfluxDB refused to ..."
   */
  String done(String method, String path, String body, String what, Deadline deadline) {
    return checked(send(method, path, body, deadline), what);
  }

  /** Returns the body if the answer is a success; throws otherwise. */
  String checked(Answer response, String what) {
    int status = response.status();
    if (status < OK) {
      return response.body();
    }
    String said = message(response.body());
    IOException words = new IOException(said);
    if (status >= 500) {
      throw new StoreException(
          StoreException.Kind.UNAVAILABLE, "InfluxDB answered with status " + status, words);
    }
    String reason =
        switch (status) {
          // InfluxDB 2 names the right in "write:orgs/0a/buckets is unauthorized".
          case 401 ->
              said.endsWith(" is unauthorized")
                  ? lacking()
                  : " (it refuses the login of " + rights + ")";
          case 403 -> lacking();
          default -> "";
        };
    throw new StoreException(
        reason.isEmpty() ? StoreException.Kind.FAILED : StoreException.Kind.LOGIN,
        "InfluxDB refused to " + what + " with status " + status + reason,
        words);
  }

  private String lacking() {
    return " (" + rights + " lacks the right)";
  }

  /** Returns the message of an answer in JSON, else the answer. */
  private static String message(String body) {
    try {
      JsonNode answer = READER.readTree(body);
      String message =
          answer == null ? "" : answer.path("message").asText(answer.path("error").asText());
      return message.isEmpty() ? body.strip() : message;
    } catch (JsonProcessingException e) {
      return body.strip();
    }
  }

  Answer send(String method, String path, String body, Deadline deadline) {
    MediaType type = body.startsWith("{") ? JSON : null;
    Request.Builder request =
        new Request.Builder()
            .url(link.at(path))
            .method(method, method.equals("GET") ? null : RequestBody.create(body, type));
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    try (InfluxLink.Exchange answer = link.send(request, deadline)) {
      return new Answer(answer.status(), answer.response().headers(), answer.body().string());
    } catch (IOException e) {
      throw link.failed(e, deadline, "InfluxDB broke off");
    }
  }

  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
