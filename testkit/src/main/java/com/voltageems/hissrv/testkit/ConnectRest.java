package com.voltageems.hissrv.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Client for a worker's REST API, used as a user would use it. Thread-safe. */
public final class ConnectRest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration REST_TIMEOUT = Duration.ofSeconds(60);

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final String url;

  /** Creates a client of the worker at {@code http://host:port}; the worker need not run yet. */
  public ConnectRest(String url) {
    this.url = url;
  }

  /** Returns the worker's address, {@code http://host:port}. */
  public String url() {
    return url;
  }

  /** An answer of the REST API. */
  public record Answer(int status, JsonNode body) {}

  /** Makes any call of the REST API; returns an answer of any status and does not throw for it. */
  public Answer send(String method, String path, @Nullable Object body) {
    try {
      HttpRequest.BodyPublisher publisher =
          body == null
              ? HttpRequest.BodyPublishers.noBody()
              : HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body));
      HttpResponse<String> response =
          http.send(
              HttpRequest.newBuilder(URI.create(url + path))
                  .timeout(REST_TIMEOUT)
                  .header("Content-Type", "application/json")
                  .method(method, publisher)
                  .build(),
              HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      String text = response.body();
      return new Answer(
          response.statusCode(), text.isBlank() ? JSON.nullNode() : JSON.readTree(text));
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + path + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /**
   * Creates or replaces a connector.
   *
   * @throws IllegalStateException with the worker's message if it refuses
   */
  public void submit(String name, Map<String, String> config) {
    long deadline = System.nanoTime() + REST_TIMEOUT.toNanos();
    while (true) {
      Answer answer = send("PUT", "/connectors/" + name + "/config", config);
      if (answer.status() == 200 || answer.status() == 201) {
        return;
      }
      // 409: the worker is rebalancing; try again, as a user would.
      if (answer.status() != 409 || System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "connector " + name + " was refused: " + answer.status() + " " + answer.body());
      }
      ServerProcess.pause();
    }
  }

  /** Calls {@code PUT /connector-plugins/{class}/config/validate}. */
  public JsonNode validate(String connectorClass, Map<String, String> config) {
    return send("PUT", "/connector-plugins/" + connectorClass + "/config/validate", config).body();
  }

  public JsonNode status(String name) {
    return send("GET", "/connectors/" + name + "/status", null).body();
  }

  /**
   * Returns whether the connector and at least {@code tasks} tasks are RUNNING and none is in
   * another state.
   */
  public boolean isRunning(String name, int tasks) {
    JsonNode status = status(name);
    if (!"RUNNING".equals(status.path("connector").path("state").asText())) {
      return false;
    }
    int running = 0;
    for (JsonNode task : status.path("tasks")) {
      if (!"RUNNING".equals(task.path("state").asText())) {
        return false;
      }
      running++;
    }
    return running >= tasks;
  }

  /** Deletes a connector, if it exists. */
  public void delete(String name) {
    long deadline = System.nanoTime() + REST_TIMEOUT.toNanos();
    // 409: the worker is rebalancing; try again, as a user would.
    while (send("DELETE", "/connectors/" + name, null).status() == 409
        && System.nanoTime() < deadline) {
      ServerProcess.pause();
    }
  }
}
