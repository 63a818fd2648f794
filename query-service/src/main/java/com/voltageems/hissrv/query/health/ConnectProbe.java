package com.voltageems.hissrv.query.health;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.config.QueryConfig;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether the two connectors and all their tasks run, by Connect's REST API. The detail {@code
 * connectors} tells each one's state, its tasks, and why a task failed.
 */
public final class ConnectProbe implements Probe {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String RUNNING = "RUNNING";

  private final URI url;
  private final Map<String, String> connectors;
  private final @Nullable String authorization;
  private final Duration timeout;
  private final HttpClient http;

  /**
   * @param url the REST API's address
   */
  public ConnectProbe(URI url, QueryConfig.Connect config, Duration timeout) {
    this.url = url;
    this.connectors = new LinkedHashMap<>();
    connectors.put("source", config.source());
    connectors.put("sink", config.sink());
    this.authorization =
        config.username().isEmpty()
            ? null
            : "Basic "
                + Base64.getEncoder()
                    .encodeToString(
                        (config.username() + ":" + config.password())
                            .getBytes(StandardCharsets.UTF_8));
    this.timeout = timeout;
    this.http = HttpClient.newBuilder().connectTimeout(timeout).build();
  }

  @Override
  public String name() {
    return "connect";
  }

  @Override
  public Report check() throws IOException, InterruptedException {
    List<Object> found = new ArrayList<>();
    List<String> trouble = new ArrayList<>();
    for (Map.Entry<String, String> connector : connectors.entrySet()) {
      HttpResponse<String> response = status(connector.getValue());
      if (response.statusCode() == 404) {
        trouble.add(connector.getValue() + " is not there");
        found.add(entry(connector.getKey(), connector.getValue(), "ABSENT", List.of()));
      } else if (response.statusCode() == 200) {
        JsonNode status = JSON.readTree(response.body());
        found.add(describe(connector.getKey(), connector.getValue(), status, trouble));
      } else {
        throw new IOException(url + " answered with status " + response.statusCode());
      }
    }
    return new Report(
        trouble.isEmpty(),
        trouble.isEmpty() ? "all tasks run" : String.join("; ", trouble),
        Map.of("connectors", found));
  }

  private HttpResponse<String> status(String connector) throws IOException, InterruptedException {
    String name = URLEncoder.encode(connector, StandardCharsets.UTF_8).replace("+", "%20");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + "/connectors/" + name + "/status"))
            .timeout(timeout)
            .header("Accept", "application/json");
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** One connector for people; adds to {@code trouble} what does not run. Pure. */
  static Map<String, Object> describe(
      String role, String name, JsonNode status, List<String> trouble) {
    String state = status.path("connector").path("state").asText("UNKNOWN");
    if (!state.equals(RUNNING)) {
      trouble.add(name + " is " + state);
    }
    List<Map<String, Object>> tasks = new ArrayList<>();
    for (JsonNode task : status.path("tasks")) {
      Map<String, Object> shown = new LinkedHashMap<>();
      String taskState = task.path("state").asText("UNKNOWN");
      shown.put("id", task.path("id").asInt());
      shown.put("state", taskState);
      shown.put("worker", task.path("worker_id").asText());
      String trace = task.path("trace").asText("");
      if (!trace.isEmpty()) {
        shown.put("trace", Redaction.text(trace));
      }
      if (!taskState.equals(RUNNING)) {
        String why = trace.isEmpty() ? "" : ": " + Redaction.oneLine(trace);
        trouble.add(name + " task " + task.path("id").asInt() + " is " + taskState + why);
      }
      tasks.add(shown);
    }
    if (state.equals(RUNNING) && tasks.isEmpty()) {
      trouble.add(name + " has no task");
    }
    Map<String, Object> entry = entry(role, name, state, tasks);
    String trace = status.path("connector").path("trace").asText("");
    if (!trace.isEmpty()) {
      entry.put("trace", Redaction.text(trace));
    }
    return entry;
  }

  private static Map<String, Object> entry(
      String role, String name, String state, List<Map<String, Object>> tasks) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("name", name);
    entry.put("role", role);
    entry.put("state", state);
    entry.put("tasks", tasks);
    return entry;
  }

  @Override
  public void close() {}
}
