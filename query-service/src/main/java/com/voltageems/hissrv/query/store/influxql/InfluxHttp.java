package com.voltageems.hissrv.query.store.influxql;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.StoreException;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** InfluxDB's calls beside {@code /query}: small answers. Safe for many threads. */
final class InfluxHttp {
  private static final int OK = 300;

  private final InfluxLink link;
  private final @Nullable String authorization;
  private final String rights;

  /**
   * @param authorization the header's value, or null for none
   * @param rights which setting gives the rights, for messages
   */
  InfluxHttp(InfluxLink link, @Nullable String authorization, String rights) {
    this.link = link;
    this.authorization = authorization;
    this.rights = rights;
  }

  /**
   * Sends and expects success.
   *
   * @param what completes "InfluxDB refused to ..."
   */
  String done(String method, String path, String body, String what, Deadline deadline) {
    HttpResponse<String> response = send(method, path, body, deadline);
    int status = response.statusCode();
    if (status < OK) {
      return response.body();
    }
    IOException words = new IOException(response.body().strip());
    if (status >= 500) {
      throw new StoreException(
          StoreException.Kind.UNAVAILABLE, "InfluxDB answered with status " + status, words);
    }
    String right = status == 401 || status == 403 ? " (" + rights + " lacks the right)" : "";
    throw new StoreException(
        StoreException.Kind.FAILED,
        "InfluxDB refused to " + what + " with status " + status + right,
        words);
  }

  HttpResponse<String> send(String method, String path, String body, Deadline deadline) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(link.at(path))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    if (body.startsWith("{")) {
      request.header("Content-Type", "application/json");
    }
    return link.send(request, HttpResponse.BodyHandlers.ofString(), deadline);
  }

  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
