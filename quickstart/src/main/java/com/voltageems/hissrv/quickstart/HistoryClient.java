package com.voltageems.hissrv.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Client of the query service, used as a caller would use it. Thread-safe. */
public final class HistoryClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private static final int ROWS = 50_000;

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final String url;

  public HistoryClient(String url) {
    this.url = url;
  }

  /**
   * Returns an answer of any status as JSON.
   *
   * @throws IllegalStateException if there is no answer, or it is not JSON
   */
  public JsonNode get(String path) throws InterruptedException {
    try {
      return JSON.readTree(send(path).body());
    } catch (IOException e) {
      throw new IllegalStateException("query-service, GET " + path + ": " + e.getMessage(), e);
    }
  }

  private HttpResponse<String> send(String path) throws InterruptedException, IOException {
    return http.send(
        HttpRequest.newBuilder(URI.create(url + path)).timeout(TIMEOUT).build(),
        HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
  }

  /**
   * Returns the numbers of a field within the last week, by epoch milliseconds; empty while the
   * measurement, the tag or the field does not exist.
   *
   * @throws IllegalStateException if the service fails or truncates the answer
   */
  public NavigableMap<Long, Double> points(
      String measurement, Map<String, String> tags, String field) throws InterruptedException {
    StringBuilder path = new StringBuilder("/query?range=7d&limit=" + ROWS);
    path.append("&measurement=").append(encode(measurement));
    path.append("&fields=").append(encode(field));
    tags.forEach(
        (tag, value) -> path.append("&tag.").append(encode(tag)).append('=').append(encode(value)));
    NavigableMap<Long, Double> points = new TreeMap<>();
    try {
      HttpResponse<String> response = send(path.toString());
      if (response.statusCode() == 404 || response.statusCode() == 400) {
        return points;
      }
      JsonNode answer = JSON.readTree(response.body());
      if (response.statusCode() != 200 || answer.path("truncated").asBoolean()) {
        throw new IllegalStateException(
            "query-service, GET %s: %d %s"
                .formatted(path, response.statusCode(), response.body().lines().findFirst()));
      }
      for (JsonNode series : answer.path("series")) {
        for (JsonNode row : series.path("rows")) {
          if (row.path(1).isNumber()) {
            points.put(Instant.parse(row.path(0).asText()).toEpochMilli(), row.path(1).asDouble());
          }
        }
      }
      return points;
    } catch (IOException e) {
      throw new IllegalStateException("query-service, GET " + path + ": " + e.getMessage(), e);
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
