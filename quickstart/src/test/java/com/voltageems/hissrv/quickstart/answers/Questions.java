package com.voltageems.hissrv.quickstart.answers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** {@code /query} over windows of the series that are sent. Safe for many threads. */
final class Questions {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(40);

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final String url;

  Questions(String url) {
    this.url = url;
  }

  /**
   * An answer.
   *
   * @param path what was asked, for messages
   * @param windows values by the start of their window
   * @param parts from which resolutions it is; empty for the samples
   */
  record Answer(String path, NavigableMap<Long, Double> windows, String parts) {}

  /**
   * Asks.
   *
   * @param more further parameters
   * @return empty where the service refuses, or does not answer
   */
  Optional<Answer> ask(int series, String function, long start, long end, long length, String more)
      throws InterruptedException {
    String path =
        "/query?measurement=%s&fields=value&tag.series=%d&function=%s&interval=%ds&start=%d&end=%d%s"
            .formatted(
                AnswersContract.MEASUREMENT, series, function, length / 1000, start, end, more);
    try {
      HttpResponse<String> response =
          http.send(
              HttpRequest.newBuilder(URI.create(url + path)).timeout(TIMEOUT).build(),
              HttpResponse.BodyHandlers.ofString());
      return response.statusCode() == 200
          ? Optional.of(answer(path, JSON.readTree(response.body())))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The status that {@code /health} tells, or why there is none. */
  String health() throws InterruptedException {
    try {
      HttpResponse<String> response =
          http.send(
              HttpRequest.newBuilder(URI.create(url + "/health")).timeout(TIMEOUT).build(),
              HttpResponse.BodyHandlers.ofString());
      return JSON.readTree(response.body()).path("status").asText();
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static Answer answer(String path, JsonNode body) {
    NavigableMap<Long, Double> windows = new TreeMap<>();
    for (JsonNode series : body.path("series")) {
      for (JsonNode row : series.path("rows")) {
        windows.put(Instant.parse(row.path(0).asText()).toEpochMilli(), row.path(1).asDouble());
      }
    }
    return new Answer(path, windows, body.path("parts").toString());
  }
}
